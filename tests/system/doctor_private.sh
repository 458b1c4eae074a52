#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# With an emulated account: does doctor say what is wrong with a key and its account, and does its probe order go there and
# back, with its stop, whatever happens on the way, so that nothing is left? Skipped where the emulator was not built.
set -uo pipefail
bot=$(realpath "$1") root=$(realpath "$2") wrong=0
. "$root/tests/support/emulator.sh"
emulator_room

fail() { # TEXT
	echo "FAIL: $1"
	cat said 2>/dev/null
	wrong=1
}
emulate() { # OPTION...
	rm -rf emulated.out control st
	port=
	emulator_start emulated --symbols 3 --control control "$@" </dev/null || exit 1
}
tell() { # LINE: of the emulator's control socket; its answer
	python3 - control "$1" <<'P'
import socket, sys
line = socket.socket(socket.AF_UNIX)
line.connect(sys.argv[1])
line.settimeout(10)
line.sendall((sys.argv[2] + "\n").encode())
said = b""
while not said.endswith(b"ok\n") and b"\nerror" not in said and not said.startswith(b"error"):
    said += line.recv(65536)
sys.stdout.write(said.decode())
P
}
ask() { # OPTION...: doctor with the emulated key (key), into said; its exit code in code
	ask_on "$@"
	wait "$asking"
	code=$?
}
ask_on() { # the same, without waiting for it: its process is in asking
	env -i EXCHANGE_API_KEY="${key-emulated-key}" EXCHANGE_SECRET="${secret-emulated-secret}" TRADING_SYMBOLS=BTC/USDT \
		SCANNER_ENABLED=false "$bot" doctor --state st "${on_emulator[@]}" "$@" >said 2>errors </dev/null &
	asking=$!
}
expect() { # CODE, then LINE...: each a pattern that has to begin a line
	local wanted=$1 line
	shift
	[ "$code" -eq "$wanted" ] || fail "exit code $code, not $wanted: $*"
	for line; do
		grep -q "^$line" said || fail "no line '$line'"
	done
}
flat() { # TEXT: the exchange's own books have no position, no open order, and add up
	tell books >books
	python3 - <<'P' || fail "$1: something is left at the exchange"
import json
rows = [json.loads(line) for line in open("books", encoding="utf-8") if line.startswith("{")]
over = {"Filled", "Cancelled", "Rejected", "Deactivated"}
assert all(float(row["position"]["size"]) == 0 for row in rows if "position" in row), rows
assert all(row["order"]["orderStatus"] in over for row in rows if "order" in row and row["order"]["symbol"] == "BTCUSDT"), rows
balance = rows[-1]["balance"]
assert balance["wrong"] == 0 and balance["margin"] == 0, balance
P
}
stop() {
	kill "$emulating" 2>/dev/null
	wait "$emulating" 2>/dev/null
}

# --- What it says of each account and key. CODE OPTIONS LINES...
look() {
	local wanted=$1 account=$2
	shift 2
	emulate --account "$account"
	ask
	expect "$wanted" "$@"
	stop
}
look 0 ips=127.0.0.1 "ok    key           the key is accepted (testnet on bybit, account 592324)" \
	"ok    key rights    the key cannot withdraw" "ok    key           .*it never does" \
	"ok    margin mode " "ok    position mode" "ok    balance       equity 10000.00 USDT, wallet 10000.00 USDT" \
	"ok    holdings      no position" "ok    fees          a taker pays 0.0550 %" "ok    news          "
look 1 balance=100 "FAIL  equity        no symbol can be traded" "WARN  key           the key is bound to no address" "WARN  symbol .*(there are 100.00)"
look 1 withdraw "FAIL  key rights    the key can withdraw"
look 1 read-only "FAIL  key rights    the key is read-only"
look 1 no-trade "FAIL  key rights    the key may not trade futures"
look 0 transfer "WARN  key           the key may move money"
look 0 expires=3 "WARN  key           the key expires in 7[12] hours" "ok    key           .*it does in [23] days"
look 1 ips=10.0.0.1 "FAIL  key           .*10010"
look 1 classic "FAIL  account       it is a classic account" "FAIL  balance       "
look 0 cross,hedge "WARN  position mode .*the account is empty" "WARN  margin mode .*the account is empty"

emulate --account cross
key=another ask
expect 1 "FAIL  key           the exchange does not accept the key"
key='' ask
expect 1 "FAIL  key           EXCHANGE_SECRET is set and EXCHANGE_API_KEY is not"
key='' secret='' ask
expect 0 "ok    account       not looked at: there is no key"
ask --paper
expect 0 "ok    account       not looked at: --paper"
tell "fault other_trade:BTCUSDT=1" >/dev/null
tell "fault other_order:ETHUSDT" >/dev/null
ask
expect 1 "WARN  holdings      there are positions" "WARN  holdings      there are open orders" \
	"FAIL  margin mode   the margin mode is cross, and the account holds"
