#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# An independent judge: the gate's rules in exact fractions, written from the rules' text and not from the
# program, over seeded random orders at, just inside and just beyond each limit. judge_oracle.py PROGRAM [FILES]
# [SEED]; FILES of 100 rows each, every file with its own columns, fee and grids. Non-zero on a disagreement.
import csv
import io
import os
import random
import subprocess
import sys
import tempfile
from decimal import Decimal, getcontext
from fractions import Fraction as F

getcontext().prec = 80
COLUMNS = ("equity side entry stop take_profit qty existing_asset_exposure total_exposure leverage daily_loss_pct "
           "drawdown_pct consecutive_losses minutes_since_5th_loss red_days vol_percentile confidence "
           "has_losing_position_same_side last_loss_qty open_positions spread_bps depth").split()
ALWAYS = ("side", "entry", "qty")
MAY_BE_EMPTY = ("stop", "take_profit", "minutes_since_5th_loss", "last_loss_qty")
OVER_ZERO = ("equity", "entry", "qty", "leverage")
COUNTS = ("consecutive_losses", "red_days", "open_positions")
HIGHEST = {"daily_loss_pct": 100, "drawdown_pct": 100, "vol_percentile": 100, "confidence": 1,
           "has_losing_position_same_side": 1}
SIZE_RULES = {"risk_per_trade", "symbol_exposure", "total_exposure", "martingale", "depth", "half_size_risk",
              "half_size_symbol", "half_size_total"}
EIGHT = F(1, 10**8)


def text(x, digits=8):
    """A fraction as a decimal of so many digits at most, without an exponent; cut toward zero."""
    scaled = int(abs(F(x)) * 10**digits)
    whole, rest = divmod(scaled, 10**digits)
    out = str(whole) + ("." + str(rest).zfill(digits) if digits else "")
    return ("-" if x < 0 else "") + out


# ---- the rules -------------------------------------------------------------------------------------------------

def read(name, cell):
    """('fine', value), ('none', None) or ('bad', None)."""
    if name == "side":
        return ("fine", cell) if cell in ("long", "short") else ("bad", None)
    if cell == "":
        return ("none", None) if name in MAY_BE_EMPTY else ("bad", None)
    if not cell.replace(".", "", 1).isdigit() or not cell.isascii():
        return "bad", None
    value = F(Decimal(cell))
    if value == 0 and name in OVER_ZERO or value > HIGHEST.get(name, 10**9):
        return "bad", None
    if name in COUNTS + ("has_losing_position_same_side",) and value.denominator != 1:
        return "bad", None
    if name in ("stop", "take_profit", "last_loss_qty") and value == 0:
        return "none", None
    return "fine", value


