#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Can every score, promotion, stage and reward be made again from the journal alone? On a roll-out in which all of
# it happens, and on a plain simulation; and would the recomputation notice if one were wrong?
set -uo pipefail
bot=$(realpath "$1") root=$(realpath "$2") wrong=0
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
again="python3 $root/tests/support/recompute_learning.py"

mkdir candles
for pair in AAA:1 BBB:2 CCC:3; do
	python3 "$root/tests/support/make_phases.py" candles "${pair%:*}" "${pair#*:}" 150 40 40 190 110 1 60g
done
env -i "$bot" backtest --candles candles --timeframe 5m --journal rollout.db --on-lock rebase-after=1 \
	--taker-fee 0.0002 --stage rollout >said 2>&1 || { echo "the roll-out failed: $(tail -3 said)"; exit 1; }
$again rollout.db --need archived returned promotion "reward drawdown" "reward volatility" \
	"standing insufficient" "standing archived" "standing active" "standing promoted" \
	"stage promoted" "stage up" "stage drawdown" "stage slippage" "stage sharpe" \
	"stage 0 to 5" "stage 5 to 10" "stage 10 to 25" "stage 25 to 100" \
	"stage 100 to 25" "stage 25 to 10" "stage 10 to 5" "stage 5 to 0" || wrong=1

mkdir state
env -i "$bot" run --exchange sim --speed max --days 25 --symbols 4 --seed 3 --state state >said 2>&1 ||
	{ echo "the simulation failed: $(tail -3 said)"; exit 1; }
$again state/journal.db --need archived "reward volatility" || wrong=1

# One number changed, anywhere, must be noticed.
python3 - rollout.db <<'PY' >changes
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
skip = {"scores": {"book", "strategy", "regime", "record"}, "promotions": {"seq"},
        "stages": {"seq", "from_stage", "reason", "nav", "at_ms", "stage", "peak_nav", "low_nav"}}
for table in ("scores", "promotions", "stages"):
    for name in [r[1] for r in db.execute(f"PRAGMA table_info({table})")]:
        if name not in skip[table]:
            if name == "standing":
                print(f"UPDATE {table} SET standing = CASE standing WHEN 'active' THEN 'promoted' ELSE 'active' END")
            else:
                print(f"UPDATE {table} SET {name} = {name} + 1000 WHERE rowid IN (SELECT rowid FROM {table} WHERE {name}"
                      " IS NOT NULL ORDER BY rowid DESC LIMIT 1)" if table != "scores" else
                      f"UPDATE {table} SET {name} = {name} + 1000 WHERE {name} IS NOT NULL AND book = 'main'")
print("UPDATE stages SET stage = 100000000, from_stage = from_stage WHERE seq = 5")
print("UPDATE stages SET reason = 'sharpe' WHERE reason = 'slippage'")
print("UPDATE stages SET low_nav = low_nav / 2 WHERE reason = 'drawdown'")
print("UPDATE trades SET reward = reward + 10 WHERE seq = (SELECT max(seq) FROM trades)")
print("UPDATE trades SET r = r + 100000000 WHERE seq = (SELECT max(seq) FROM trades WHERE book = 'main')")
print("UPDATE trades SET net = -net WHERE seq = (SELECT min(seq) FROM trades WHERE book = 'shadow')")
print("DELETE FROM scores WHERE record = 2 AND book = 'shadow'")
print("DELETE FROM notes WHERE note = 'returned'")
print("UPDATE decisions SET book = 'main' WHERE seq = (SELECT max(seq) FROM decisions WHERE book = 'shadow' AND"
      " verdict = 'approved')")
PY
# try NUMBER: the change of that line, in a copy; says what is wrong, or "noticed".
try() {
	local copy=changed-$1.db change
	change=$(sed -n "${1}p" changes)
	cp rollout.db "$copy"
	if ! python3 -c 'import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); assert db.execute(sys.argv[2]).rowcount; db.commit()' \
		"$copy" "$change"; then
		echo "nothing to change: $change"
	elif $again "$copy" >"said-$1" 2>&1; then
		echo "not noticed: $change"
	elif ! grep -q "differences$" "said-$1"; then
		echo "the recomputation fell over: $change: $(tail -1 "said-$1")"
	else
		echo noticed
	fi
	rm -f "$copy"
}
export -f try
export again
seq "$(wc -l <changes)" | xargs -P "$(nproc)" -I{} bash -c 'try {}' >answers
noticed=$(grep -c '^noticed$' answers)
grep -v '^noticed$' answers
echo "$noticed of $(wc -l <changes) changes noticed"
[ "$noticed" -eq "$(wc -l <changes)" ] || wrong=1
exit "$wrong"
