#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Are indicators, regimes and signals what the rules say? Every bar again by plain loops in two passes: small files
# made here (a hole of 3 bars and of 4, a jump of 50 % and of more, dead flat hours) and, where they are, real candles.
set -uo pipefail
bot=$(realpath "$1") root=$(realpath "$2") shared=$(realpath "$2")/../shared/candles
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1

python3 - <<'PY'
import random
r = random.Random(11)
def write(name, bars, unit, skip=(), jump={}, flat=(), step=60000):
    close, calm = 1000000, 1.0
    with open(name, "w") as f:
        f.write("ts_ms,open,high,low,close,volume\n")
        for i in range(bars):
            if i % 150 == 0:
                calm, drift = r.choice((0.2, 1, 3)), r.choice((-0.3, 0, 0, 0.3))
            last, move = close, 0 if any(a <= i < b for a, b in flat) else round(r.gauss(drift, 1) * calm * 300)
            close = last * jump[i] // 100 if i in jump else max(1000, last + move)
            high = max(last, close) + (abs(move) // 3 if move else 0)
            low = min(last, close) - (abs(move) // 4 if move else 0)
            if not any(a <= i < b for a, b in skip):
                f.write("%d,%s,%s,%s,%s,1\n" % (1700000040000 // step * step + i * step,
                    *("%.*f" % (unit, x / 10**unit) for x in (last, high, low, close))))
write("AAAUSDT-1m.csv", 4000, 2)
write("BBBUSDT-1m.csv", 3500, 5, skip=[(700, 703), (1500, 1504), (2600, 2640)], jump={300: 150, 900: 50})
write("CCCUSDT-5m.csv", 2500, 0, jump={800: 151, 1600: 49}, flat=[(300, 700), (1200, 1400)], step=300000)
PY
files=(AAAUSDT-1m.csv BBBUSDT-1m.csv CCCUSDT-5m.csv)
for file in spot-2021-04/BTCUSDT-1m.csv.gz perp-2021-11/XRPUSDT-5m.csv perp-2025-03/SOLUSDT-5m.csv \
	perp-2025-03/ETHUSDT-1h.csv perp-2025-q2/XRPUSDT-5m.csv.gz; do
	[ -f "$shared/$file" ] && files+=("$shared/$file")
done
python3 "$root/tests/support/indicators_oracle.py" "$bot" "${files[@]}"
