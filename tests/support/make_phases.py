#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Candle files of a market that is kind for so many days and unkind for so many, in turn: no model of anything, but
strategies earn in it, lose in it and come back, so that everything that learning and roll-out can do happens.
Whole numbers only: the same bytes everywhere.

usage: make_phases.py FOLDER SYMBOL SEED DAYS... (kind, unkind, kind, ...)      5m bars, 2 decimals

DAYS with a g: a bar opens a fifth of the way back to the level, so that who bets on the way back is late.
"""
import os
import sys

MASK = (1 << 64) - 1
START_MS = 1609459200000
BARS_A_DAY, CYCLE, RUN = 288, 300, 50


def numbers(seed):
    """Endless, about normal: mean 0, deviation about 1000."""
    state = (seed * 0x9E3779B97F4A7C15 + 0xD1B54A32D192ED03) & MASK
    while True:
        total = 0
        for _ in range(6):
            state = (state * 6364136223846793005 + 1442695040888963407) & MASK
            total += (state >> 32) % 2449
        yield total - 7344


def kind(draw, n, level, price):
    """Noise around a level that snaps back, and runs that go on once they have begun."""
    at = n % CYCLE
    if at >= CYCLE - RUN:
        way = 1 if n // CYCLE % 2 else -1
        if n // CYCLE % 4 >= 2:
            way = -way
        level = price + price * (way * 4500 + draw() * 1) // 10 ** 6
        return level, level
    return level, level + level * draw() * 4 // 10 ** 6


def unkind(draw, n, level, price):
    """A step out of the range goes on a little, too far for who bets against it; what begins to run turns round."""
    at, way = n % 60, 1 if n // 60 % 2 else -1
    if 40 <= at < 46:
        price += price * (way * 6000 + draw()) // 10 ** 6
    elif 46 <= at < 54:
        price += price * (-way * 4500 + draw()) // 10 ** 6
    else:
        price += (level - price) // 8 + price * draw() // 10 ** 6
    return level, price


def bars(seed, days):
    draw = numbers(seed).__next__
    level = price = 100_000_000 + seed * 1_000_000  # 1e-4
    n = 0
    for phase, length in enumerate(days):
        step, gaps = unkind if phase % 2 else kind, length.endswith("g")
        level = price
        for _ in range(int(length.rstrip("g")) * BARS_A_DAY):
            opened = price + (level - price) // 5 if gaps else price
            level, price = step(draw, n, level, price)
            wick = price * abs(draw()) // 3 // 10 ** 6
            o, h, l, c = (v // 100 for v in (opened, max(opened, price) + wick, min(opened, price) - wick, price))
            yield START_MS + 300000 * n, o, max(h, o, c), min(l, o, c), c, 40_000_000 + draw() * 1000
            n += 1


def main():
    folder, symbol, seed, days = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4:]
    with open(os.path.join(folder, f"{symbol}USDT-5m.csv"), "w", newline="\n") as out:
        out.write("ts_ms,open,high,low,close,volume\n")
        for ms, *prices, volume in bars(seed, days):
            text = ",".join(f"{p // 100}.{p % 100:02d}" for p in prices)
            out.write(f"{ms},{text},{volume // 1000}.{volume % 1000:03d}\n")


if __name__ == "__main__":
    main()
