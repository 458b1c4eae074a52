#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A daemon on an emulated account is told to stop while it holds something: does it end at once and well, is every position
# left with its stop and target at the exchange, and does the next start find both and send nothing in their place?
# Skipped where the emulator was not built.
set -uo pipefail
bot=$(realpath "$1") root=$(realpath "$2") wrong=0
. "$root/tests/support/emulator.sh"
emulator_room
export EXCHANGE_API_KEY=emulated-key EXCHANGE_SECRET=emulated-secret

fail() { # TEXT
	echo "FAIL: $1"
	tail -3 log
	wrong=1
}
begin() { # the daemon, with what it says in log
	"$bot" run --sandbox "${on_emulator[@]}" --clock clock --state state >log 2>&1 &
	daemon=$!
}
took=() # by each stop, in ms
stop() { # SIGNAL: it is there before time goes on; whatever the daemon still sends is answered
	local from
	from=$(date +%s%N)
	kill -"$1" "$daemon"
	kill -CONT "$emulating"
	wait "$daemon"
	local code=$?
	daemon=
	took+=($((($(date +%s%N) - from) / 1000000)))
	[ "$code" -eq 0 ] || fail "SIG$1: exit code $code"
}
protected() { # how many positions the journal has, if all are protected; else 0
	"$bot" status --state state --json 2>/dev/null | python3 -c '
import json, sys
held = json.load(sys.stdin)["positions"]
print(len(held) if all(p["phase"] == "protected" for p in held) else 0)' 2>/dev/null || echo 0
}
look() { # FILE: the exchange's books, a moment after whatever was sent last
	python3 "$root/tests/support/ask_socket.py" control "pass 100" >/dev/null || fail "the emulator does not answer"
	python3 - >"$1" <<'P'
import socket
with socket.socket(socket.AF_UNIX) as there:
    there.settimeout(30)
    there.connect("control")
    there.sendall(b"books\n")
    for line in there.makefile("r"):
        if line.strip() == "ok":
            break
        print(line, end="")
P
}
guarded() { # FILE: each position has stop and target, and the orders of both; how many there are
	python3 - "$1" <<'P'
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
held = [r["position"] for r in rows if "position" in r]
for p in held:
    assert float(p["stopLoss"]) > 0 and float(p["takeProfit"]) > 0, p
    waits = [r["order"]["stopOrderType"] for r in rows if "order" in r and r["order"]["symbol"] == p["symbol"]
             and r["order"]["orderStatus"] == "Untriggered"]
    assert sorted(waits) == ["StopLoss", "TakeProfit"], (p["symbol"], waits)
print(len(held))
P
}

emulator_start emulator --symbols 6 --seed 2 --days 5 --clock clock --control control || exit 1
begin
held=0
for _ in $(seq 600); do # until something is held and protected; then time stands
	kill -STOP "$emulating"
	held=$(protected)
	[ "$held" -gt 0 ] && break
	kill -CONT "$emulating"
	sleep 0.03
done
[ "$held" -gt 0 ] || { fail "nothing was ever held"; exit 1; }
stop TERM
look after.json
[ "$(guarded after.json)" = "$held" ] || fail "$held held, and of these with stop and target: $(guarded after.json)"
python3 "$root/tests/support/compare_books.py" state/journal.db after.json || fail "journal and books differ after the stop"

# It goes on: nothing is doubled, nothing is sent in the place of what is there.
begin
for _ in $(seq 400); do grep -q " ready: " log && break; sleep 0.02; done
kill -STOP "$emulating"
grep -q " ready: " log || fail "not ready again"
stop INT
look again.json
guarded again.json >/dev/null || fail "after the next start a position is without its stop or target"
# Two seconds at the most; a machine that does much else at the moment is believed once.
[ "${took[0]}" -lt 2000 ] || [ "${took[1]}" -lt 2000 ] || fail "it took ${took[0]} and ${took[1]} ms to stop"
exit "$wrong"
