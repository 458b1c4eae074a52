#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Does the journal say what the exchange's books say? `run --sandbox` trades the emulated Bybit over real sockets, in
# stepped time: signed requests, both streams, fundings. At the end every execution, fee, funding, position and the wallet
# have to be equal, to the last 1e-8 USDT.
#
# usage: sandbox_fortnight.sh PROGRAM SOURCE      DAYS=1 SYMBOLS=20 SEED=7 as environment (acceptance: DAYS=14);
# FAULTS=SEED,per-hour=N,account: with faults drawn by that seed
set -euo pipefail
bot=$(realpath "$1") root=$(realpath "$2")
days=${DAYS:-1} symbols=${SYMBOLS:-20} seed=${SEED:-7}
. "$root/tests/support/emulator.sh"
emulator_room
began=$(date +%s%N)
emulator_start emulator --symbols "$symbols" --seed "$seed" --days "$days" --clock clock --end-exit --linger 3000 \
	--books books.json ${FAULTS:+--faults "$FAULTS"}
env -i EXCHANGE_API_KEY=emulated-key EXCHANGE_SECRET=emulated-secret "$bot" run --sandbox "${on_emulator[@]}" \
	--clock clock --state state >run.out 2>run.err || { echo "the daemon: exit code $?"; tail -5 run.err; exit 1; }
ended=$(date +%s%N)
wait "$emulating" || true
! grep -q emulated-secret run.err run.out || { echo "the secret is in the log"; exit 1; }
python3 "$root/tests/support/compare_books.py" state/journal.db books.json ${FAULTS:+--foreign} ||
	{ [ -z "${KEEP:-}" ] || cp -r . "$KEEP"; exit 1; }
[ "$(sqlite3 state/journal.db "SELECT count(*) > 0 FROM trades WHERE book = 'main'")" = 1 ] || { echo "nothing was traded"; exit 1; }
[ -z "${KEEP:-}" ] || cp -r . "$KEEP"
echo "$days days of $symbols symbols in $(((ended - began) / 1000000)) ms"
