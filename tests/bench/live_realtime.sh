#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What does trading live cost while it runs? The emulated exchange in real time with the traffic of a live one (quotes and
# book changes ten times a second, running bars each second), `run` over TLS. After a minute of warming up it reads
# the daemon's memory and CPU time from /proc over MINUTES, and its loop lag from `status`.
#
# usage: live_realtime.sh PROGRAM SOURCE      MINUTES=3 SYMBOLS=20 MODE=--paper (or --sandbox) as environment
set -euo pipefail
bot=$(realpath "$1") root=$(realpath "$2")
minutes=${MINUTES:-3} symbols=${SYMBOLS:-20}
folder=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true; wait; rm -rf "$folder"' EXIT
cd "$folder"
. "$root/tests/support/emulator.sh"
bash "$root/tests/support/make_ca.sh" .
emulator_start emulator --symbols "$symbols" --seed 3 --padding 600
pids+=("$emulating")
names=$(curl -s --cacert ca.pem "https://localhost:$port/v5/market/instruments-info?category=linear&limit=1000" |
	python3 -c "import json,sys; print(','.join(r['baseCoin'] + '/USDT' for r in json.load(sys.stdin)['result']['list']
	if r['quoteCoin'] == r['settleCoin'] == 'USDT' and r['contractType'] == 'LinearPerpetual' and r['symbolType'] == ''
	and r['status'] == 'Trading' and not r['isPreListing'])[:4000])")
env -i EXCHANGE_API_KEY=emulated-key EXCHANGE_SECRET=emulated-secret "$bot" run "${MODE:---paper}" "${on_emulator[@]}" --state state --set trading.symbols="$names" \
	--set scanner.min_volume_24h=0 >run.out 2>run.err &
daemon=$!
pids+=("$daemon")
sleep 60
kill -0 "$daemon" || { tail -5 run.err; exit 1; }
ticks() { awk '{ print $14 + $15 }' "/proc/$daemon/stat"; }
before=$(ticks) began=$(date +%s%N)
sleep $((minutes * 60))
after=$(ticks) ended=$(date +%s%N)
python3 - "$before" "$after" "$((ended - began))" "$(getconf CLK_TCK)" <<'PY'
import sys
before, after, ns, hz = map(int, sys.argv[1:])
print(f"CPU {(after - before) / hz / (ns / 1e9) * 100:.2f} % of a core over {ns / 6e10:.1f} minutes")
PY
grep -E 'VmRSS|VmHWM|RssAnon|RssFile' "/proc/$daemon/status"
env -i "$bot" status --state state 2>&1 | grep -iE "lag|link|watched|age" | head -8 || true