class Order:
    """One row; v(name) is None when the column is absent, unusable or says that there is none."""

    def __init__(self, cells, fee, tick, lot):
        self.cells, self.fee, self.tick, self.lot = cells, fee, tick, lot
        self.read = {name: read(name, cell) for name, cell in cells.items()}
        self.bad = [name for name, (state, _) in self.read.items() if state == "bad"]

    def v(self, name):
        return self.read.get(name, (None, None))[1]

    def none(self, name):
        return name in self.read and self.read[name][0] == "none"

    def too_fine(self, qty):
        """Move and fees are each rounded up to 1e-8 USDT: whether a loss that is not a whole step reaches the
        limit from less than three steps below is not this oracle's to say."""
        entry, stop, equity = self.v("entry"), self.v("stop"), self.v("equity")
        if None in (entry, stop, equity, qty):
            return False
        move, fees = qty * abs(entry - stop), qty * self.fee * (entry + stop)
        whole = (move / EIGHT).denominator == 1 and (fees / EIGHT).denominator == 1
        return not whole and any(0 <= limit - move - fees < 3 * EIGHT for limit in (equity / 100, equity / 200))

    def overflows(self, qty):
        entry, stop = self.v("entry"), self.v("stop") or 0
        return None not in (entry, qty) and qty * (entry + stop) > 10**9

    def failing(self, qty):
        """The names of all rules that the known values show broken at this size."""
        v, out = self.v, set()

        def rule(name, needs, broken):
            values = [v(n) for n in needs.split()]
            if None not in values and broken(*values):
                out.add(name)

        sign = 1 if v("side") == "long" else -1
        entry, stop, target, equity = v("entry"), v("stop"), v("take_profit"), v("equity")
        rule("locked", "drawdown_pct", lambda d: d >= 20)
        rule("paused", "drawdown_pct", lambda d: d >= 15)
        rule("daily_loss", "daily_loss_pct", lambda d: d >= 5)
        rule("cooldown", "minutes_since_5th_loss", lambda m: m < 1440)
        if v("minutes_since_5th_loss") is None:  # of five losses nothing shows that their cooldown is over
            rule("cooldown", "consecutive_losses", lambda n: n >= 5)
        if self.none("stop"):
            out.add("no_stop")
        if self.none("take_profit"):
            out.add("no_target")
        for grid, value in [(self.tick, entry), (self.tick, stop), (self.tick, target), (self.lot, qty)]:
            if grid and value is not None and (value / grid).denominator != 1:
                out.add("off_grid")
        distance = F(0)
        if None not in (entry, stop, v("side")):
            distance = sign * (entry - stop)
            rule("stop_side", "stop", lambda s: distance <= 0)
            if distance > 0:
                rule("stop_near", "spread_bps", lambda s: distance < entry * s / 10000)
                if distance < 2 * (self.tick or EIGHT):
                    out.add("stop_near")
                rule("liquidation", "leverage", lambda l: sign * (stop - entry * (1 - sign / F(l))) <= 0)
                rule("reward_risk", "take_profit", lambda t: sign * (t - entry) * 2 < distance * 3)
        rule("target_side", "take_profit side entry", lambda t, s, e: sign * (t - e) <= 0)
        half = (v("drawdown_pct") or 0) >= 10 or (v("red_days") or 0) >= 3
        if None not in (entry, equity, qty):
            notional = qty * entry
            if stop is not None and distance > 0:
                loss = qty * (distance + self.fee * (entry + stop))
                if loss > equity / 100:
                    out.add("risk_per_trade")
                if half and loss > equity / 200:
                    out.add("half_size_risk")
            for column, name, share in [("existing_asset_exposure", "symbol", F(30, 100)),
                                        ("total_exposure", "total", F(50, 100))]:
                rule(name + "_exposure", column, lambda x: x + notional > share * equity)
                rule("half_size_" + name, column, lambda x: half and x + notional > share * equity / 2)
        rule("leverage", "leverage", lambda l: l > 2)
        rule("positions", "open_positions", lambda n: n >= 5)
        rule("averaging_down", "has_losing_position_same_side", lambda n: n == 1)
        rule("martingale", "last_loss_qty", lambda last: qty is not None and qty > last)
        rule("volatility", "vol_percentile", lambda p: p > 95)
        rule("spread", "spread_bps", lambda s: s > 10)
        rule("depth", "depth entry", lambda d, e: qty is not None and d < 10 * qty * e)
        rule("safe_mode", "red_days confidence", lambda r, c: r >= 3 and c < F(80, 100))
        return out

    def sizes_are_judged(self):
        return bool(SIZE_RULES & self.failing(F(10**15)))


# ---- orders --------------------------------------------------------------------------------------------------

def about(random_, limit, digits=None):
    """The limit, or one step of up to eight digits below or above it."""
    digits = random_.randint(0, 8) if digits is None else digits
    return text(max(F(0), limit + random_.choice((-1, 0, 0, 1)) * F(1, 10**digits)), max(digits, 2))


