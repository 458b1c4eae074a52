#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Is the digest of a run the same twice, from .csv and .csv.gz, in a backtest and in a simulated run at full speed, and
# are the exported trades then the same bytes? Does the journal's page describe how it is made?
set -uo pipefail
bot=$(realpath "$1") root=$(realpath "$2") wrong=0
shared=$root/../shared/candles
[ -d "$shared" ] || { echo "skipped: no candles in ../shared"; exit 77; }
shared=$(realpath "$shared")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1

backtest() { # NAME OPTION...: NAME.csv gets the trades, stdout the digest
	local name=$1
	shift
	env -i "$bot" backtest --json --export-trades "$name.csv" "$@" 2>said |
		python3 "$root/tests/support/json_get.py" digest || { echo "backtest $* failed: $(tail -2 said)" >&2; echo "$name failed"; }
}

run() { # NAME OPTION...: NAME becomes the state folder
	local name=$1
	shift
	env -i "$bot" run --exchange sim --speed max --state "$name" "$@" 2>said | sed -n 's/^digest //p'
}

recomputed() { # STATE: by somebody who knows the journal's rows and docs/journal.md only
	python3 "$root/tests/support/recompute_digest.py" "$1/journal.db" "$root/docs/journal.md"
}

same() { # WHAT DIGEST DIGEST
	[ "$2" = "$3" ] && [[ $2 =~ ^[0-9a-f]{64}$ ]] && return
	echo "$1: $2 and $3"
	wrong=1
}

for at in perp-2021-11/5m perp-2025-q2/5m spot-2021-04/1m perp-2025-05/1m; do
	frame=${at#*/} at=${at%/*}
	set -- --candles "$shared/$at" --timeframe "$frame" --funding "$shared/funding"
	first=$(backtest first "$@")
	same "$at twice" "$first" "$(backtest again "$@")"
	cmp first.csv again.csv || wrong=1
	[ "$(wc -l <first.csv)" -gt 5 ] || { echo "$at: no trades to compare"; wrong=1; }

	mkdir "$at" # the same market, packed where it was plain and plain where it was packed
	for file in "$shared/$at"/*-"$frame".csv; do
		[ -e "$file" ] && gzip -c "$file" >"$at/$(basename "$file").gz"
	done
	for file in "$shared/$at"/*-"$frame".csv.gz; do
		[ -e "$file" ] && gzip -dc "$file" >"$at/$(basename "$file" .gz)"
	done
	same "$at as .csv and .csv.gz" "$first" "$(backtest packed --candles "$at" --funding "$shared/funding")"
	cmp first.csv packed.csv || wrong=1

	same "$at in a backtest and in a run" "$first" "$(run "state-$at" "$@")"
	rows=$(python3 -c 'import sqlite3, sys; print(*sqlite3.connect(sys.argv[1]).execute("select count(*) from trades where book = \"main\"").fetchone())' \
		"state-$at/journal.db")
	[ "$rows" -eq $(($(wc -l <first.csv) - 1)) ] || { echo "$at: $rows trades in the journal"; wrong=1; }
	same "$at by the journal's page" "$first" "$(recomputed "state-$at")"
	rm -rf "$at" "state-$at"
done

first=$(run gen1 --days 3 --symbols 4 --seed 11)
same "the generator twice" "$first" "$(run gen2 --days 3 --symbols 4 --seed 11)"
same "the generator by the journal's page" "$first" "$(recomputed gen1)"
[ "$first" != "$(run gen3 --days 3 --symbols 4 --seed 12)" ] || { echo "the seed changes nothing"; wrong=1; }
other=$(backtest other --candles "$shared/perp-2021-11" --timeframe 5m --taker-fee 0.0002)
[ "$other" != "$(backtest other --candles "$shared/perp-2021-11" --timeframe 5m)" ] ||
	{ echo "the fee changes nothing in the digest"; wrong=1; }
exit "$wrong"
