#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Does a simulated run that is killed (kill -9) at random moments (KILLS, 20) end with the digest of an undisturbed one,
# and are peak, day start, streaks, stage, scores, positions and trades what they would have been?
set -euo pipefail
bot=$1
work=$(mktemp -d)
trap 'kill -9 "${pid:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
seed=${SEED:-20261122}
RANDOM=$((seed % 32768))
days=${DAYS:-6} wanted_kills=${KILLS:-20}
# shellcheck disable=SC2206 # WEATHER is a list of options: --weather storm
args=(run --exchange sim --speed max --days "$days" --symbols 4 --seed 9 ${WEATHER:-} --state)

started=$(date +%s%N)
"$bot" "${args[@]}" "$work/calm" >"$work/calm.out" 2>/dev/null
took_ms=$((($(date +%s%N) - started) / 1000000))
wanted=$(grep '^digest ' "$work/calm.out")
grep -q '^violations 0 over a limit, 0 s unprotected over the deadline, 0 unequal books$' "$work/calm.out"

# the run in killed/ is over: is it the undisturbed one?
compare() {
	local got
	got=$(grep '^digest ' "$work/killed.out")
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
}

kills=0
while [ "$kills" -lt "$wanted_kills" ]; do
	"$bot" "${args[@]}" "$work/killed" >"$work/killed.out" 2>"$work/killed.err" &
	pid=$!
	# up to an eighth of the whole run, start-up included: some die while they start
	sleep "$(awk -v r="$RANDOM" -v t="$took_ms" 'BEGIN { printf "%.3f", 0.12 * r / 32768 * t / 1000 }')"
	if kill -9 "$pid" 2>/dev/null; then
		kills=$((kills + 1))
	fi
	wait "$pid" 2>/dev/null || true
	if grep -q '^digest ' "$work/killed.out"; then
		# over before the last kill: begin another one
		compare
		rm -rf "$work/killed"
	fi
done
"$bot" "${args[@]}" "$work/killed" >"$work/killed.out" 2>"$work/killed.err" || { cat "$work/killed.err"; exit 1; }
echo "$kills kills (seed $seed), undisturbed run of $days days took $took_ms ms"
compare
