#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# How fast is the engine? A million bars of 1m of one symbol, always the same, seven times. What is measured is the
# figure the daemon itself prints: market, simulated exchange, engine, gate, tally and digest; not reading the file.
# Before and after each run a fixed loop (BENCH_REFERENCE) says what the machine is worth at that moment; the engine's time
# as a multiple of it is the figure to compare. Instructions a bar are counted by callgrind over the first 100,000 bars: the
# same on every machine with one compiler.
#
# usage: engine.sh PROGRAM SOURCE [BENCH_REFERENCE [BENCH_SIGNAL [BENCH_CANDLES]]]     BARS=1000000 RUNS=7 as environment
set -euo pipefail
bot=$(realpath "$1") root=$(realpath "$2") reference=${3:-} signal=${4:-} candles=${5:-}
bars=${BARS:-1000000} runs=${RUNS:-7} part=100000
[ "$bars" -ge "$part" ] || part=$bars
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

if [ -e "$root/../shared/bench/gen_candles.py" ]; then
	python3 "$root/../shared/bench/gen_candles.py" MILLION-1m.csv "$bars" >/dev/null
	made="gen_candles.py, seed 42"
else
	python3 "$root/tests/support/make_candles.py" MILLION-1m.csv "$bars"
	made="tests/support/make_candles.py, seed 1"
fi
head -$((part + 1)) MILLION-1m.csv >PART-1m.csv
echo "$bars bars of 1m, one symbol ($made), sha256 $(sha256sum <MILLION-1m.csv | cut -c1-16)"
echo "$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1), load $(cut -d' ' -f1 /proc/loadavg) before"

worth() { [ -z "$reference" ] || "$reference" >>worth; }
: >worth
worth
for ((i = 0; i < runs; i++)); do
	env -i "$bot" backtest --candles MILLION-1m.csv --json 2>/dev/null
	worth
done >results
python3 - "$bars" results <<'PY'
import json, statistics, sys
bars, runs = int(sys.argv[1]), [json.loads(line) for line in open(sys.argv[2])]
worth = [float(line) for line in open("worth")]
if len({run["digest"] for run in runs}) != 1 or any(run["bars"] != bars for run in runs):
    sys.exit("the runs differ")
for name, key in (("engine, sim and digest", "engine_seconds"), ("reading the file", "load_seconds")):
    seconds = sorted(run[key] for run in runs)
    row = [(s * 1e9 / bars, bars / s / 1e6) for s in (seconds[-1], statistics.median(seconds), seconds[0])]
    print(f"{name:24}" + "".join(f"  {word} {rate:6.2f} M bars/s {ns:6.1f} ns/bar"
                                 for word, (ns, rate) in zip(("min", "median", "max"), row)))
if worth:
    around = [(worth[i] + worth[i + 1]) / 2 for i in range(len(runs))]
    times = sorted(run["engine_seconds"] * 1e9 / bars / ns for run, ns in zip(runs, around))
    print(f"a bar is {times[0]:.1f} / {statistics.median(times):.1f} / {times[-1]:.1f} steps of the reference loop "
          f"(min / median / max; a step took {min(worth):.2f} to {max(worth):.2f} ns)")
print(f"peak {max(run['peak_rss_kib'] for run in runs) / 1024:.0f} MiB, {runs[0]['trades']} trades, "
      f"digest {runs[0]['digest'][:16]}")
PY

if command -v valgrind >/dev/null; then
	count() { # OPTION...: instructions of the program on the part
		env -i valgrind --tool=callgrind --callgrind-out-file=cg.out "$@" "$bot" backtest --candles PART-1m.csv --json \
			2>&1 >/dev/null | tr -d , | sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
	}
	all=$(count)
	turns=$(count --toggle-collect=sim_world_run)
	echo "callgrind, first $part bars: $((turns / part)) instructions a bar in the engine's turns, $((all / part)) in all" \
		"(with reading the file and starting)"
	echo "by their own cost, instructions a bar:"
	callgrind_annotate cg.out | tr -d , | awk -v part="$part" '/^[ ]*[0-9]+ \(.*:/ && n < 12 {
		match($0, /[a-zA-Z0-9_?]+:[^ ]+/)
		printf "%8.1f  %s\n", $1 / part, substr($0, RSTART, RLENGTH); n++ }' || true
else
	echo "no valgrind: instructions are not counted"
fi
[ -z "$signal" ] || { echo && "$signal" MILLION-1m.csv; }
[ -z "$candles" ] || { echo && "$candles" MILLION-1m.csv; }