ask --set TAKER_FEE=0.0002 --json
python3 - <<'P' || fail "--json"
import json
lines = json.load(open("said", encoding="utf-8"))
fees = [line for line in lines if line["what"] == "fees"]
assert fees[0]["verdict"] == "WARN" and "TAKER_FEE to 0.000550" in fees[0]["advice"], fees
P
ask --probe-order
expect 3 "FAIL  probe         refused: a look failed"
stop

# --- The probe order, in calm weather.
emulate --account balance=2000,cross,hedge
ask --probe-order
expect 0 "ok    probe         approved and sent: long 0.001 at " "ok    probe         filled at .*fee 0.03" \
	"ok    probe         stop and target rest" "ok    probe         stop moved to " \
	"ok    probe         left by a reduce-only order" "ok    probe         flat, no order left; the round trip cost 0.0"
flat "calm"
grep -c '"execution"' books | grep -qx 2 || fail "not two executions"
[ -e st/journal.db ] && fail "there is a journal"
ask --probe-order --symbol ETH/USDT --json
python3 - <<'P' || fail "probe --json"
import json
lines = [line for line in json.load(open("said", encoding="utf-8")) if line["what"] == "probe"]
assert len(lines) == 8 and all(line["verdict"] == "ok" for line in lines), lines
assert "ETH/USDT" in lines[0]["text"], lines
P
ask --probe-order --symbol NONE/USDT
expect 3 "FAIL  probe         NONE/USDT is not listed"
exec 9>st/lock && flock 9
ask --probe-order
expect 3 "FAIL  probe         refused: .*in use"
exec 9>&-
ask --probe-order --set SCANNER_ENABLED=false --set RISK_SPREAD=0.000001
expect 1 "FAIL  probe         refused: spread "
tell "fault other_trade:BTCUSDT=1" >/dev/null
ask --probe-order
expect 3 "FAIL  probe         refused: the account holds something in BTC/USDT:USDT: a position"
stop

# --- Real money is asked for twice.
emulate --account balance=10000
ask --probe-order --live
[ "$code" -eq 2 ] || fail "--live in the sandbox: exit code $code"
ask --confirm probe
[ "$code" -eq 2 ] || fail "--confirm without --probe-order: exit code $code"
real=(--set exchange.sandbox=false)
ask "${real[@]}" --probe-order
[ "$code" -eq 3 ] || fail "real money without --live: exit code $code"
ask "${real[@]}" --probe-order --live
[ "$code" -eq 2 ] || fail "real money without a word: exit code $code"
ask "${real[@]}" --probe-order --live --confirm yes
[ "$code" -eq 2 ] || fail "real money with another word: exit code $code"
ask "${real[@]}" --probe-order --live --confirm probe
expect 0 "ok    key           the key is accepted (LIVE on bybit, real money" "ok    probe         flat"
flat "real money"
stop
emulate --account balance=1000
ask "${real[@]}" --probe-order --live --confirm probe
expect 3 "FAIL  equity        no symbol can be traded" "FAIL  probe         refused: a look failed"
stop

# --- Whatever happens on the way. CODE, then FAULT.
probe() { # CODE FAULT PATTERN
	emulate --account balance=2000 --fault "$2"
	ask --probe-order
	expect "$1" "$3"
	flat "$2"
	stop
}
there_and_back="ok    probe         flat, no order left"
nothing_left="ok    probe         nothing is left at the exchange"
probe 0 "post_reset_after*9" "$there_and_back"
probe 0 "post_shut_before" "$there_and_back"
probe 0 "order_late=1500" "$there_and_back"
probe 0 "news_late=1000*4" "$there_and_back"
probe 0 "order_mute" "$there_and_back"
probe 0 slip "$there_and_back"
probe 1 leverage_lost "FAIL  probe         refused: leverage "
probe 1 entry_rejected "$nothing_left"
probe 1 cut=110000 "$nothing_left"
probe 1 stop_missing "$nothing_left"
probe 1 stop_refused "$nothing_left"
probe 1 close_rejected "$nothing_left"

# --- Stopped, or cut off, while it is in the market.
midway() { # TEXT COMMAND...
	emulate --account balance=2000 --fault stop_missing
	local what=$1
	shift
	ask_on --probe-order
	for _ in $(seq 200); do
		grep -q "filled at" said 2>/dev/null && break
		sleep 0.05
	done
	"$@"
	wait "$asking"
	code=$?
	[ "$code" -eq 1 ] || fail "$what: exit code $code"
	grep -q "^$nothing_left" said || fail "$what: something may be left"
	flat "$what"
	stop
}
interrupt() { kill -INT "$asking"; }
midway "a signal" interrupt
midway "nothing answered for five seconds" tell "fault stall=5000"
midway "lists that lag" tell "fault stale_reads=5000"
midway "streams closed" tell "fault no_streams=4000"
exit $wrong
