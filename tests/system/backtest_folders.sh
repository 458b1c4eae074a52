#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Does backtest work on every folder of the shared candles, say all it promised in JSON, break no limit, and refuse
# what it cannot use with words that help?
set -uo pipefail
bot=$(realpath "$1") root=$(realpath "$2") wrong=0
shared=$root/../shared/candles
[ -d "$shared" ] || { echo "skipped: no candles in ../shared"; exit 77; }
shared=$(realpath "$shared")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
keys="bars symbols engine_seconds bars_per_second peak_rss_kib trades fills net_pnl fees funding max_drawdown sharpe
	refusals by_strategy by_regime by_exit violations digest"

fail() { echo "$*"; wrong=1; }

whole_folder() { # FOLDER TIMEFRAME OPTION...: as the table in README.md has it
	local at=$1 frame=$2 bars files said
	shift 2
	read -r files bars < <(sed -n "s#^| $at/[A-Z]*-$frame\.csv[.gz]* |[^|]*| *\([0-9,]*\) |.*#\1#p" "$shared/README.md" |
		tr -d , | awk '{n++; sum += $1} END {print n + 0, sum + 0}')
	[ "$files" -gt 0 ] || { fail "README.md has no $frame candles of $at"; return; }
	env -i "$bot" backtest --candles "$shared/$at" --funding "$shared/funding" --json "$@" >said 2>progress ||
		{ fail "backtest of $at $frame failed: $(tail -2 progress)"; return; }
	said=$(python3 "$root/tests/support/json_get.py" bars symbols violations digest trades fills <said) ||
		{ fail "$at $frame: not JSON, or a key is missing"; return; }
	# shellcheck disable=SC2086
	python3 "$root/tests/support/json_get.py" $keys <said >/dev/null || fail "$at $frame: see above"
	{ read -r b; read -r s; read -r v; read -r d; read -r t; read -r f; } <<<"$said"
	[ "$b" = "$bars" ] || fail "$at $frame: $b bars, README.md says $bars"
	[ "$s" = "$files" ] || fail "$at $frame: $s symbols of $files files"
	[ "$v" = '{"books": 0, "naked": 0, "over_limit": 0}' ] || fail "$at $frame: violations $v"
	[[ $d =~ ^[0-9a-f]{64}$ ]] || fail "$at $frame: digest '$d'"
	[ "$f" -ge $((2 * t)) ] || fail "$at $frame: $f fills of $t trades"
	echo "$at $frame: $b bars, $s symbols, $t trades, digest ${d:0:16}"
	count=$((count + t))
}

count=0
for path in "$shared"/*/; do
	at=$(basename "$path")
	mapfile -t frames < <(find "$path" -name '*-*.csv*' | sed 's/.*-\([0-9]*[mhd]\)\.csv.*/\1/' | sort -u)
	[ "$at" = funding ] && continue
	if [ "${#frames[@]}" -eq 1 ]; then
		whole_folder "$at" "${frames[0]}"
		continue
	fi
	said=$(env -i "$bot" backtest --candles "$shared/$at" --json 2>&1)
	code=$?
	[ "$code" -eq 2 ] || fail "$at has two timeframes and ended with $code"
	[[ $said == *--timeframe* ]] || fail "$at does not ask for --timeframe: $said"
	for frame in "${frames[@]}"; do
		[[ $said == *"$frame"* ]] || fail "$at does not name $frame: $said"
		whole_folder "$at" "$frame" --timeframe "$frame"
	done
done
[ "$count" -ge 60 ] || fail "only $count trades on all the candles"

refuses() { # CODE TEXT OPTION...
	local code=$1 text=$2 said status
	shift 2
	said=$(env -i "$bot" backtest "$@" 2>&1)
	status=$?
	[ "$status" -eq "$code" ] && [[ $said == *"$text"* ]] ||
		fail "backtest $*: wanted $code and '$text', got $status and: $(tail -1 <<<"$said")"
}

one=$shared/perp-2021-11/XRPUSDT-5m.csv
mkdir nothing
head -20 "$one" >GOOD-5m.csv
printf 'ts_ms,open,high,low,close,volume\n1636934400000,1,2,3\n' >SHORT-1m.csv
sed '7s/,[^,]*$/,-5/' GOOD-5m.csv >MINUS-5m.csv
sed '9s/^\([0-9]*\),\([^,]*\),[^,]*/\1,\2,0.0001/' GOOD-5m.csv >SHAPE-5m.csv
: >EMPTY-1m.csv
head -1 "$one" >HEAD-1m.csv
gzip -c "$one" | head -c 9000 >CUT-5m.csv.gz
refuses 2 "--candles" # nothing named
refuses 1 "nowhere.csv: cannot be read" --candles nowhere.csv
refuses 1 "nothing: no *.csv" --candles nothing
refuses 2 "SHORT-1m.csv:2: wrong number of fields" --candles SHORT-1m.csv
refuses 2 "MINUS-5m.csv:7: " --candles MINUS-5m.csv
refuses 2 "SHAPE-5m.csv:9: " --candles SHAPE-5m.csv
refuses 2 "EMPTY-1m.csv:1: " --candles EMPTY-1m.csv
refuses 2 "HEAD-1m.csv:2: no rows" --candles HEAD-1m.csv
refuses 2 "CUT-5m.csv.gz: the gzip data is cut off" --candles CUT-5m.csv.gz
refuses 2 "YYYY-MM-DD" --candles "$one" --from 2021-13-01
refuses 2 "YYYY-MM-DD" --candles "$one" --to 2021-11-31
refuses 2 "--from is not before --to" --candles "$one" --from 2021-11-20 --to 2021-11-18
refuses 1 "no bars in the time asked for" --candles "$one" --from 2030-01-01
refuses 1 "no bars of 15m" --candles "$shared/perp-2021-11" --timeframe 15m
refuses 2 "TRADING_TIMEFRAME=7m" --candles "$one" --timeframe 7m
refuses 2 "no option '--bananas'" --candles "$one" --bananas
refuses 2 "SIM_BALANCE=-5" --candles "$one" --balance -5
refuses 2 "TAKER_FEE=2" --candles "$one" --taker-fee 2
refuses 2 "--on-lock maybe" --candles "$one" --on-lock maybe
refuses 2 "no-folder/x.csv: No such file" --candles "$one" --export-trades no-folder/x.csv
mkdir twice
cp "$one" twice/XRPUSDT-5m.csv
gzip -c "$one" >twice/XRPUSDT-5m.csv.gz
refuses 2 "is there twice" --candles twice
exit "$wrong"
