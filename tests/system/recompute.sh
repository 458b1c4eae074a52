#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Can every exported trade be recomputed, to the last digit, from the candles, the funding and the documented fill
# model? And would the recomputation notice if one could not?
set -uo pipefail
bot=$(realpath "$1") root=$(realpath "$2") wrong=0 all=0
shared=$root/../shared/candles
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1

agree() { # FOLDER TIMEFRAME FEE BALANCE [--from DAY] [--to DAY]: one backtest, recomputed
	local said at=$1 frame=$2 fee=$3 balance=$4
	shift 4
	if ! env -i "$bot" backtest --candles "$shared/$at" --timeframe "$frame" --funding "$shared/funding" \
		--taker-fee "$fee" --balance "$balance" --export-trades trades.csv "$@" >said 2>&1; then
		echo "backtest of $at failed: $(tail -3 said)"
		wrong=1
		return
	fi
	said=$(python3 "$root/tests/support/recompute.py" --trades trades.csv --candles "$shared/$at" \
		--timeframe "$frame" --funding "$shared/funding" --taker-fee "$fee" --balance "$balance" "$@")
	[ $? -eq 0 ] || wrong=1
	tail -20 <<<"$said"
	all=$((all + $(wc -l <trades.csv) - 1))
}

# A market made here: steps between bars that jump over stops and targets, holes, funding every hour.
own=$folder/own
mkdir -p "$own/made" "$own/funding"
for symbol in AAA BBB; do
	[ "$symbol" = AAA ] && set -- 7 3000000 || set -- 8 4567
	python3 "$root/tests/support/make_candles.py" whole 40000 "$1" "$2"
	awk -F, -v OFS=, 'BEGIN { level = 1 } NR == 1 { print; next } NR % 4000 > 3990 || NR % 7000 == 0 { next }
		NR % 41 == 0 { level *= NR % 82 == 0 ? 1.006 : 1 / 1.006 }
		{ for (i = 2; i <= 5; i++) $i = sprintf("%.2f", $i * level); print }' whole >"$own/made/${symbol}USDT-1m.csv"
	awk 'BEGIN { print "ts_ms,rate"; for (i = 0; i < 700; i++)
		printf "%.0f,%s\n", 1609459200000 + i * 3600000 + i % 7, i % 3 ? "0.0001" : "-0.00025" }' \
		>"$own/funding/${symbol}USDT-funding.csv"
done
there=$shared shared=$own
agree made 1m 0.00055 10000
agree made 1m 0.0001 5000
gaps=$(awk -F, 'NR > 1 && $14 ~ /stop|target/ && $12 % 60000 == 0' trades.csv | wc -l)
[ "$gaps" -ge 3 ] || { echo "only $gaps exits at an open beyond the level"; wrong=1; }
awk -F, 'NR > 1 && $16 != 0 { n++ } END { exit n < 3 }' trades.csv || { echo "hardly any funding was paid"; wrong=1; }
[ -d "$there" ] || { echo "recomputed a made market only: no candles in ../shared"; exit "$wrong"; }
shared=$(realpath "$there")

agree perp-2025-05 1m 0.00055 10000
agree perp-2025-05 1m 0.0002 250000 --to 2025-05-20
agree spot-2021-04 1m 0.00055 10000
agree perp-2025-03 5m 0.00055 10000
agree perp-2025-03 1h 0.001 10000
agree perp-2025-q2 5m 0 10000
agree perp-2021-11 5m 0.00055 10000
[ "$all" -ge 200 ] || { echo "only $all trades: too few to mean anything"; wrong=1; }

# Each column, changed in its last digit in one trade, must be noticed.
python3 - trades.csv <<'PY' || wrong=1
import csv, sys
rows = list(csv.reader(open(sys.argv[1], newline="")))
reason = rows[0].index("exit_reason")
for n, name in enumerate(rows[0]):
    if name in ("symbol", "side", "strategy", "regime", "confidence", "exit_reason"):
        continue
    at = next(i for i, row in enumerate(rows) if row[reason] == ("target" if name == "target" else "stop"))
    changed = [list(row) for row in rows]
    text = changed[at][n]
    changed[at][n] = text[:-1] + str((int(text[-1]) + 1) % 10)
    with open(f"changed-{name}.csv", "w", newline="") as out:
        csv.writer(out).writerows(changed)
PY
for changed in changed-*.csv; do
	name=${changed#changed-}
	if python3 "$root/tests/support/recompute.py" --trades "$changed" --candles "$shared/perp-2021-11" \
		--timeframe 5m --funding "$shared/funding" >said 2>&1; then
		echo "a wrong ${name%.csv} was not noticed"
		wrong=1
	elif ! grep -q ' \(stop\|target\): ' said; then
		echo "the recomputation fell over ${name%.csv}: $(tail -2 said)"
		wrong=1
	fi
done
exit "$wrong"
