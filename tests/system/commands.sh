#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What an operator tells a running daemon: does halt close entries, does flatten leave what is open, do refusals and
# unconfirmed commands change nothing, does garbage on the socket do no harm? Against an emulated exchange, in stepped
# time; the clock is stopped where something is to be looked at. Skipped where the emulator was not built.
set -uo pipefail
bot=$(realpath "$1") root=$(realpath "$2") wrong=0
. "$root/tests/support/emulator.sh"
support=$root/tests/support
folder=$(mktemp -d)
cd "$folder" || exit 1
trap 'kill -CONT $(jobs -p) 2>/dev/null; kill -KILL $(jobs -p) 2>/dev/null; rm -rf "$folder"' EXIT

fail() { # TEXT
	echo "FAIL: $1"
	wrong=1
}
expect() { # CODE TEXT WORD...: the exit code, and a text that it must say; said keeps all
	local code=$1 text=$2 got
	shift 2
	said=$(env -i "$bot" "$@" 2>&1 </dev/null)
	got=$?
	[ "$got" -eq "$code" ] && [[ $said == *"$text"* ]] || fail "tradebotd $*: wanted $code and '$text', got $got and: $said"
}
get() { python3 "$support/json_get.py" "$@"; }
raw() { # TEXT WANTED
	local got
	got=$(python3 "$support/raw_ask.py" st/control.sock "$1")
	[[ $got == *"$2"* ]] || fail "'$1' over the socket: wanted '$2', got: $got"
}
spoken() { # the operator's words in the journal
	python3 - <<'P'
import sqlite3
db = sqlite3.connect("file:st/journal.db?mode=ro", uri=True)
print(*[row[0] for row in db.execute("SELECT a FROM notes WHERE note = 'operator' ORDER BY seq")])
P
}

# --- Without a daemon, and without a confirmation.
for verb in halt resume lower-stage; do
	expect 1 "no daemon takes commands on the state folder 'nowhere', and nothing was done" "$verb" --state nowhere
	[[ $said == *"--state"* ]] || fail "$verb: no word of --state"
done
for verb in flatten unlock; do
	expect 1 "no daemon takes commands on the state folder 'nowhere'" "$verb" --confirm "$verb" --state nowhere
	expect 2 "tradebotd $verb --confirm $verb" "$verb" --state nowhere
	expect 2 "tradebotd $verb --confirm $verb" "$verb" --confirm yes --state nowhere
done
expect 2 "no option '--confirm'" halt --confirm halt
[ "$(env -i "$bot" halt --json --state nowhere 2>/dev/null | get code)" = 1 ] || fail "halt --json without a daemon"
[ -e nowhere ] && fail "a command made a state folder"

# --- Daemons that are played: one hangs up over halt, cannot store its flatten, and is locked.
mkdir played
was='{"states": ["locked"], "words": "locked", "drawdown": 0.21, "nav": 0.79, "nav_peak": 1, "equity_peak": 10000, "locked_ms": 1767225600000}'
is='{"states": ["half_size"], "words": "half size", "drawdown": 0.1, "nav": 0.79, "nav_peak": 0.877777778, "equity_peak": 9000}'
python3 "$support/play_daemon.py" played/control.sock \
	"flatten" '{"ok": true, "answer": {"said": "leaving", "stored": false, "positions": []}}' \
	"preview unlock" "{\"ok\": true, \"answer\": {\"before\": $was, \"after\": $is}}" \
	"unlock unlock" "{\"ok\": true, \"answer\": {\"said\": \"unlocked\", \"stored\": true, \"before\": $was, \"after\": $is}}" >asked &