def make(r, columns, fee, tick, lot):
    step = tick or F(1, 10**r.randint(0, 8))
    snap = lambda x, grid: F(round(x / grid)) * grid
    price = F(r.choice((1, 7, 100, 2345, 65000))) * F(r.randint(900, 1100), 1000)
    entry = max(snap(price, step), 40 * step)
    sign = r.choice((1, -1))
    distance = max(step * 2, snap(entry * F(r.randint(10, 400), 10000), step * 2))
    if r.random() < 0.05:
        distance = entry / 2
    # Money is judged to 1e-8 USDT: half a percent of this equity, and a tenth of the depth below, are whole steps.
    equity = F(r.randint(100, 10**6)) + F(r.randint(0, 10**5), 10**5) * r.choice((0, 0, 1))
    row = {"equity": text(equity), "side": "long" if sign > 0 else "short", "entry": text(entry)}
    spread = r.choice((F(0), F(1), F(5), F(10), F(r.randint(0, 10**6), 10**5)))
    if r.random() < 0.1:
        distance = max(step, snap(entry * spread / 10000, step) + r.choice((-1, 0, 1)) * step)
    stop = entry - sign * distance
    reward = distance * F(3, 2) + r.choice((-1, 0, 0, 1, 2, 50)) * step
    row["stop"] = text(stop) if r.random() > 0.03 else r.choice(("", "0", text(entry), text(entry + sign * step)))
    row["take_profit"] = text(max(F(0), entry + sign * reward)) if r.random() > 0.03 else \
        r.choice(("", "0", text(entry), text(max(F(0), entry - sign * distance))))
    held = F(r.choice((0, 0, 0, r.randint(0, 40)))) / 100 * equity
    total = max(held, F(r.choice((0, 0, 10, 25, 45, 55))) / 100 * equity)
    row["existing_asset_exposure"], row["total_exposure"] = text(held), text(total)
    calm = r.random() < 0.5
    pick = lambda quiet, loud: quiet if calm or r.random() < 0.8 else loud()
    row["leverage"] = pick("2", lambda: about(r, F(2)))
    row["daily_loss_pct"] = pick("0", lambda: about(r, F(5)))
    row["drawdown_pct"] = pick("0", lambda: about(r, F(r.choice((10, 10, 10, 15, 20)))))
    row["consecutive_losses"] = pick("0", lambda: r.choice("3 4 5 6".split()))
    row["minutes_since_5th_loss"] = pick("", lambda: about(r, F(1440)))
    row["red_days"] = pick("0", lambda: r.choice("2 3 3 4".split()))
    row["vol_percentile"] = pick("50", lambda: about(r, F(95)))
    row["confidence"] = pick("0.9", lambda: about(r, F(80, 100), r.randint(1, 8)))
    row["has_losing_position_same_side"] = pick("0", lambda: r.choice("01"))
    row["open_positions"] = pick("0", lambda: r.choice("3 4 5 6".split()))
    row["spread_bps"] = pick(text(spread), lambda: about(r, F(10)))
    unit = lot or EIGHT
    if distance == entry / 2:  # liquidation is rounded to a tick, against the order: only whole settings here
        row["leverage"] = r.choice("123")
    ways = [equity / 100 / (distance + fee * (entry + stop)), equity / 200 / (distance + fee * (entry + stop)),
            (equity * F(30, 100) - held) / entry, (equity * F(15, 100) - held) / entry,
            (equity * F(50, 100) - total) / entry, (equity * F(25, 100) - total) / entry]
    ways = [w for w in ways if w > unit] or [equity / entry]
    size = (r.choice(ways + [min(ways)] * 6) // unit + r.choice((-1, 0, 0, 1))) * unit
    size = max(size, unit)
    if lot and r.random() < 0.05:
        size += lot / 2
    row["qty"] = text(size, 9) if (size / EIGHT).denominator != 1 else text(size)
    row["last_loss_qty"] = pick("", lambda: text(max(F(0), size + r.choice((-1, 0, 1)) * unit)))
    row["depth"] = pick("100000000", lambda: about(r, size * entry * 10, 7))
    if r.random() < 0.06:
        name = r.choice([c for c in columns])
        row[name] = r.choice(("nan", "inf", "-1", "abc", "--", "1.2.3", "99999999999999999999999", "-0.00000001"))
        if name == "qty" and r.random() < 0.5:
            row[name] = "0"
    return {name: row[name] for name in columns}


# ---- the comparison ------------------------------------------------------------------------------------------

def compare(order, answer, say):
    bad, failing = order.bad, order.failing(order.v("qty"))
    if order.overflows(order.v("qty")):
        failing.add("unusable_value")
    wanted = "reject" if bad or failing else "approve"
    fine = order.too_fine(order.v("qty"))
    if answer["verdict"] != wanted and not fine:
        say("verdict %s, the oracle says %s %s" % (answer["verdict"], wanted, sorted(failing) + bad))
    if bad and answer["rule"] != "unusable_value":
        say("rule %s for unusable %s" % (answer["rule"], bad))
    if not bad and answer["verdict"] == "reject" and not fine and answer["rule"] not in failing:
        say("rule %s is none of %s" % (answer["rule"], sorted(failing)))
    unjudged = answer["not_judged"].split(";")
    for name in COLUMNS:
        if name not in order.cells and name not in unjudged:
            say("the absent column %s is not among not_judged: %s" % (name, answer["not_judged"]))
    if answer["rule"] in unjudged:
        say("rule %s decides, though it is not judged" % answer["rule"])
    unit, largest = order.lot or EIGHT, F(Decimal(answer["largest_qty"]))
    if set(bad) - {"qty"}:
        if largest:
            say("largest_qty %s though %s cannot be used" % (largest, bad))
        return
    if (largest / unit).denominator != 1:
        say("largest_qty %s is off the lot" % answer["largest_qty"])
    if largest and order.failing(largest):
        say("largest_qty %s fails %s" % (answer["largest_qty"], sorted(order.failing(largest))))
    more = largest + unit
    if not order.failing(more) and not order.too_fine(more) and not order.overflows(more) and (largest == 0 or order.sizes_are_judged()):
        say("largest_qty %s, and one lot more passes too" % answer["largest_qty"])


def main():
    program, files, seed = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 60, \
        int(sys.argv[3]) if len(sys.argv) > 3 else 20260101
    print("seed %d, %d files of 100 orders" % (seed, files))
    r, wrong, tally = random.Random(seed), 0, {}
    for file in range(files):
        columns = [c for c in COLUMNS if c in ALWAYS or file % 3 == 0 or r.random() < 0.75]
        r.shuffle(columns)
        fee = r.choice(("0", "0.00055", "0.001"))
        tick, lot = r.choice((None, None, "0.01", "0.5", "0.0001")), r.choice((None, None, "0.001", "0.1", "1"))
        rows = [make(r, columns, F(fee), tick and F(tick), lot and F(lot)) for _ in range(100)]
        with tempfile.NamedTemporaryFile("w", suffix=".csv", delete=False) as f:
            out = csv.writer(f, lineterminator="\n")
            out.writerow(["id"] + columns)
            out.writerows([["r%d" % i] + [row[c] for c in columns] for i, row in enumerate(rows)])
        command = [program, "judge", "--csv", f.name, "--taker-fee", fee]
        command += (["--tick", tick] if tick else []) + (["--lot", lot] if lot else [])
        done = subprocess.run(command, capture_output=True, text=True, env={}, timeout=60)
        answers = list(csv.DictReader(io.StringIO(done.stdout)))
        os.unlink(f.name)
        if done.returncode or len(answers) != len(rows):
            print("exit %d, %d answers: %s" % (done.returncode, len(answers), done.stderr[:500]))
            return 1
        for i, (row, answer) in enumerate(zip(rows, answers)):
            def say(what):
                nonlocal wrong
                wrong += 1
                if wrong <= 20:
                    print("file %d row %d: %s\n  %s\n  %s\n  %s" % (file, i, what, " ".join(command[4:]), row, answer))
            order = Order(row, F(fee), tick and F(tick), lot and F(lot))
            compare(order, answer, say)
            key = answer["rule"] or "approve"
            tally[key] = tally.get(key, 0) + 1
    print(", ".join("%s %d" % x for x in sorted(tally.items())))
    print("%d orders, %d disagreements" % (files * 100, wrong))
    return 1 if wrong else 0


sys.exit(main())
