#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Does the daemon still trade as it did? Digests and counts of three small inputs that are made here, against
# tests/golden. A change is shown as a diff; if it is meant: UPDATE=1 bash tests/system/golden.sh PROGRAM SOURCE.
set -uo pipefail
bot=$(realpath "$1") root=$(realpath "$2") wrong=0
support=$root/tests/support
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1

golden() { # FILE: stdin is what it is today
	local file=$root/tests/golden/$1
	cat >now
	if [ "${UPDATE:-}" = 1 ]; then
		cp now "$file" && echo "$file is written anew"
	elif ! diff -u --label "tests/golden/$1" --label now "$file" now; then
		wrong=1
	fi
}

backtest() { # NAME OPTION...
	local name=$1
	shift
	env -i "$bot" backtest --json "$@" 2>said | python3 "$support/golden_text.py" "$name" || { cat said; wrong=1; }
}

digest=$(env -i "$bot" run --exchange sim --speed max --days 3 --symbols 4 --seed 7 --state state 2>said | sed -n 's/^digest //p')
[ -n "$digest" ] || { tail -3 said; wrong=1; }
env -i "$bot" report --state state --json | python3 "$support/golden_text.py" "generator, 3 days, 4 symbols, seed 7" "$digest" |
	golden generator.txt

mkdir two
python3 "$support/make_candles.py" two/AAAUSDT-1m.csv 15000 3
python3 "$support/make_candles.py" two/BBBUSDT-1m.csv 14000 6 12345
backtest "two symbols, 1m" --candles two | golden two-symbols.txt

# Holes short and long, a jump, funding, a small account, a quarter of it, another fee.
python3 "$support/make_candles.py" - 12000 5 2500000 >/dev/null && mv -- - whole
awk -F, -v OFS=, 'NR == 1 || NR < 4000 || (NR > 4002 && NR < 7000) || NR > 7050 {
	if (NR > 10000) for (i = 2; i <= 5; i++) $i = sprintf("%.2f", $i * 1.25)
	print }' whole >CCCUSDT-1m.csv
awk 'BEGIN { print "ts_ms,rate"; for (i = 0; i < 250; i++)
	printf "%.0f,%s\n", 1609459200000 + i * 3600000 + i % 7, i % 3 ? "0.0001" : "-0.00025" }' >CCCUSDT-funding.csv
backtest "holes, a jump, funding, stage 0.25" --candles CCCUSDT-1m.csv --funding . --balance 4000 --stage 0.25 \
	--taker-fee 0.0004 | golden holes.txt
[ "$wrong" -eq 0 ] || echo "if this is meant: UPDATE=1 bash tests/system/golden.sh $bot $root"
exit "$wrong"
