#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures the table of tests/support/market_statistics.h again, without that code: lowest, median and highest of each
figure over 1m candle files (plain or .gz, "ts_ms,open,high,low,close,volume").

usage: market_statistics.py FILE...            e.g. ../shared/candles/perp-2025-05/*-1m.csv* ../shared/candles/spot-*/*
The regimes are those of the rules: volatility percentile of 1,000, efficiency ratio of 100, 3 bars of hysteresis."""
import bisect
import gzip
import math
import statistics
import sys


def correlation(a, b):
    mean_a, mean_b = statistics.fmean(a), statistics.fmean(b)
    both = sum((x - mean_a) * (y - mean_b) for x, y in zip(a, b))
    return both / math.sqrt(sum((x - mean_a) ** 2 for x in a) * sum((y - mean_b) ** 2 for y in b))


def read(path):
    with (gzip.open if path.endswith(".gz") else open)(path, "rt") as file:
        next(file)
        return [(int(at), *map(float, rest)) for at, *rest in (line.split(",") for line in file)]


def regimes(bars):
    """Shares of mean_revert, trending, high_vol and low_vol."""
    closes = [bar[4] for bar in bars]
    moves = [0.0] + [math.log(b / a) for a, b in zip(closes, closes[1:])]
    seen, label, candidate, stood = {}, None, None, 0
    keys, ranked, path, run = [], [], 0.0, 0
    for i, close in enumerate(closes):
        hole = i > 0 and bars[i][0] - bars[i - 1][0] >= 5 * 60000
        if i == 0 or hole:  # more than three bars missing: the series begins anew
            keys, ranked, path, run, label, candidate, stood = [], [], 0.0, 0, None, None, 0
            continue
        run += 1
        path += abs(close - closes[i - 1]) - (abs(closes[i - 100] - closes[i - 101]) if run > 100 else 0)
        if run < 20:
            continue
        window = [round(1e8 * move) for move in moves[i - 19:i + 1]]
        key = 20 * sum(move * move for move in window) - sum(window) ** 2
        keys.append(key)
        bisect.insort(ranked, key)
        if len(keys) > 1000:
            del ranked[bisect.bisect_left(ranked, keys[-1001])]
        if len(keys) < 200:
            continue
        low, high = bisect.bisect_left(ranked, key), bisect.bisect_right(ranked, key)
        rank = 100 * (low + (high - low) / 2) / len(ranked)
        ratio = (close - closes[i - 100]) / path if run >= 100 and path > 0 else 0
        now = ("high_vol" if rank >= 80 else "low_vol" if rank < 20
               else "trending" if abs(ratio) >= 0.15 else "mean_revert")
        if label is None:
            label = now
        candidate, stood = (now, stood + 1) if now == candidate else (now, 1)
        if stood >= 3:
            label = candidate
        seen[label] = seen.get(label, 0) + 1
    return {f"share of bars in {name}": seen.get(name, 0) / sum(seen.values())
            for name in ("mean_revert", "trending", "high_vol", "low_vol")}


def measure(bars):
    r = [math.log(b[4] / a[4]) for a, b in zip(bars, bars[1:])]
    size = [abs(x) for x in r]
    square = statistics.fmean(x * x for x in r)
    deviation, ordered = math.sqrt(square), sorted(size)
    sums = [0.0]
    for x in r:
        sums.append(sums[-1] + x)
    vols = [0.5 * math.log(1e-14 + sum(x * x for x in r[i:i + 60])) for i in range(0, len(r) - 59, 60)]
    recent, jumps = 0.0, 0
    for i, x in enumerate(size):
        if i >= 60:
            jumps += x > 5 * recent / 60
            recent -= size[i - 60]
        recent += x
    ranges = [math.log(high / low) for _, _, high, low, _, _ in bars[1:]]
    gaps = [abs(math.log(b[1] / a[4])) for a, b in zip(bars, bars[1:]) if b[0] - a[0] == 60000 and b[1] != a[4]]
    volume = [bar[5] for bar in bars[1:]]
    logs = [math.log(x + 1e-13) for x in volume]
    return {
        "deviation of r, bps": deviation * 1e4,
        "kurtosis of r": statistics.fmean(x ** 4 for x in r) / square ** 2,
        "median of |r|, deviations": ordered[len(r) // 2] / deviation,
        "99th percentile of |r|, deviations": ordered[int(len(r) * 0.99)] / deviation,
        "99.9th percentile of |r|, deviations": ordered[int(len(r) * 0.999)] / deviation,
        "autocorrelation of r, lag 1": correlation(r, r[1:]),
        **{f"autocorrelation of |r|, lag {lag}": correlation(size[:-lag], size[lag:]) for lag in (1, 10, 60, 240)},
        "variance of 60-bar returns / 60 times that of r":
            statistics.fmean((b - a) ** 2 for a, b in zip(sums, sums[60:])) / square / 60,
        "deviation of ln(deviation of r over 60 bars)": statistics.pstdev(vols),
        "|r| over 5 times the mean |r| of 60 bars before, in 10,000 bars": 1e4 * jumps / (len(r) - 60),
        "share of bars with r = 0": sum(x == 0 for x in r) / len(r),
        "mean ln(high / low) / mean |ln(close / open)|":
            sum(ranges) / sum(abs(math.log(bar[4] / bar[1])) for bar in bars[1:]),
        "share of bars that open off the last close": len(gaps) / len(r),
        "mean of these gaps, deviations": statistics.fmean(gaps) / deviation,
        "largest gap, deviations": max(gaps) / deviation,
        "correlation of ln(volume) and ln(range)": correlation(logs, [math.log(x + 1e-6) for x in ranges]),
        "correlation of volume and |r|": correlation(volume, size),
        "deviation of volume / its mean": statistics.pstdev(volume) / statistics.fmean(volume),
        "autocorrelation of ln(volume), lag 1": correlation(logs, logs[1:]),
        "autocorrelation of ln(volume), lag 60": correlation(logs[:-60], logs[60:]),
        **regimes(bars),
    }


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    rows = [measure(read(path)) for path in sys.argv[1:]]
    for name in rows[0]:
        values = sorted(row[name] for row in rows)
        print(f"{name:70} {values[0]:9.4f} {statistics.median(values):9.4f} {values[-1]:9.4f}")


main()
