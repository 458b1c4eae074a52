#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# How fast are candles read, against pandas.read_csv of the same file in the same minute? A million bars of 1m, always
# the same; runs of both alternate, and the median of the ratios counts. Then the cache against our own parser. Figures
# only: nothing here passes or fails. pandas is Debian's python3-pandas; without it the ratio is left out.
#
# usage: candles.sh BENCH_CANDLES SOURCE       BARS=1000000 PAIRS=7 as environment
set -euo pipefail
bench=$(realpath "$1") root=$(realpath "$2") bars=${BARS:-1000000} pairs=${PAIRS:-7}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
if [ -e "$root/../shared/bench/gen_candles.py" ]; then
	python3 "$root/../shared/bench/gen_candles.py" million.csv "$bars" >/dev/null
else
	python3 "$root/tests/support/make_candles.py" million.csv "$bars"
fi
echo "$bars bars of 1m, sha256 $(sha256sum <million.csv | cut -c1-16), $(wc -c <million.csv) bytes;" \
	"load $(cut -d' ' -f1 /proc/loadavg)"
python=
for one in python3 /usr/bin/python3; do
	"$one" -c 'import pandas' 2>/dev/null && python=$one
done
if [ -z "$python" ]; then
	echo "no pandas: the ratio is left out"
else
	for ((i = 0; i < pairs; i++)); do
		ours=$("$bench" million.csv 5 | sed -n 's/^text .*median *\([0-9.]*\).*/\1/p')
		theirs=$("$python" - million.csv <<'PY'
import pandas, statistics, sys, time
took = []
for _ in range(3):
    start = time.perf_counter()
    rows = len(pandas.read_csv(sys.argv[1]))
    took.append((time.perf_counter() - start) * 1e9 / rows)
print(f"{statistics.median(took):.1f}")
PY
		)
		echo "$ours $theirs"
	done >pairs
	"$python" - pairs <<'PY'
import pandas, statistics, sys
rows = [tuple(map(float, line.split())) for line in open(sys.argv[1])]
ratios = sorted(theirs / ours for ours, theirs in rows)
print(f"parser {statistics.median(r[0] for r in rows):.1f} ns a row, pandas {pandas.__version__} "
      f"{statistics.median(r[1] for r in rows):.1f}: {statistics.median(ratios):.1f} times faster "
      f"({ratios[0]:.1f} to {ratios[-1]:.1f} in {len(rows)} pairs)")
PY
fi
sleep 4 # a file that was just written is known by its checksum only
"$bench" million.csv 15 cache
