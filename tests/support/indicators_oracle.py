#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# An independent second opinion on tradebotd indicators: every column of every bar again, in two passes over each
# window with math.fsum and plain loops, from the rules' text alone. indicators_oracle.py PROGRAM FILE...
import csv
import gzip
import io
import math
import subprocess
import sys
from bisect import bisect_left, bisect_right, insort
from decimal import Decimal, getcontext

getcontext().prec = 40
NUMBERS = "sma10 sma30 bb_mid bb_upper bb_lower atr14 hh20 ll20 sigma20 vol_pct er100".split()


def load(path):
    """(ts_ms, open, high, low, close) with prices as whole numbers of the file's finest digit, and that digit."""
    data = gzip.open(path).read() if path.endswith(".gz") else open(path, "rb").read()
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    prices = [[row[c] for c in ("open", "high", "low", "close")] for row in rows]
    digits = max(len(p.partition(".")[2]) for four in prices for p in four)
    return [(int(row["ts_ms"]), *(int(Decimal(p).scaleb(digits)) for p in four))
            for row, four in zip(rows, prices)], 10.0**digits


def log_steps(close, last):
    """round(1e8 ln(close / last)), by decimals where the double is too near to a half."""
    exact = 1e8 * math.log(close / last)
    if abs(exact - math.floor(exact) - 0.5) > 1e-5:
        return round(exact)
    return int((Decimal(10)**8 * (Decimal(close) / Decimal(last)).ln()).to_integral_value("ROUND_HALF_UP"))


class Series:
    """Everything since the last start."""

    def __init__(self):
        self.bars, self.keys, self.sorted = [], [], []
        self.r, self.logs, self.trs = [], [], []
        self.atr = self.regime = self.fresh = None
        self.stood = 0

    def add(self, bar):
        if self.bars:
            last = self.bars[-1][4]
            self.r.append(log_steps(bar[4], last))
            self.logs.append(math.log(bar[4] / last))
            self.trs.append(max(bar[2] - bar[3], abs(bar[2] - last), abs(bar[3] - last)))
            if len(self.trs) == 14:
                self.atr = math.fsum(self.trs) / 14
            elif len(self.trs) > 14:
                self.atr = (13 * self.atr + self.trs[-1]) / 14
        self.bars.append(bar)
        if len(self.r) >= 20:
            window = self.r[-20:]
            key = 20 * sum(x * x for x in window) - sum(window)**2
            self.keys.append(key)
            insort(self.sorted, key)
            if len(self.keys) > 1000:
                del self.sorted[bisect_left(self.sorted, self.keys[-1001])]
        return self.values()

    def means(self, back):
        """SMA 10 and 30, times 30, so many bars ago; None while they do not exist."""
        closes = [b[4] for b in self.bars[:len(self.bars) - back][-30:]]
        return (3 * sum(closes[-10:]), sum(closes)) if len(closes) == 30 else None

    def values(self):
        bars, n, out = self.bars, len(self.bars), {}
        closes = [b[4] for b in bars[-30:]]
        if n >= 10:
            out["sma10"] = math.fsum(closes[-10:]) / 10
        if n >= 30:
            out["sma30"] = math.fsum(closes) / 30
        if n >= 20:
            mid = math.fsum(closes[-20:]) / 20
            width = 2 * math.sqrt(math.fsum((c - mid)**2 for c in closes[-20:]) / 20)
            out.update(bb_mid=mid, bb_upper=mid + width, bb_lower=mid - width)
        if self.atr is not None:
            out["atr14"] = self.atr
        if n >= 21:
            out["hh20"], out["ll20"] = max(b[2] for b in bars[-21:-1]), min(b[3] for b in bars[-21:-1])
            mean = math.fsum(self.logs[-20:]) / 20
            out["sigma20"] = math.sqrt(math.fsum((x - mean)**2 for x in self.logs[-20:]) / 19)
        path = None
        if n >= 101:
            last = [b[4] for b in bars[-101:]]
            moved, path = last[-1] - last[0], sum(abs(b - a) for a, b in zip(last, last[1:]))
            out["er100"] = moved / path if path else 0.0
        rank = None
        if len(self.sorted) >= 200:
            low, high = bisect_left(self.sorted, self.keys[-1]), bisect_right(self.sorted, self.keys[-1])
            rank = low + high, 2 * len(self.sorted)
            out["vol_pct"] = 100.0 * rank[0] / rank[1]
        if rank and path is not None:
            self.label(rank, out["er100"], abs(moved), path)
        out["regime"] = self.regime or ""
        out["signals"] = self.signals(closes[-1], out)
        return out

    def label(self, rank, er, moved, path):
        if 100 * rank[0] >= 80 * rank[1]:
            new = "high_vol"
        elif 100 * rank[0] < 20 * rank[1]:
            new = "low_vol"
        else:
            new = "trending" if path and 100 * moved >= 15 * path else "mean_revert"
        self.stood = self.stood + 1 if new == self.fresh else 1
        self.fresh = new
        if self.regime is None or self.stood >= 3:
            self.regime = new

    def signals(self, close, out):
        if self.regime == "mean_revert":
            side = "long" if close < out["bb_lower"] else "short" if close > out["bb_upper"] else None
            return "mean_reversion:" + side if side else ""
        if self.regime == "high_vol":
            side = "long" if close > out["hh20"] else "short" if close < out["ll20"] else None
            return "breakout:" + side if side else ""
        if self.regime == "trending":
            lead = [m[0] - m[1] for m in map(self.means, range(3)) if m]
            for now, before in zip(lead, lead[1:]):
                if now > 0 >= before and out["er100"] > 0:
                    return "trend:long"
                if now < 0 <= before and out["er100"] < 0:
                    return "trend:short"
        return ""


