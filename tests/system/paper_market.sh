#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# With an emulated exchange: does `run --paper` get ready, answer for itself while it runs, take new settings, stop and go
# on, and survive being killed? Skipped where the emulator was not built.
set -uo pipefail
bot=$(realpath "$1") root=$(realpath "$2") wrong=0
. "$root/tests/support/emulator.sh"
emulator_room

fail() { # TEXT
	echo "FAIL: $1"
	tail -30 said 2>/dev/null
	wrong=1
}
wait_for() { # FILE WORDS
	for _ in $(seq 600); do
		grep -q -- "$2" "$1" 2>/dev/null && return 0
		sleep 0.05
	done
	fail "nobody said '$2' in $1"
	return 1
}
emulate() { # OPTION...
	emulator_start emulated "$@" || fail "no emulator"
	paper=(--paper "${on_emulator[@]}")
}
stop_emulator() {
	kill "$emulating" 2>/dev/null
	wait "$emulating" 2>/dev/null
}

# --- In real time.
emulate --symbols 6
printf '[scanner]\nblacklist = \n' >settings.ini
env -i "$bot" run --state st --config settings.ini "${paper[@]}" >said 2>&1 &
daemon=$!
wait_for said " ready: "
grep -q "smallest order" said || fail "no word of the smallest orders"
env -i "$bot" status --state st --json >status || fail "status --json"
env -i "$bot" scan --state st --json >scan || fail "scan --json"
env -i "$bot" risk --state st --json >risk || fail "risk --json"
python3 - <<'P' || fail "what a running daemon answers"
import json
status, scan, risk = (json.load(open(name, encoding="utf-8")) for name in ("status", "scan", "risk"))
live = status["live"]
assert status["mode"] == "paper:bybit" and live["ready"] is True, live
assert live["link"]["state"] == "up" and live["link"]["frames"] > 0, live["link"]
assert live["feed"]["missing"] == 0 and live["codec"]["listed"] == 6, live
assert {s["symbol"] for s in live["symbols"]} == set(status["watched"]), status["watched"]
assert all(s["spread"] > 0 and s["depth"] > 0 and s["volatility"] is not None for s in live["symbols"]), live["symbols"]
assert all(s["bid"] <= s["ask"] and s["age_ms"] < 60000 and s["bars"] >= 1000 for s in live["symbols"]), live["symbols"]
ranks = [row["rank"] for row in scan["live"]["rows"] if row["rank"]]
assert ranks == sorted(ranks) and len(ranks) >= 5, ranks
assert risk["live"]["equity"] == 10000, risk["live"]
P
env -i "$bot" why BTC/USDT --state st >why && grep -q "entries are" why || fail "why: nothing of how it stands now"
env -i "$bot" doctor --state st --exchange bybit "${paper[@]:3}" >doctor || fail "doctor is not content"
grep -q "one runs on this state folder and is ready" doctor || fail "doctor does not see the daemon"
printf '[scanner]\nblacklist = BTC/USDT\n' >settings.ini
kill -HUP "$daemon"
wait_for said "SCANNER_BLACKLIST is now"
env -i "$bot" why BTC/USDT --state st >why && grep -q "entries are closed" why || fail "a blacklisted symbol is open"
kill -TERM "$daemon"
wait "$daemon" || fail "SIGTERM: not exit code 0"
grep -q "^digest " said || fail "no digest at the end"
env -i "$bot" status --state st >status && grep -q "not running" status || fail "status believes that it runs"
rm -f said # or what the last one said would be believed
env -i "$bot" run --state st "${paper[@]}" >said 2>&1 &
daemon=$!
wait_for said " ready: "
grep -q "resumed on paper on bybit" said || fail "not resumed"
kill -TERM "$daemon"
wait "$daemon" || fail "resumed and stopped: not exit code 0"
timeout 60 env -i "$bot" run --state poor "${paper[@]}" --set SIM_BALANCE=2 >said 2>&1
[ $? -eq 3 ] || fail "an account that is too small for everything was not refused"
stop_emulator

# --- Two days, stepped: as fast as both can; then the same with deaths.
stepped() { # STATE: 0 when the two days are over
	timeout 300 env -i "$bot" run --state "$1" --clock clock.sock "${paper[@]}" >said 2>&1
}
emulate --symbols 4 --days 2 --clock clock.sock --end-exit
stepped whole || fail "two days, undisturbed"
whole=$(sed -n 's/^digest //p' said)
[ -n "$whole" ] || fail "no digest after two days"
stop_emulator
emulate --symbols 4 --days 2 --clock clock.sock --end-exit
for turns in 20 60 150; do
	env -i "$bot" run --state killed --clock clock.sock "${paper[@]}" >said 2>&1 &
	daemon=$!
	for _ in $(seq 600); do
		kill -0 "$daemon" 2>/dev/null || break
		turn=$(env -i "$bot" status --state killed --json 2>/dev/null | python3 "$root/tests/support/json_get.py" turn 2>/dev/null)
		[ "${turn:-0}" -ge "$turns" ] 2>/dev/null && break
	done
	kill -KILL "$daemon" 2>/dev/null
	wait "$daemon" 2>/dev/null
done
stepped killed || fail "two days with deaths"
stop_emulator
python3 - <<'P' || fail "the account after deaths"
import sqlite3
db = sqlite3.connect("file:killed/journal.db?mode=ro", uri=True)
odd = db.execute("SELECT note, count(*) FROM notes WHERE note IN ('difference', 'foreign', 'unexplained', 'unknown_order',"
                 " 'unknown_fill', 'unprotected') GROUP BY note").fetchall()
assert not odd, odd
assert db.execute("SELECT count(*) FROM trades").fetchone()[0] > 0
P
exit "$wrong"
