#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Does anything hold up the loop? A run against the emulated exchange in real time with a live one's traffic, while answers stall,
# the server freezes, streams are cut and refused and messages come broken; then once more with a stream whose
# name a name server never answers for (as root, in a mount namespace of its own). The loop's lag is the daemon's own figure
# from its last heartbeat, commits not counted; a hundred milliseconds are the limit on a machine that is otherwise idle.
#
# usage: live_lag.sh PROGRAM SOURCE      MINUTES=3 SYMBOLS=20 MODE=--paper as environment;
# MODE=--sandbox trades on the emulated account, whose faults then strike, too; EACH=1: every fault the emulator knows, one
# after the other, five seconds each
set -euo pipefail
bot=$(realpath "$1") root=$(realpath "$2")
minutes=${MINUTES:-3} symbols=${SYMBOLS:-20} mode=${MODE:---paper}
. "$root/tests/support/emulator.sh"
emulator_room
mkfifo lines
exec 9<>lines
emulator_start emulator --symbols "$symbols" --seed 3 --padding 600 --control - --log <lines

start() { # STREAM-HOST STATE [COMMAND...]: run.err is its log
	local host=$1 state=$2
	shift 2
	env -i PATH="$PATH" EXCHANGE_API_KEY=emulated-key EXCHANGE_SECRET=emulated-secret "$@" "$bot" run "$mode" "${on_emulator[@]}" --set exchange.stream_url="wss://$host:$port" \
		--state "$state" --set scanner.min_volume_24h=0 >run.out 2>run.err &
	daemon=$!
}
stop() {
	kill -TERM "$daemon" 2>/dev/null || true
	wait "$daemon" 2>/dev/null || true
	grep -oE "loop lag .*" run.err | tail -1 || echo "no heartbeat: $(tail -1 run.err)"
}

start localhost state
sleep 20
faults=(stall=20000 freeze=5000 no_streams=5000 reset_all http_403=5000 frame_garbage*20 body_cut*3 delay=4000*3
	limit_10006=2000 disconnect frame_truncated*20 http_5xx=8000)
[ "$mode" = --paper ] || faults+=(other_trade=3 stale_reads=5000 transfer=-50 other_order login_refused news_duplicate*10
	equity_x10=2000 other_close=0 key_dead=5000 bonus=10)
if [ -n "${EACH:-}" ]; then
	mapfile -t faults < <("$emulator" --help | sed -nE 's/^  ([a-z0-9_]+) +(next|lasts|now) .*/\1/p')
	minutes=$(((${#faults[@]} + 11) / 12))
fi
for ((second = 0; second < minutes * 60; second += 5)); do
	echo "fault ${faults[$((second / 5 % ${#faults[@]}))]}" >&9
	sleep 5
done
sleep 60
echo "${#faults[@]} kinds of faults in $minutes minutes: $(stop)"

if [ "$(id -u)" -eq 0 ]; then
	python3 -c "
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('127.0.0.53', 53)); time.sleep(600)" &
	echo "nameserver 127.0.0.53" >resolv.conf
	start stream.bybit.test silent unshare -m sh -c "mount --bind '$folder/resolv.conf' /etc/resolv.conf && exec \"\$@\"" sh
	sleep 100
	echo "a name server that never answers: $(stop)"
else
	echo "a name server that never answers: not tried, this needs root"
fi
