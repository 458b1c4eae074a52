#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A candle file that is the same byte for byte everywhere: whole numbers only, one 64-bit linear congruence. Prices
wander through calm, rising, falling and turbulent spells; good for benches and golden digests, no model of a market.

usage: make_candles.py OUT.csv [BARS] [SEED] [CENTS]      1,000,000 bars of 1m, seed 1, first price 30000.00
"""
import sys

MASK = (1 << 64) - 1
START_MS = 1609459200000
# drift and deviation per minute in 1e-8, mean length in bars, volume factor
SPELLS = ((0, 35000, 1500, 2), (2200, 55000, 900, 3), (-2200, 60000, 800, 3), (0, 150000, 400, 6))


def numbers(seed):
    """Endless 0 .. 2^32 - 1."""
    state = (seed * 0x9E3779B97F4A7C15 + 0xD1B54A32D192ED03) & MASK
    while True:
        state = (state * 6364136223846793005 + 1442695040888963407) & MASK
        yield state >> 32


def bars(count, seed, cents):
    """(ts_ms, open, high, low, close in cents, volume in 1/1000)."""
    draw = numbers(seed).__next__
    price, home, spell = cents * 10000, cents * 10000, SPELLS[0]  # 1e-6
    for n in range(count):
        if draw() % spell[2] == 0:
            spell = SPELLS[draw() % 4]
        drift, deviation, _, busy = spell
        path = [price]
        for _ in range(3):
            step = (draw() & 0xffff) + (draw() & 0xffff) + (draw() & 0xffff) - 98302  # deviation 32768
            path.append(path[-1] + path[-1] * (drift // 3 + deviation * step // 56756) // 10 ** 8)
        price = path[-1] + (home - path[-1]) // 200000
        o, h, l, c = (v // 10000 for v in (path[0], max(path), min(path), price))
        o, c = max(o, 1), max(c, 1)
        volume = (1000 + draw() % 9000) * busy * 3000000 // max(cents, 1)
        yield START_MS + 60000 * n, o, max(h, o, c), max(1, min(l, o, c)), c, volume


def main():
    count, seed, cents = (int(v) for v in (sys.argv[2:] + ["1000000", "1", "3000000"][len(sys.argv) - 2:]))
    with open(sys.argv[1], "w", newline="\n") as out:
        out.write("ts_ms,open,high,low,close,volume\n")
        for ms, *prices, volume in bars(count, seed, cents):
            text = ",".join(f"{p // 100}.{p % 100:02d}" for p in prices)
            out.write(f"{ms},{text},{volume // 1000}.{volume % 1000:03d}\n")


if __name__ == "__main__":
    main()
