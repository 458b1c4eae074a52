#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Does the emulated exchange keep its word on real sockets: stepped time with the same messages in each run, from
# generator and candle files alike; faults that are felt; an account whose books are right; certificates that are checked; only 127.0.0.1?
set -uo pipefail
bot=$(realpath "$1") root=$(realpath "$2") wrong=0
folder=$(mktemp -d)
. "$root/tests/support/emulator.sh"
emulators=()
trap '[ ${#emulators[@]} -gt 0 ] && kill "${emulators[@]}" 2>/dev/null; wait; rm -rf "$folder"' EXIT
cd "$folder" || exit 1

fail() { echo "$*"; wrong=1; }

start() { # NAME OPTION...: sets port
	emulator_start "$@" </dev/null || exit 1
	emulators+=("$emulating")
}

bash "$root/tests/support/make_ca.sh" . || exit 1
for run in 1 2; do
	start "clock$run" --clock "clock$run.sock" --symbols 3 --seed 5 --days 1 --end-exit
	timeout 300 python3 "$root/tests/emulator/server_check.py" clock "$port" ca.pem "clock$run.sock" >"said$run" ||
		fail "stepped time: $(cat "clock$run.log")"
	wait "${emulators[-1]}" || fail "the emulator ended with $?"
	unset 'emulators[-1]'
done
cat said1
cmp said1 said2 || fail "two runs are not the same"
grep -q "bars 2880 seconds 864" said1 || fail "a day of two symbols has 2880 bars"

mkdir files
"$emulator" --symbols 3 --seed 5 --days 1 --dump-only files || fail "no dump"
[ "$(wc -l <files/BTCUSDT-1m.csv)" -eq 1441 ] || fail "a day of candles"
start files --clock files.sock --candles files --funding files --end-exit
timeout 300 python3 "$root/tests/emulator/server_check.py" clock "$port" ca.pem files.sock >said3 ||
	fail "candle files: $(cat files.log)"
grep -q "bars 2880 seconds 864" said3 || fail "candle files: $(cat said3)"
wait "${emulators[-1]}"
unset 'emulators[-1]'

start faults --control control.sock --symbols 2
timeout 300 python3 "$root/tests/emulator/server_check.py" faults "$port" ca.pem control.sock || fail "faults"
start account --control account.sock --symbols 2
timeout 100 python3 "$root/tests/emulator/server_check.py" account "$port" ca.pem account.sock || fail "account"
python3 - "$port" <<'PY' || fail "a client without the authority was let in, or another address answers"
import socket, ssl, sys
port = int(sys.argv[1])
try:
    ssl.create_default_context().wrap_socket(socket.create_connection(("127.0.0.1", port)), server_hostname="localhost")
    sys.exit(1)
except ssl.SSLCertVerificationError:
    pass
try:
    socket.create_connection(("127.0.0.2", port), timeout=5)
    sys.exit(1)
except ConnectionRefusedError:
    pass
PY
"$emulator" --help >help || fail "no help"
for word in delay disagree freeze; do
	grep -q "^  $word " help || fail "--help does not tell $word"
done
for options in "--symbols 99" "--fault nothing" "--speed 0" "--timeframe 7m --dump-only files" "--candles nowhere --dump-only files"; do
	read -ra words <<<"$options"
	"$emulator" --cert server.pem --key server.key "${words[@]}" >out 2>said </dev/null && fail "$options was taken"
	[ -s said ] || fail "$options: refused without a word"
done
exit "$wrong"
