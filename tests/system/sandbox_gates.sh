#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Before money can move: does `run` refuse the keys and accounts it must not trade with, set up an empty account itself,
# say what should be known, and warn before real money? Each case is an account of the emulated Bybit.
set -uo pipefail
bot=$(realpath "$1") root=$(realpath "$2") wrong=0
. "$root/tests/support/emulator.sh"
emulator_room

# trades CODE ACCOUNT WORDS... [-- OPTION...]: a run on such an account, until it has said each of the words or is over.
# The state folder is new unless KEEP is set.
trades() {
	local code=$1 account=$2 words=() got
	shift 2
	while [ $# -gt 0 ] && [ "$1" != -- ]; do words+=("$1") && shift; done
	[ $# -eq 0 ] || shift
	[ -n "${KEEP:-}" ] || rm -rf state
	rm -f clock
	emulator_start emulator --symbols 2 --seed 3 --days 1 --clock clock --end-exit --linger 1000 ${account:+--account "$account"} \
		${FAULT:+--fault "$FAULT"}
	env -i EXCHANGE_API_KEY="${KEY-emulated-key}" EXCHANGE_SECRET="${SECRET-emulated-secret}" "$bot" run "${on_emulator[@]}" \
		--clock clock --state state "$@" >said 2>&1 &
	local pid=$! all
	for _ in $(seq 600); do # until it has said everything, or is over
		all=yes
		for word in "${words[@]}"; do grep -q -- "$word" said || all=no; done
		kill -0 "$pid" 2>/dev/null || break
		[ "$all" = no ] || [ "$code" -ne 0 ] || break
		sleep 0.05
	done
	kill -TERM "$pid" 2>/dev/null
	wait "$pid"
	got=$?
	kill "$emulating" 2>/dev/null
	wait "$emulating" 2>/dev/null
	[ "$got" -eq "$code" ] || { echo "FAIL: account '$account' $*: exit code $got, not $code"; tail -5 said; wrong=1; }
	for word in "${words[@]}"; do
		grep -q -- "$word" said || { echo "FAIL: account '$account' $*: does not say '$word'"; tail -5 said; wrong=1; }
	done
	! grep -q emulated-secret said || { echo "FAIL: the secret is in the log"; wrong=1; }
}

trades 0 ips=127.0.0.1 "unified, one-way, isolated margin; equity 10000.00 USDT" "ready: testnet on bybit"
! grep -q "bound to no address" said || { echo "FAIL: a bound key is called unbound"; wrong=1; }
grep -q "REAL MONEY" said && { echo "FAIL: the sandbox is called real money"; wrong=1; }

# Refused for safety, with what to do about it.
trades 3 withdraw "can withdraw" "make a key"
trades 3 read-only "read-only" "make a key"
trades 3 no-trade "may not trade futures" "make a key"
trades 3 classic "classic account" "Unified Trading Account"
KEY=another-key trades 3 "" "does not accept the key" "EXCHANGE_SANDBOX_KIND"
SECRET=another-secret trades 3 "" "does not accept the key"
trades 3 ips=10.1.2.3 "does not accept the key" "address"

# Account-wide settings: made on an empty account, and read back; never under something.
trades 0 cross "it is set to isolated margin" "one-way, isolated margin" "ready: testnet"
trades 0 hedge "it is set to one-way mode" "one-way, isolated margin" "ready: testnet"
trades 0 cross,hedge "it is set to isolated margin" "it is set to one-way mode" "ready: testnet"
FAULT=other_trade:BTCUSDT trades 3 cross "the account holds positions" "not changed under them"
FAULT=other_order:BTCUSDT trades 3 hedge "the account holds orders" "not changed under them"

# Said, not refused.
trades 0 transfer "may move money" "ready: testnet"
trades 0 expires=3 "the key expires in 7[0-9] hours" "ready: testnet"
trades 0 "" "bound to no address" "ready: testnet"

# Something of another's: left alone in the sandbox; real money wants an account of its own, or to be told.
FAULT=other_trade:BTCUSDT trades 0 "" "ready: testnet" "that is not the bot's"
live=(--set EXCHANGE_SANDBOX=false)
FAULT=other_trade:BTCUSDT trades 3 "" "REAL MONEY" "that are not the bot's" "ACCEPT_SHARED_ACCOUNT" -- "${live[@]}"
FAULT=other_trade:BTCUSDT trades 0 "" "REAL MONEY" "ready: LIVE on bybit, real money" -- "${live[@]}" --set ACCEPT_SHARED_ACCOUNT=true

# Real money begins in shadow and says what is missing; 5 % without the evidence only where that is wanted.
trades 0 "" "REAL MONEY: orders go to account" "at stake: equity 10000.00 USDT" "in shadow first" "in shadow until the evidence is whole" "ready: LIVE" "the time is over" -- "${live[@]}"
[ "$(sqlite3 state/journal.db "SELECT mode LIKE 'live:bybit:%' FROM meta")" = 1 ] || { echo "FAIL: the journal's mode"; wrong=1; }
[ "$(sqlite3 state/journal.db "SELECT sum(book = 'main') = 0 AND sum(book = 'shadow') > 0 FROM fills")" = 1 ] || {
	echo "FAIL: a day without evidence: fills in the account, or none in the shadow"
	wrong=1
}
trades 0 "" "used of it: 5 %" "now 5.00 %" -- "${live[@]}" --set LIVE_ACCEPT_UNPROMOTED=true

# A state folder is of one account and one mode.
KEEP=1 trades 3 "" "sandbox:bybit:testnet" -- --sandbox
exit "$wrong"