player=$!
for _ in $(seq 100); do grep -q listening asked && break; sleep 0.05; done
expect 1 "it is not known whether it was done; 'tradebotd status --state played'" halt --state played
expect 1 "it is in force, but the journal could not store it" flatten --confirm flatten --state played
python3 "$support/type_at.py" "type 'unlock' to do it" "unlock please" "$bot" unlock --state played >shown
[ $? -eq 3 ] || fail "a wrong word was enough to unlock: $(cat shown)"
python3 "$support/type_at.py" "type 'unlock' to do it" "unlock" "$bot" unlock --state played >shown
[ $? -eq 0 ] || fail "unlock at the terminal: $(cat shown)"
for words in "locked since 2026-01-01 00:00:00 UTC, at a drawdown of 21.00 %" \
	"the peak of NAV is set from 1 to 0.877777778 (NAV is 0.79): the drawdown is then 10.00 %" \
	"is set from 10000.00 to 9000.00 USDT" "afterwards: half size" "now     half size"; do
	grep -qF "$words" shown || fail "unlock does not show '$words': $(cat shown)"
done
kill "$player"
[ "$(paste -sd, asked)" = "listening,halt,flatten,preview unlock,preview unlock,unlock unlock" ] ||
	fail "what was asked: $(paste -sd, asked)"

[ -x "$emulator" ] || { echo "no emulator at $emulator"; [ "$wrong" -eq 0 ] && exit 77; exit 1; }
bash "$support/make_ca.sh" . || exit 1

# --- Before there is a world.
env -i "$bot" run --state st --exchange bybit --paper --set EXCHANGE_REST_URL=https://127.0.0.1:9 \
	--set EXCHANGE_STREAM_URL=wss://127.0.0.1:9 >early 2>&1 &
daemon=$!
for _ in $(seq 200); do [ -S st/control.sock ] && break; sleep 0.05; done
expect 3 "still waiting for the exchange's listing" halt --state st
kill -TERM "$daemon"
wait "$daemon"
rm -rf st

# --- With one.
emulator_start emulated --symbols 6 --days 30 --clock clock.sock --end-exit || exit 1
env -i "$bot" run --state st --clock clock.sock --paper "${on_emulator[@]}" >log 2>&1 &
daemon=$!
count() { # positions now
	env -i "$bot" status --state st --json 2>/dev/null | python3 -c 'import json, sys; print(len(json.load(sys.stdin)["positions"]))' 2>/dev/null
}
protected() { # how many positions, if all are protected; else 0: one whose entry is not filled yet has no result to show
	env -i "$bot" status --state st --json 2>/dev/null | python3 -c '
import json, sys
held = json.load(sys.stdin)["positions"]
print(len(held) if all(p["phase"] == "protected" for p in held) else 0)' 2>/dev/null
}
turn() { env -i "$bot" status --state st --json | get turn; }
states() { env -i "$bot" "$1" --state st --json | get states; }
trade_until_held() { # then time stands
	for _ in $(seq 400); do
		kill -STOP "$emulating"
		[ "$(protected)" -gt 0 ] 2>/dev/null && return 0
		kill -CONT "$emulating"
		sleep 0.03
	done
	fail "nothing was ever held"
	return 1
}
go_on() { # TURNS: until so many more turns were recorded, then time stands
	local from
	from=$(turn)
	kill -CONT "$emulating"
	for _ in $(seq 400); do
		[ "$(turn)" -ge $((from + $1)) ] && break
		sleep 0.05
	done
	kill -STOP "$emulating"
}

trade_until_held || { tail -5 log; exit 1; }
held=$(count)
[ "$(states status)" = "[]" ] || fail "a state stands at the start: $(states status)"
expect 3 "there is nothing that 'resume' ends" resume --state st
expect 3 "it is not locked" unlock --confirm unlock --state st
expect 2 "has to be confirmed" flatten --state st

# Garbage and half questions.
raw 'unlock\n' '"code": 3'
raw 'unlock unlock\n' 'it is not locked'
raw 'halt now\n' 'takes no further word'
raw 'HALT\n' '"code": 2'
raw 'halt\x00\n' 'no line of words'
raw '\xff\xfe\x80 \x01\n' '"code": 2'
raw 'preview end\n' 'preview of what?'
raw 'halt' '' # no end of line: not asked
raw "$(printf 'h%.0s' $(seq 256))" 'too long'
raw 'flatten flatten\n' 'takes no further word'
[ "$(states status)" = "[]" ] && [ "$(count)" -eq "$held" ] && [ -z "$(spoken)" ] || fail "garbage has changed something"