def compare(program, path):
    bars, unit = load(path)
    frame = min(b[0] - a[0] for a, b in zip(bars, bars[1:]))
    done = subprocess.run([program, "indicators", path], capture_output=True, text=True, env={}, timeout=300)
    answers = list(csv.DictReader(io.StringIO(done.stdout)))
    if done.returncode or len(answers) != len(bars):
        print("%s: exit %d, %d bars of %d: %s" % (path, done.returncode, len(answers), len(bars), done.stderr[:300]))
        return 1
    wrong, worst, tally, starts, series = 0, 0.0, {}, 0, None
    for i, (bar, answer) in enumerate(zip(bars, answers)):
        hole = series and (bar[0] - bars[i - 1][0]) // frame - 1 > 3
        jump = series and 2 * abs(bar[4] - bars[i - 1][4]) > bars[i - 1][4]
        if series is None or hole or jump:
            series, starts = Series(), starts + 1
        mine = series.add(bar)
        tally[mine["regime"] or "none"] = tally.get(mine["regime"] or "none", 0) + 1
        for signal in filter(None, mine["signals"].split(";")):
            tally[signal] = tally.get(signal, 0) + 1
        faults = [] if int(answer["ts_ms"]) == bar[0] else ["ts_ms"]
        faults += [name for name in ("regime", "signals") if answer[name] != mine[name]]
        for name in NUMBERS:
            if (answer[name] == "") != (name not in mine):
                faults.append(name)
            elif name in mine:
                scale = 1.0 if name in ("sigma20", "vol_pct", "er100") else unit
                wanted, said = mine[name] / scale, float(answer[name])
                off = abs(said - wanted) / max(abs(wanted), 1e-300) if said != wanted else 0.0
                # A band that nearly cancels is compared on the scale of the price, a dead flat sigma on that of one.
                if off > 1e-9 and abs(said - wanted) > 1e-13 * (bar[4] / unit if scale > 1 else 1.0):
                    faults.append(name)
                worst = max(worst, off if off <= 1e-9 else 0.0)
        wrong += len(faults)
        if faults and wrong < 20:
            print("%s bar %d: %s\n  oracle %s\n  program %s" % (path, i, faults, mine, answer))
    print("%s: %d bars, %d starts, worst %.1e, %d disagreements; %s" % (
        path.rpartition("candles/")[2], len(bars), starts, worst, wrong,
        " ".join("%s %d" % x for x in sorted(tally.items()))))
    return 1 if wrong else 0


sys.exit(max([compare(sys.argv[1], path) for path in sys.argv[2:]]))
