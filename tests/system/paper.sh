#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Without an exchange: does `run --paper` say what it cannot do, give up in time, stop when told to, and keep its folder
# to itself? Nothing here needs a network: the host is this machine, and nobody listens there.
set -uo pipefail
bot=$(realpath "$1") support=$(realpath "$2")/tests/support wrong=0
folder=$(mktemp -d)
cd "$folder" || exit 1
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$folder"' EXIT

fail() { # TEXT
	echo "FAIL: $1"
	cat said 2>/dev/null
	wrong=1
}
nowhere=(--exchange bybit --paper --set EXCHANGE_REST_URL=https://127.0.0.1:9 --set EXCHANGE_STREAM_URL=wss://127.0.0.1:9)

environment=()
refuses() { # CODE WORDS OPTION...
	local code=$1 words=$2 got
	shift 2
	timeout 30 env -i "${environment[@]}" "$bot" run --state other "$@" >said 2>&1
	got=$?
	[ "$got" -eq "$code" ] || fail "run $*: exit code $got, not $code"
	grep -q -- "$words" said || fail "run $*: does not say '$words'"
}
refuses 2 "EXCHANGE_API_KEY is empty.*--paper needs none" --exchange bybit
environment=(EXCHANGE_API_KEY=k)
refuses 2 "EXCHANGE_SECRET is empty" --exchange bybit --sandbox
environment=()
refuses 2 "list of processes" --exchange bybit --sandbox --set EXCHANGE_API_KEY=k
refuses 2 "LIVE on bybit, real money needs a key" --exchange bybit --set EXCHANGE_SANDBOX=false
environment=(EXCHANGE_API_KEY=k EXCHANGE_SECRET=s)
refuses 2 "a stage is earned" --exchange bybit --set EXCHANGE_SANDBOX=false --stage 1
environment=()
refuses 2 "cannot trade binance" --exchange binance --paper
refuses 2 "--exchange bybit --paper" --exchange sim --paper
refuses 2 "--clock is about an emulated exchange" --exchange sim --clock there
refuses 2 "--days is about" --exchange bybit --paper --days 3
refuses 2 "exclude each other" --exchange bybit --paper --sandbox
refuses 2 "https://HOST" --exchange bybit --paper --set EXCHANGE_REST_URL=http://127.0.0.1
refuses 2 "wss://HOST" --exchange bybit --paper --set EXCHANGE_STREAM_URL=wss://127.0.0.1/v5
refuses 2 "allowed: 50 200 1000" --exchange bybit --paper --set EXCHANGE_BOOK_LEVELS=25
refuses 1 "nobody-there" "${nowhere[@]}" --clock nobody-there

# A host that does not answer: tried until the deadline, then said, with what happened and where to look on.
timeout 60 env -i "$bot" run --state first "${nowhere[@]}" --set EXCHANGE_START=5 >said 2>&1
[ $? -eq 1 ] || fail "an unreachable host: not exit code 1"
grep -q "did not say within 5 s (EXCHANGE_START)" said || fail "an unreachable host: no deadline in the message"
grep -q "https://127.0.0.1:9" said && grep -q "doctor" said || fail "an unreachable host: neither host nor doctor named"
[ -e first/control.sock ] && fail "the control socket was left behind"

wait_for() { # FILE WORDS
	for _ in $(seq 200); do
		grep -q -- "$2" "$1" 2>/dev/null && return 0
		sleep 0.05
	done
	fail "nobody said '$2' in $1"
	return 1
}

# While it waits: systemd is told, the socket is its owner's, others are kept out, settings are read again, and a signal
# ends it with 0.
python3 "$support/notified.py" "$folder/notify" told >up 2>&1 &
wait_for up ready
printf '[log]\nlevel = info\n' >settings.ini
rm -f said
env -i NOTIFY_SOCKET="$folder/notify" WATCHDOG_USEC=2000000 "$bot" run --state st --config settings.ini "${nowhere[@]}" >said 2>&1 &
daemon=$!
wait_for told "STATUS=waiting for https://127.0.0.1:9"
wait_for told "WATCHDOG=1"
[ "$(stat -c %a st/control.sock)" = 600 ] || fail "control.sock is not 0600"
timeout 20 env -i "$bot" run --state st "${nowhere[@]}" >second 2>&1
[ $? -eq 3 ] || fail "a second daemon on the same folder was not refused"
grep -q "in use by another tradebotd (pid $daemon)" second || fail "the second one does not name the first"
printf '[log]\nlevel = debug\n[trading]\nsymbols = SOL/USDT\n' >settings.ini
kill -HUP "$daemon"
wait_for said "LOG_LEVEL is now debug"
wait_for said "TRADING_SYMBOLS has changed and is not taken before a restart"
wait_for said "settings read again: 1 changes in force"
printf '[log]\nlevel = loud\n' >settings.ini
kill -HUP "$daemon"
wait_for said "everything stays as it was"
kill -TERM "$daemon"
wait "$daemon"
[ $? -eq 0 ] || fail "SIGTERM: not exit code 0"
grep -q "stopped by a signal" said || fail "SIGTERM: not said"
wait_for told "STOPPING=1"
grep -q "READY=1" told && fail "ready without an exchange"
[ -e st/control.sock ] && fail "the control socket was left behind after a signal"

# doctor names what is wrong, and what to do.
env -i "$bot" doctor --exchange bybit --state st --set EXCHANGE_REST_URL=https://127.0.0.1:9 \
	--set EXCHANGE_STREAM_URL=wss://127.0.0.1:9 >said 2>&1
[ $? -eq 1 ] || fail "doctor: not exit code 1"
grep -q "^FAIL  requests      https://127.0.0.1:9: " said || fail "doctor: requests do not fail"
grep -q "^FAIL  stream " said || fail "doctor: the stream does not fail"
chmod 755 st
env -i "$bot" doctor --exchange sim --state st --json >said 2>&1 || fail "doctor: the simulated exchange is not well"
python3 - said <<'P' || fail "doctor --json"
import json, sys
rows = {row["what"]: row for row in json.load(open(sys.argv[1], encoding="utf-8"))}
assert rows["state folder"]["verdict"] == "WARN" and "chmod 700" in rows["state folder"]["advice"], rows
assert rows["exchange"]["verdict"] == "ok", rows
P
exit "$wrong"
