#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Recomputes every exported trade from the candle and funding files alone, by the fill model in the documentation,
and prints what differs. Whole numbers only; nothing of the daemon is used but the CSV it wrote.

usage: recompute.py --trades FILE --candles PATH --timeframe TF [--funding DIR] [--balance N] [--taker-fee F]
                    [--from DAY] [--to DAY]

Prices are ticks, quantities lots, money 1e-8 USDT, ratios 1e-9. Exit code 1 if anything differs.
"""
import argparse
import bisect
import csv
import datetime
import gzip
import os
import sys

RATIO = 10 ** 9
MONEY = 10 ** 8
BPS = RATIO // 10000
HALF_SPREAD, WIDENING, DEPTH_SHARE = BPS, 2 * RATIO // 100, 5 * RATIO // 100
IMPACT, IMPACT_CAP, IMPACT_LEAST, DEPTH_BARS = 10 * BPS, 50 * BPS, BPS // 100, 30
LATENCY_MS, ROUND_WAIT_MS = 250, 2000
TIMEFRAMES = {"1m": 1, "3m": 3, "5m": 5, "15m": 15, "30m": 30, "1h": 60, "4h": 240, "1d": 1440}
STOPS = ("stop", "trailing_stop", "break_even_stop")


def up(a, b):
    """a / b rounded up, b > 0."""
    return -(-a // b)


def whole(text, decimals):
    """Decimal text as an integer of 10^-decimals; it must fit exactly."""
    sign = -1 if text.startswith("-") else 1
    head, _, tail = text.lstrip("-").partition(".")
    if len(tail) > decimals:
        if tail[decimals:].strip("0"):
            raise ValueError(f"{text} has more than {decimals} decimals")
        tail = tail[:decimals]
    return sign * int(head + tail.ljust(decimals, "0"))


def rounded(text, decimals):
    """Decimal text with any number of decimals, half away from zero."""
    tail = text.partition(".")[2]
    if len(tail) <= decimals:
        return whole(text, decimals)
    value, scale = whole(text, len(tail)), 10 ** (len(tail) - decimals)
    return (value + scale // 2) // scale if value >= 0 else -((-value + scale // 2) // scale)


class Market:
    """One candle file: its instrument, and the state of the market at any millisecond."""

    def __init__(self, path, frame_ms, funding_dir, span):
        symbol = os.path.basename(path).split("-")[0]
        self.name = f"{symbol[:-4]}/USDT:USDT"
        self.frame = frame_ms
        with (gzip.open if path.endswith(".gz") else open)(path, "rt") as text:
            rows = list(csv.DictReader(text))
        prices = ("open", "high", "low", "close")
        self.tick = max(len(row[key].partition(".")[2]) for row in rows for key in prices)
        self.at = [int(row["ts_ms"]) for row in rows]
        self.open, self.high, self.low, self.close = (
            [whole(row[key], self.tick) for row in rows] for key in prices)
        # the largest power of ten of coins that is worth at most 1 USDT at the first close
        self.lot = -3
        while self.lot < 8 and self.close[0] * 10 ** max(0, -self.lot) > 10 ** (self.tick + max(0, self.lot)):
            self.lot += 1
        first, end = bisect.bisect_left(self.at, span[0]), bisect.bisect_left(self.at, span[1])
        self.at, self.open, self.high, self.low, self.close, rows = (
            part[first:end] for part in (self.at, self.open, self.high, self.low, self.close, rows))
        self.unit_exp = 8 - self.tick - self.lot  # one tick of one lot is 10^unit_exp of money
        self.model([row["volume"] for row in rows])
        self.funding = []
        file = funding_dir and os.path.join(funding_dir, f"{symbol}-funding.csv")
        if file and os.path.exists(file):
            with open(file, newline="") as text:
                self.funding = [(int(r["ts_ms"]) // 1000 * 1000, rounded(r["rate"], 9))
                                for r in csv.DictReader(text)]

    def model(self, volumes):
        """Half spread and depth behind each bar."""
        finest = max(len(v.partition(".")[2]) for v in volumes)
        self.half, self.depth, turnover = [], [], []
        for i, text in enumerate(volumes):
            lots = whole(text, finest) * 10 ** (self.lot + 3) // 10 ** (finest + 3)
            turnover.append(self.value_down(self.close[i], lots))
            half = up(self.close[i] * HALF_SPREAD, RATIO) + (self.high[i] - self.low[i]) * WIDENING // RATIO
            self.half.append(max(1, min(half, self.close[i] - 1)))
            last = turnover[-DEPTH_BARS:]
            self.depth.append(self.whole_lots(self.close[i], self.half[i],
                                              sum(last) // len(last) * DEPTH_SHARE // RATIO))

    def whole_lots(self, close, half, budget):
        """Worth of as many whole lots at the bid; nothing where the bid is over 10 bps away."""
        if half > close // 1000:
            return 0
        bid, exp = close - half, self.unit_exp
        lots = budget // (bid * 10 ** exp) if exp >= 0 else budget * 10 ** -exp // bid
        return self.value_down(bid, lots)

    def value_down(self, price, lots):
        exp = self.unit_exp
        return price * lots * 10 ** exp if exp >= 0 else price * lots // 10 ** -exp

    def value_up(self, price, lots):
        exp = self.unit_exp
        return price * lots * 10 ** exp if exp >= 0 else up(price * lots, 10 ** -exp)

    def bar_at(self, ms):
        """Index of the bar that runs at ms or was the last to run; -1: none yet."""
        return bisect.bisect_right(self.at, ms) - 1

    def quote_at(self, ms):
        """(price, bar the quote is of): a bar tells its open first, its range and quote in its last millisecond."""
        i = self.bar_at(ms)
        if ms >= self.at[i] + self.frame - 1:
            return self.close[i], i
        return self.open[i], i - 1

    def deal(self, side, reference, lots, quoted):
        """(price, impact, spread) of a market order of that side at a reference price."""
        half, depth = self.half[quoted], self.depth[quoted]
        notional = self.value_up(reference, lots)
        impact = IMPACT_CAP if depth <= 0 else min(IMPACT * notional // depth, IMPACT_CAP)
        impact = 0 if impact < IMPACT_LEAST else impact
        ticks = up(reference * impact, RATIO)
        spread = up(4 * half * RATIO, 2 * reference)
        return max(1, reference + side * (half + ticks)), impact, spread


class Trade:
    """One row of the export, in whole numbers."""

    def __init__(self, line, row, market):
        self.line, self.row, self.market, self.faults = line, row, market, []
        self.side = {"long": 1, "short": -1}[row["side"]]
        self.qty = whole(row["qty"], market.lot) if market.lot >= 0 else int(row["qty"]) // 10 ** -market.lot
        self.price = {k: whole(row[k], market.tick) for k in ("entry_price", "stop", "target", "exit_price")}
        self.ms = {k: int(row[k + "_ms"]) for k in ("signal_ts", "entry_ts", "exit_ts")}
        self.reason = row["exit_reason"]

    def money(self, key):
        return whole(self.row[key], 8)

    def want(self, what, computed, exported):
        if computed != exported:
            self.faults.append(f"{what}: computed {computed}, exported {exported}")

    def must(self, holds, what):
        if not holds:
            self.faults.append(what)


def bps(text):
    return whole(text, 5)


def slippage(side, price, reference):
    """Worse is positive, rounded up: toward plus infinity."""
    worse = side * (price - reference)
    return up(worse * RATIO, reference)


def value_bought(market, side, price, qty):
    return market.value_up(price, qty) if side > 0 else market.value_down(price, qty)


def check_entry(t, fee_ratio):
    m, row = t.market, t.row
    decided = t.ms["entry_ts"] - LATENCY_MS
    t.want("latency_ms", LATENCY_MS, int(row["latency_ms"]))
    t.must(decided - t.ms["signal_ts"] in (0, ROUND_WAIT_MS), "not decided at the end of the bar, nor 2 s after it")
    _, quoted = m.quote_at(decided)
    t.must(m.at[quoted] + m.frame == t.ms["signal_ts"], "signal_ts_ms is not the end of the last closed bar")
    wished = m.close[quoted] + t.side * m.half[quoted]
    reference, quoted = m.quote_at(t.ms["entry_ts"])
    price, impact, spread = m.deal(t.side, reference, t.qty, quoted)
    t.want("entry_price", price, t.price["entry_price"])
    t.want("impact_bps", impact, bps(row["impact_bps"]))
    t.want("spread_bps", spread, bps(row["spread_bps"]))
    t.want("entry_slippage_bps", slippage(t.side, price, wished), bps(row["entry_slippage_bps"]))
    t.must(t.side * (wished - t.price["stop"]) > 0, "the stop is not on the losing side of the entry")
    t.must(t.side * (t.price["target"] - wished) > 0, "the target is not on the winning side of the entry")
    t.wished = wished
    t.entry_value = value_bought(m, t.side, price, t.qty)
    t.entry_fee = up(m.value_up(price, t.qty) * fee_ratio, RATIO)
    t.risk = m.value_up(abs(wished - t.price["stop"]), t.qty) + up(
        m.value_up(wished + t.price["stop"], t.qty) * fee_ratio, RATIO)


def reached(side, price, level):
    """True if a position of that side is stopped at level by price."""
    return side * (price - level) <= 0


def bars_held(t):
    """Indices of the bars that ended while the position was open, and were told before it closed."""
    m, first = t.market, t.market.bar_at(t.ms["entry_ts"])
    return [i for i in range(first, len(m.at)) if m.at[i] + m.frame < t.ms["exit_ts"]]


def expected_reference(t, level, i, at_open):
    """The price at which a stop at level triggers in bar i: at its open, or inside; None: it does not."""
    m = t.market
    worst = m.low[i] if t.side > 0 else m.high[i]
    if reached(t.side, m.open[i], level):
        return m.open[i] if at_open else None
    return level if not at_open and reached(t.side, worst, level) else None


def stop_levels(t, i, at_open):
    """Where the stop can have been, by the rules that move it: level -> reference."""
    m, levels = t.market, {}
    if t.reason == "stop":
        candidates = [t.price["stop"]]
    elif t.reason == "trailing_stop":  # so far from the best close as the first stop was from the decision price
        candidates, best = [], None
        for k in bars_held(t):
            best = m.close[k] if best is None or t.side * (m.close[k] - best) > 0 else best
            candidates.append(best - (t.wished - t.price["stop"]))
    else:  # entry and the costs of a round trip at the spread of that moment
        candidates = []
        for k in bars_held(t):
            costs = 2 * t.fee_ratio + up(4 * m.half[k] * RATIO, 2 * m.close[k])
            total = t.entry_value + t.side * up(t.entry_value * costs, RATIO)
            unit = t.qty * 10 ** m.unit_exp if m.unit_exp >= 0 else t.qty
            total = total if m.unit_exp >= 0 else total * 10 ** -m.unit_exp
            candidates.append(up(total, unit) if t.side > 0 else total // unit)
    for level in candidates:
        if t.reason == "stop" or t.side * (level - t.price["stop"]) > 0:
            reference = expected_reference(t, level, i, at_open)
            if reference is not None:
                levels[level] = reference
    return levels


def check_walk(t, end):
    """Neither the target nor the first stop was reached in a bar before the one in which the trade ended."""
    m = t.market
    for i in range(m.bar_at(t.ms["entry_ts"]), end):
        first = m.at[i] <= t.ms["entry_ts"]
        worst, best = (m.low[i], m.high[i]) if t.side > 0 else (m.high[i], m.low[i])
        t.must(not reached(t.side, worst, t.price["stop"]), f"the stop was reached earlier, at {m.at[i]}")
        t.must(not reached(-t.side, best, t.price["target"]), f"the target was reached earlier, at {m.at[i]}")
        if first:
            t.must(not reached(t.side, m.open[i], t.price["stop"]), "entered beyond its stop")


def check_exit_at_level(t):
    m, exit_ms = t.market, t.ms["exit_ts"]
    i = m.bar_at(exit_ms)
    at_open = exit_ms == m.at[i]
    t.must(at_open or exit_ms == m.at[i] + m.frame - 1, "a stop or target fills at the open or the end of a bar")
    check_walk(t, i)
    worst, best = (m.low[i], m.high[i]) if t.side > 0 else (m.high[i], m.low[i])
    if t.reason == "target":
        level = t.price["target"]
        gap = reached(-t.side, m.open[i], level)
        t.must(gap == at_open if m.at[i] > t.ms["entry_ts"] else not at_open,
               "a target beyond which a bar opens fills at the open, any other inside the bar")
        t.must(reached(-t.side, m.open[i] if at_open else best, level), "the target was not reached")
        t.must(at_open or not reached(t.side, worst, t.price["stop"]), "stop and target in one bar: the stop is first")
        choices = {level: level}
    else:
        choices = stop_levels(t, i, at_open)
    deals = set()  # several levels can explain a fill at an open: price and slippage must fit one of them
    for level, reference in choices.items():
        price, _, _ = m.deal(-t.side, reference, t.qty, i - 1)
        deals.add((price, slippage(-t.side, price, level)))
    exported = (t.price["exit_price"], bps(t.row["exit_slippage_bps"]))
    if exported not in deals:
        t.faults.append(f"exit_price and exit_slippage_bps: computed {sorted(deals)}, exported {exported}")


def check_exit_at_market(t):
    m, exit_ms = t.market, t.ms["exit_ts"]
    reference, quoted = m.quote_at(exit_ms)
    price, _, _ = m.deal(-t.side, reference, t.qty, quoted)
    t.want("exit_price", price, t.price["exit_price"])
    _, told = m.quote_at(exit_ms - LATENCY_MS)
    wished = m.close[told] - t.side * m.half[told]
    t.want("exit_slippage_bps", slippage(-t.side, price, wished), bps(t.row["exit_slippage_bps"]))
    if t.reason == "time":
        held = exit_ms - LATENCY_MS - t.ms["entry_ts"]
        t.must(24 * 3600000 <= held < 24 * 3600000 + 2 * m.frame, f"a time exit after {held} ms")
    end = m.bar_at(exit_ms)
    check_walk(t, end + (exit_ms >= m.at[end] + m.frame))


def settlements(t, instants):
    """(moment, amount) of each settlement that the position paid or received."""
    m = t.market
    for stamp, rate in m.funding:
        k = bisect.bisect_left(instants, stamp)
        if k == len(instants) or not t.ms["entry_ts"] < instants[k] <= t.ms["exit_ts"] or rate == 0:
            continue
        mark = m.close[m.bar_at(instants[k] - m.frame)]
        if (rate > 0) == (t.side > 0):
            yield instants[k], -up(m.value_up(mark, t.qty) * abs(rate), RATIO)
        else:
            yield instants[k], m.value_down(mark, t.qty) * abs(rate) // RATIO


def check_result(t, fee_ratio, instants):
    m, row = t.market, t.row
    exit_value = value_bought(m, -t.side, t.price["exit_price"], t.qty)
    t.gross = t.side * (exit_value - t.entry_value)
    t.fees = t.entry_fee + up(m.value_up(t.price["exit_price"], t.qty) * fee_ratio, RATIO)
    t.paid = list(settlements(t, instants))
    t.net = t.gross - t.fees + sum(amount for _, amount in t.paid)
    t.want("gross_pnl", t.gross, t.money("gross_pnl"))
    t.want("fees", t.fees, t.money("fees"))
    t.want("funding", sum(amount for _, amount in t.paid), t.money("funding"))
    t.want("net_pnl", t.net, t.money("net_pnl"))
    t.want("r_multiple", t.net * RATIO // t.risk, whole(row["r_multiple"], 9))
    worst, best = min(0, t.gross), max(0, t.gross)
    for i in bars_held(t):
        for price in (m.low[i], m.high[i]):
            value = value_bought(m, -t.side, price, t.qty)
            worst = min(worst, t.side * (value - t.entry_value))
            best = max(best, t.side * (value - t.entry_value))
    t.want("mae", worst, t.money("mae"))
    t.want("mfe", best, t.money("mfe"))


def equity_at(trades, balance, ms):
    """The wallet and what is open, marked at the last close told, when something is decided at ms."""
    equity = balance
    for t in trades:
        if t.ms["exit_ts"] <= ms:
            equity += t.net
        elif t.ms["entry_ts"] <= ms:
            m = t.market
            mark = m.close[m.quote_at(ms)[1]]
            value = value_bought(m, -t.side, mark, t.qty)
            equity += t.side * (value - t.entry_value) - t.entry_fee
            equity += sum(amount for at, amount in t.paid if at <= ms)
    return equity


def candle_files(path, timeframe):
    names = [path] if os.path.isfile(path) else [os.path.join(path, n) for n in sorted(os.listdir(path))]
    kept = [n for n in names if n.endswith((".csv", ".csv.gz")) and n.split("-")[-1].split(".")[0] == timeframe]
    if not kept:
        sys.exit(f"{path}: no {timeframe} candles")
    return kept


def day_ms(text):
    return int(datetime.datetime.fromisoformat(text + "T00:00:00+00:00").timestamp()) * 1000


def main():
    p = argparse.ArgumentParser()
    for name in ("trades", "candles", "timeframe", "funding"):
        p.add_argument("--" + name)
    p.add_argument("--from", dest="first", default="1970-01-01")
    p.add_argument("--to", default="2999-12-31")
    p.add_argument("--balance", default="10000")
    p.add_argument("--taker-fee", default="0.00055")
    a = p.parse_args()
    fee_ratio = whole(a.taker_fee, 9)
    frame = TIMEFRAMES[a.timeframe] * 60000
    span = (day_ms(a.first), day_ms(a.to) + 86400000)
    markets = [Market(f, frame, a.funding, span) for f in candle_files(a.candles, a.timeframe)]
    by_name = {m.name: m for m in markets}
    instants = sorted({ms + add for m in markets for ms in m.at for add in (0, frame)})
    with open(a.trades, newline="") as text:
        trades = [Trade(n, row, by_name[row["symbol"]]) for n, row in enumerate(csv.DictReader(text), 2)]
    for t in trades:
        t.fee_ratio = fee_ratio
        check_entry(t, fee_ratio)
        if t.reason in STOPS or t.reason == "target":
            check_exit_at_level(t)
        else:
            check_exit_at_market(t)
        check_result(t, fee_ratio, instants)
    bad, reasons = 0, {}
    for t in trades:
        before = equity_at(trades, whole(a.balance, 8), t.ms["entry_ts"] - LATENCY_MS)
        t.want("equity_before", before, t.money("equity_before"))
        reasons[t.reason] = reasons.get(t.reason, 0) + 1
        for fault in t.faults:
            print(f"{a.trades}:{t.line}: {t.row['symbol']} {t.row['side']} {t.reason}: {fault}")
        bad += bool(t.faults)
    print(f"{a.candles} {a.timeframe}: {len(trades)} trades, {bad} differ;",
          ", ".join(f"{n} {k}" for k, n in sorted(reasons.items())))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
