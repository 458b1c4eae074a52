#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Does paper trading decide as a backtest does? The emulated Bybit writes its market as candle files and serves it over TLS
# and WebSocket, in stepped time; `run --paper` trades it over real sockets; `backtest` trades the files. Decisions, fills
# and trades have to be the same, to the last digit, and so do the digests where nothing was open at the end.
#
# usage: paper_fortnight.sh PROGRAM SOURCE      DAYS=1 SYMBOLS=20 SEED=7 as environment (acceptance: DAYS=14)
set -euo pipefail
bot=$(realpath "$1") root=$(realpath "$2")
days=${DAYS:-1} symbols=${SYMBOLS:-20} seed=${SEED:-7}
. "$root/tests/support/emulator.sh"
emulator_room
start=1767225600000
mkdir candles
"$emulator" --cert server.pem --key server.key --symbols "$symbols" --seed "$seed" --days "$days" --preroll 0 \
	--start "$start" --dump-only candles
names=$(for file in candles/*-1m.csv; do name=$(basename "$file" USDT-1m.csv) && printf '%s/USDT,' "$name"; done)
names=${names%,}

began=$(date +%s%N)
env -i "$bot" backtest --candles candles --funding candles --set trading.symbols="$names" --journal backtest.db --json \
	>backtest.json 2>backtest.err || { tail -3 backtest.err; exit 1; }
tested=$(date +%s%N)

emulator_start emulator --candles candles --funding candles --clock clock --end-exit --linger 3000
env -i "$bot" run --paper "${on_emulator[@]}" --clock clock --state state --set trading.symbols="$names" \
	>run.out 2>run.err || { echo "the daemon: exit code $?"; tail -5 run.err; exit 1; }
traded=$(date +%s%N)

end=$((start + days * 86400000))
python3 "$root/tests/support/compare_journals.py" backtest.db state/journal.db "$end"
echo "$days days of $symbols symbols: backtest $(((tested - began) / 1000000)) ms, paper over sockets $(((traded - tested) / 1000000)) ms"
grep -E "heartbeat" run.err | tail -1 | sed 's/^/  /' || true
