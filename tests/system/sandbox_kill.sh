#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# `run --sandbox` on the emulated Bybit over real sockets, killed (kill -9) at random moments, while starting, too; the
# exchange goes on meanwhile, for up to some minutes. Each start compares, protects and goes on; at the end nothing is
# doubled or lost: the journal is equal to the exchange's books, and no order has reached the exchange twice.
#
# usage: sandbox_kill.sh PROGRAM SOURCE      KILLS=12 DAYS=2 SEED=1 as environment (acceptance: KILLS=200 DAYS=14);
# FAULTS=SEED,per-hour=N,account: with faults drawn by that seed
set -euo pipefail
bot=$(realpath "$1") root=$(realpath "$2")
wanted=${KILLS:-12} days=${DAYS:-2} seed=${SEED:-1}
RANDOM=$((seed % 32768))
. "$root/tests/support/emulator.sh"
emulator_room
emulating= pid=
export EXCHANGE_API_KEY=emulated-key EXCHANGE_SECRET=emulated-secret
begin() {
	rm -rf state books.json
	emulator_start emulator --symbols 20 --seed "$seed" --days "$days" --clock clock --end-exit --linger 3000 \
		--control control --books books.json ${FAULTS:+--faults "$FAULTS"}
}
bot_runs() { # in this very process
	exec "$bot" run --sandbox "${on_emulator[@]}" --clock clock --state state
}
finish() { # the run is over: is everything as it is there?
	wait "$emulating" || true
	emulating=
	python3 "$root/tests/support/compare_books.py" state/journal.db books.json ${FAULTS:+--foreign} || {
		[ -z "${KEEP:-}" ] || cp -r . "$KEEP"
		exit 1
	}
}

# How long an undisturbed run takes tells how far apart the deaths may be.
begin
started=$(date +%s%N)
(bot_runs) >calm.out 2>calm.err || { tail -5 calm.err; exit 1; }
took_ms=$((($(date +%s%N) - started) / 1000000))
finish

kills=0 runs=0 slept=0
begin
while [ "$kills" -lt "$wanted" ]; do
	bot_runs >killed.out 2>>killed.err &
	pid=$!
	sleep "$(awk -v r="$RANDOM" -v t="$took_ms" -v n="$wanted" 'BEGIN { printf "%.3f", (0.02 + 2 * r / 32768 * 0.9 / n) * t / 1000 }')"
	if kill -9 "$pid" 2>/dev/null; then
		kills=$((kills + 1))
	fi
	code=0
	wait "$pid" 2>/dev/null || code=$?
	over=no
	sleep 0.1 # the exchange may be about to end, too
	kill -0 "$emulating" 2>/dev/null || over=yes # died in its last moment, or found nobody there
	[ "$code" -eq 137 ] || [ "$code" -eq 0 ] || [ "$over" = yes ] || { tail -5 killed.err; exit 1; }
	if [ "$code" -eq 0 ] || [ "$over" = yes ]; then # it was over before: begin another one
		runs=$((runs + 1))
		finish
		begin
		continue
	fi
	if [ $((RANDOM % 2)) -eq 0 ]; then
		python3 "$root/tests/support/ask_socket.py" control "pass $((RANDOM * 6))" >passed || { cat emulator.log; exit 1; }
		slept=$((slept + 1))
	fi
done
kill -0 "$emulating" 2>/dev/null || begin
(bot_runs) >killed.out 2>>killed.err || { tail -5 killed.err; exit 1; }
finish
echo "$kills deaths (seed $seed), after $slept of them the exchange went on without the bot; an undisturbed run of $days days took $took_ms ms"
