#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Does a simulated run that is killed (kill -9) at twenty random moments end with the digest of an undisturbed one,
# and are peak, day start, streaks, stage, scores, positions and trades what they would have been?
set -euo pipefail
bot=$1
work=$(mktemp -d)
trap 'kill -9 "${pid:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
seed=${SEED:-20261122}
RANDOM=$((seed % 32768))
days=${DAYS:-6}
args=(run --exchange sim --speed max --days "$days" --symbols 4 --seed 9 --state)

started=$(date +%s%N)
"$bot" "${args[@]}" "$work/calm" >"$work/calm.out" 2>/dev/null
took_ms=$((($(date +%s%N) - started) / 1000000))
wanted=$(grep '^digest ' "$work/calm.out")
grep -q '^violations 0 over a limit, 0 s unprotected over the deadline, 0 unequal books$' "$work/calm.out"

kills=0
tries=0
while [ "$kills" -lt 20 ] && [ "$tries" -lt 200 ]; do
	tries=$((tries + 1))
	"$bot" "${args[@]}" "$work/killed" >"$work/killed.out" 2>"$work/killed.err" &
	pid=$!
	# one to a tenth of the whole run: twenty of them cut it into many pieces, start-up included
	sleep "$(awk -v r="$RANDOM" -v t="$took_ms" 'BEGIN { printf "%.3f", (0.01 + 0.09 * r / 32768) * t / 1000 }')"
	if kill -9 "$pid" 2>/dev/null; then
		kills=$((kills + 1))
	fi
	wait "$pid" 2>/dev/null || true
	if grep -q '^digest ' "$work/killed.out"; then
		break # it was faster than twenty kills
	fi
done
"$bot" "${args[@]}" "$work/killed" >"$work/killed.out" 2>"$work/killed.err" || { cat "$work/killed.err"; exit 1; }
got=$(grep '^digest ' "$work/killed.out")
echo "$kills kills (seed $seed), undisturbed run of $days days took $took_ms ms"
if [ "$wanted" != "$got" ]; then
	echo "undisturbed: $wanted"
	echo "killed:      $got"
	exit 1
fi
for verb in risk scores trades; do
	"$bot" "$verb" --state "$work/calm" --json >"$work/calm.$verb"
	"$bot" "$verb" --state "$work/killed" --json >"$work/killed.$verb"
	diff "$work/calm.$verb" "$work/killed.$verb"
done
[ "$kills" -ge 20 ] || { echo "only $kills kills hit: the machine is too fast or too slow for this test"; exit 1; }