# A terminal: what is typed decides.
python3 "$support/type_at.py" "type 'flatten' to do it" "yes" "$bot" flatten --state st >shown
[ $? -eq 3 ] && grep -q "not confirmed, and nothing was done" shown || fail "a wrong word at the terminal: $(cat shown)"
grep -q "open result .* USDT, protected" shown || fail "the terminal is not shown what is open: $(cat shown)"
[ -z "$(spoken)" ] || fail "a flatten that was not confirmed was done"

# Halted: seen by status and risk, and by the journal; nothing is opened.
expect 0 "no entries from now on" halt --state st
[[ $said == *"before  entries are open"*"now     halted by the operator: until 'resume'"* ]] || fail "halt: $said"
[ "$(states status)" = '["operator_halt"]' ] && [ "$(states risk)" = '["operator_halt"]' ] || fail "halt is not seen"
expect 0 "halted by the operator" status --state st
expect 0 "halted by the operator already" halt --state st
[ "$(env -i "$bot" halt --state st --json | get ok answer.changed answer.after.states)" = 'True
False
["operator_halt"]' ] || fail "halt --json"
expect 0 "entries are closed: halted by the operator" why BTC/USDT --state st

# Flat.
python3 "$support/type_at.py" "type 'flatten' to do it" "flatten" "$bot" flatten --state st >shown
[ $? -eq 0 ] && grep -q "is being left at market" shown || fail "flatten at the terminal: $(cat shown)"
grep -q "leaving" shown || fail "flatten does not say what is leaving: $(cat shown)"
kill -CONT "$emulating"
for _ in $(seq 200); do [ "$(count)" = 0 ] && break; sleep 0.05; done
[ "$(count)" = 0 ] || fail "not flat after flatten"
kill -STOP "$emulating"
expect 0 "nothing is open" flatten --confirm flatten --state st
go_on 100
python3 - "$held" <<'P' || fail "the journal after halt and flatten"
import sqlite3, sys
db = sqlite3.connect("file:st/journal.db?mode=ro", uri=True)
halted = db.execute("SELECT min(at_ms) FROM notes WHERE note = 'operator'").fetchone()[0]
late = db.execute("SELECT count(*) FROM decisions WHERE verdict = 'approved' AND book = 'main' AND at_ms > ?", (halted,)).fetchone()[0]
assert late == 0, late
left = db.execute("SELECT count(*) FROM trades WHERE book = 'main' AND exit_reason = 'operator'").fetchone()[0]
assert left >= 1 and left <= int(sys.argv[1]), left
P

# It stands after a death.
kill -KILL "$daemon"
wait "$daemon" 2>/dev/null
kill -KILL "$emulating"
wait "$emulating" 2>/dev/null
rm -f clock.sock
[ "$(states status)" = '["operator_halt"]' ] || fail "the halt died with the daemon"
now=$(($(env -i "$bot" status --state st --json | get turn_ms) / 86400000 * 86400000 + 86400000)) # the next midnight
emulator_start again --symbols 6 --days 30 --start "$now" --clock clock.sock --end-exit || exit 1
env -i "$bot" run --state st --clock clock.sock --paper "${on_emulator[@]}" >log 2>&1 &
daemon=$!
for _ in $(seq 400); do grep -q " ready: " log && break; sleep 0.05; done
expect 0 "stage   25.00 % of equity, was 100.00 %" lower-stage --state st
expect 0 "now     entries are open" resume --state st
trade_until_held || tail -5 log
[ "$(spoken)" = "0 2 5 1" ] || fail "the operator's words in the journal: $(spoken)"
kill -CONT "$emulating"
kill -TERM "$daemon"
wait "$daemon" || fail "SIGTERM: not exit code 0"
grep -q "the operator spoke (resume)" log || fail "the log does not tell of resume"
exit "$wrong"
