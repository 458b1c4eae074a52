#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Recomputes what was learned from a journal alone: every score with its standing, weight, archiving and return,
every promotion record, every stage record and every reward, from the trades, the equity samples and the decisions.
Nothing of the daemon is used but the file it wrote; the formulas are those of the documentation, written anew.

usage: recompute_learning.py JOURNAL [--need KIND ...]

Prints how much of each kind was compared and occurred. Exit code 1 if anything differs by more than 1e-9, or if a
needed kind did not occur.
"""
import argparse
import bisect
import math
import sqlite3
import sys

RATIO = 10 ** 9
DAY, WEEK = 86400000, 7
NEEDS = ("sharpe", "drawdown", "trades", "days", "weeks", "stable", "regimes")
STAGES = (0, RATIO // 20, RATIO // 10, RATIO // 4, RATIO)
BPS = RATIO // 10000
wrong, compared, occurred = [], {}, {}


def near(value):
    """Half away from zero."""
    return int(math.copysign(math.floor(abs(value) + 0.5), value))


def up(a, b):
    return -(-a // b)


def saw(kind, count=1):
    occurred[kind] = occurred.get(kind, 0) + count


def same(what, computed, written):
    """One row, column by column; a double may differ in the last place of 1e-9."""
    compared[what[0]] = compared.get(what[0], 0) + 1
    for key in computed:
        a, b = computed[key], written[key]
        close = isinstance(a, int) and isinstance(b, int) and abs(a - b) <= 1 and key in (
            "salience", "mean_r", "win_rate", "drawdown", "variance_r", "sharpe")
        if a != b and not close:
            wrong.append(f"{' '.join(str(w) for w in what)}: {key} computed {a}, journalled {b}")


def sharpe_of(days, mean, square):
    if days < 2 or (square <= 0 and mean == 0):
        return None
    deviation = math.sqrt(max(0.0, square) / (days - 1))
    value = abs(mean) / deviation * math.sqrt(365) if deviation > 0 else 1000.0
    return (-1 if mean < 0 else 1) * near(min(value, 1000.0) * RATIO)


class Welford:
    def __init__(self):
        self.days, self.mean, self.square = 0, 0.0, 0.0

    def add(self, value):
        off = value - self.mean
        self.days += 1
        self.mean += off / self.days
        self.square += off * (value - self.mean)

    def sharpe(self):
        return sharpe_of(self.days, self.mean, self.square)


# --- scores ----------------------------------------------------------------------------------------------------

def clamp(value):
    return min(1.0, max(0.0, value))


class Cell:
    """One record of a strategy in a regime and a book."""

    def __init__(self, record=1, since=0):
        self.record, self.since, self.trades, self.archived = record, since, 0, False
        self.seq, self.at = 0, since
        self.weight = self.mean = self.won = self.square = self.now = self.worst = 0.0

    def add(self, trade):
        r = trade["r"] / RATIO
        off = r - self.mean
        self.trades += 1
        self.seq, self.at = trade["seq"], trade["exit_ms"]
        self.weight = 0.99 * self.weight + 1
        self.mean += off / self.weight
        self.square = 0.99 * self.square + off * (r - self.mean)
        self.won += ((1.0 if trade["net"] > 0 else 0.0) - self.won) / self.weight
        self.now = max(0.0, 0.99 * self.now - r)
        self.worst = max(0.99 * self.worst, self.now)

    def salience(self):
        n = clamp(math.log(self.trades / 20) / math.log(10)) if self.trades > 20 else 0.0
        r, w = clamp((self.mean + 0.25) / 0.85), clamp((self.won - 0.25) / 0.35)
        d, v = clamp((self.worst * 0.01 - 0.05) / 0.20), clamp((self.square / self.weight - 2) / 6)
        return near(clamp((0.4 * r + 0.3 * w + 0.2 * n) / 0.9 - 0.3 * d - 0.2 * v) * RATIO)

    def standing(self):
        if self.trades < 20:
            return "insufficient"
        if self.archived or self.salience() < RATIO // 5:
            return "archived"
        return "promoted" if self.salience() > RATIO * 4 // 5 else "active"

    def row(self):
        few = self.trades < 20
        weight = {"insufficient": RATIO // 2, "archived": 0, "active": 3 * RATIO // 4, "promoted": RATIO}
        none = self.trades == 0
        return {"trade_seq": self.seq, "since_ms": self.since, "trades": self.trades, "standing": self.standing(),
                "salience": None if few else self.salience(), "weight": weight[self.standing()],
                "mean_r": None if none else near(self.mean * RATIO),
                "win_rate": None if none else near(self.won * RATIO),
                "drawdown": None if none else near(self.worst * 0.01 * RATIO),
                "variance_r": None if none else near(self.square / self.weight * RATIO), "at_ms": self.at}


def fold_scores(trades):
    """(rows by key, notes in order, spans in which a cell of the main book was archived)"""
    cells, rows, notes, closed = {}, {}, [], {}

    def keep(book, cell_key):
        cell = cells[(book,) + cell_key]
        rows[(book,) + cell_key + (cell.record,)] = cell

    for trade in trades:
        key = (trade["strategy"], trade["regime"])
        if trade["r"] is None or "none" in key:
            continue
        main = cells.setdefault(("main",) + key, Cell())
        shadow = cells.setdefault(("shadow",) + key, Cell())
        cell = main if trade["book"] == "main" else shadow
        if trade["entry_ms"] < cell.since:
            saw("straggler")
            continue
        before = cell.standing()
        cell.add(trade)
        renewed = None
        if cell is main and not main.archived and main.trades >= 20 and main.salience() < RATIO // 5:
            main.archived = True
            cells[("shadow",) + key] = Cell(shadow.record + 1, trade["exit_ms"])
            renewed = "shadow"
            closed.setdefault(key, []).append([trade["exit_ms"], None])
            saw("archived")
        elif cell is shadow and main.archived and shadow.trades >= 30 and shadow.salience() >= 3 * RATIO // 10:
            cells[("main",) + key] = Cell(main.record + 1, trade["exit_ms"])
            renewed = "main"
            closed[key][-1][1] = trade["exit_ms"]
            saw("returned")
        keep(trade["book"], key)
        if renewed:
            keep(renewed, key)
        if trade["book"] == "main":
            saw(f"standing {cell.standing()}")
            if cell.standing() != before:
                names = ("insufficient", "archived", "active", "promoted")
                notes.append(("score", names.index(cell.standing()), cell.salience()))
        if renewed == "main":
            notes.append(("returned", shadow.salience(), shadow.trades))
    return {key: cell.row() for key, cell in rows.items()}, notes, closed


def check_scores(db, trades):
    rows, notes, closed = fold_scores(trades)
    written = {(r["book"], r["strategy"], r["regime"], r["record"]): r for r in db.execute("SELECT * FROM scores")}
    for key in sorted(set(rows) | set(written)):
        if key not in rows or key not in written:
            wrong.append(f"score {key}: {'not journalled' if key in rows else 'nobody computed it'}")
        else:
            same(("score",) + key, rows[key], written[key])
    told = [(n["note"], n["a"], n["b"]) for n in
            db.execute("SELECT note, a, b FROM notes WHERE note IN ('score', 'returned') ORDER BY seq")]
    same(("note",), {"standings": [(n, a if n == "score" else 0) for n, a, _ in notes]},
         {"standings": [(n, a if n == "score" else 0) for n, a, _ in told]})
    for computed, note in zip(notes, told):
        same(("note",), {"salience": computed[2] if computed[0] == "score" else computed[1]},
             {"salience": note[2] if note[0] == "score" else note[1]})
    return closed


def check_books(db, closed, stages):
    """What may not trade was decided in the shadow book, everything else in the main one."""
    since = [stage["at_ms"] for stage in stages]
    for row in db.execute("SELECT seq, at_ms, book, strategy, regime FROM decisions WHERE verdict <> 'no_trade' ORDER BY seq"):
        at = row["at_ms"]
        spans = closed.get((row["strategy"], row["regime"]), [])
        place = bisect.bisect_right(since, at) - 1
        if any(at in span for span in spans) or since[place] == at:
            continue  # the very instant of a change
        archived = any(a < at and (b is None or at < b) for a, b in spans)
        stage = stages[place]["stage"]
        same(("decision", row["seq"]), {"book": "shadow" if archived or stage == 0 else "main"}, row)


# --- promotion -------------------------------------------------------------------------------------------------

class Evidence:
    def __init__(self, since):
        self.since, self.trades, self.seq, self.day = since, 0, 0, None
        self.today, self.week, self.week_days, self.weeks, self.gained = 0.0, 0.0, 0, 0, 0
        self.returns, self.curve, self.peak, self.worst = Welford(), 1.0, 1.0, 0.0
        self.net, self.slips = {}, []

    def add(self, trade):
        day = trade["exit_ms"] // DAY
        if self.day is None:
            self.day = day
        while self.day < day:
            self.returns.add(self.today)
            self.curve *= 1 + self.today
            self.week += self.today
            self.week_days += 1
            if self.week_days == WEEK:
                self.weeks, self.gained = self.weeks + 1, self.gained + (self.week > 0)
                self.week, self.week_days = 0.0, 0
            self.today = 0.0
            self.day += 1
        self.trades, self.seq = self.trades + 1, trade["seq"]
        self.net[trade["regime"]] = self.net.get(trade["regime"], 0) + trade["net"]
        self.slips += [s for s in (trade["entry_slippage"], trade["exit_slippage"])
                       if s is not None and abs(s) <= RATIO]
        self.today += trade["net"] / trade["capital"]
        value = self.curve * (1 + self.today)
        self.peak = max(self.peak, value)
        self.worst = min(1.0, max(self.worst, 1 - value / self.peak))

    def row(self, at):
        sharpe, regimes = self.returns.sharpe(), sum(v > 0 for v in self.net.values())
        drawdown = math.ceil(self.worst * RATIO)
        there = (sharpe is not None and sharpe > 12 * RATIO // 10, drawdown < RATIO // 10, self.trades >= 200,
                 self.returns.days >= 60, self.weeks >= 8,
                 self.weeks > 0 and self.gained * RATIO // self.weeks >= 6 * RATIO // 10, regimes >= 2)
        missing = sum(1 << i for i, ok in enumerate(there) if not ok)
        return {"at_ms": at, "since_ms": self.since, "trade_seq": self.seq, "trades": self.trades,
                "days": self.returns.days, "weeks": self.weeks, "weeks_gained": self.gained, "regimes": regimes,
                "sharpe": sharpe, "drawdown": drawdown,
                "slippage": up(sum(self.slips), len(self.slips)) if self.slips else None, "missing": missing,
                "earned": int(missing == 0)}


def check_promotions(db, trades, stages):
    written = list(db.execute("SELECT * FROM promotions ORDER BY seq"))
    computed = []
    for begin in (s for s in stages if s["stage"] == 0 and written):
        evidence = Evidence(begin["at_ms"])
        computed.append(evidence.row(begin["at_ms"]))
        later = [s["at_ms"] for s in stages if s["seq"] > begin["seq"]]
        for trade in trades:
            if (trade["book"] != "shadow" or trade["stage"] != 0 or trade["entry_ms"] < begin["at_ms"]
                    or (later and trade["exit_ms"] > later[0])):
                continue
            evidence.add(trade)
            row = evidence.row(trade["exit_ms"])
            if row["missing"] != computed[-1]["missing"]:
                computed.append(row)
                for i, need in enumerate(NEEDS):
                    if not row["missing"] >> i & 1:
                        saw(f"need {need} met")
            if row["earned"]:
                saw("promotion")
                break
    same(("promotions",), {"rows": len(computed)}, {"rows": len(written)})
    for i, (row, told) in enumerate(zip(computed, written)):
        same(("promotion", i + 1), row, told)
    return [w for w in written if w["earned"]]


# --- stages ----------------------------------------------------------------------------------------------------

class Spell:
    """What happened at one stage, up to some moment."""

    def __init__(self, begin, baseline):
        self.begin, self.trades, self.seq, self.slips = begin, 0, 0, []
        self.returns, self.day, self.day_nav = Welford(), begin["at_ms"] // DAY, begin["nav"]
        drawdown, slippage = baseline or (RATIO // 20, 1 * BPS)
        self.limit_drawdown = max(drawdown * 3 // 2, RATIO // 20)
        self.limit_slippage = slippage + 5 * BPS

    def add_trade(self, trade):
        if trade["stage"] != self.begin["stage"] or trade["entry_ms"] < self.begin["at_ms"]:
            return False
        self.trades, self.seq = self.trades + 1, trade["seq"]
        self.slips += [s for s in (trade["entry_slippage"], trade["exit_slippage"])
                       if s is not None and abs(s) <= RATIO]
        return True

    def add_sample(self, sample):
        day = sample["at_ms"] // DAY
        if day > self.day:
            self.returns.add((sample["nav"] - self.day_nav) / self.day_nav)
            self.day, self.day_nav = day, sample["nav"]

    def slippage(self):
        return up(sum(self.slips), len(self.slips)) if self.slips else None

    def move(self, drawdown):
        """(reason, rungs) that is due, or None."""
        sharpe, slip = self.returns.sharpe(), self.slippage()
        rung = STAGES.index(self.begin["stage"])
        slipping = slip is not None and slip > self.limit_slippage
        if rung == 0:
            return None
        if drawdown > self.limit_drawdown:
            return "drawdown", -1
        if slipping and len(self.slips) >= 30:
            return "slippage", -1
        if self.returns.days >= 30 and sharpe is not None and sharpe < RATIO // 2:
            return "sharpe", -1
        if (rung + 1 < len(STAGES) and slip is not None and not slipping and sharpe is not None
                and self.trades >= 50 and self.returns.days >= 30 and sharpe >= RATIO):
            return "up", 1
        return None


def check_spell(spell, end, trades, samples):
    """Walks through a stage to the record that ended it; before its last fact nothing was due but what NAV did."""
    facts = [(s["at_ms"], 0, s) for s in samples if spell.begin["at_ms"] <= s["at_ms"]
             and (end is None or s["at_ms"] <= end["at_ms"])]
    facts += [(t["exit_ms"], 1, t) for t in trades if t["book"] == "main" and t["exit_ms"] >= spell.begin["at_ms"]
              and (end is None or t["seq"] <= end["trade_seq"])]
    due = None
    for at, kind, fact in sorted(facts, key=lambda f: (f[0], f[1], f[2]["seq"] if f[1] else 0)):
        if due:
            wrong.append(f"stage {spell.begin['seq']}: {due[0]} was due before {at}, and nothing moved")
            return due
        if kind == 0:
            spell.add_sample(fact)
        elif not spell.add_trade(fact):
            continue
        due = spell.move(0)
    return due


def check_stage(spell, end, due, samples):
    at, rung = end["at_ms"], STAGES.index(end["from_stage"])
    peak, low = end["peak_nav"], end["low_nav"]
    drawdown = up((peak - low) * RATIO, peak) if peak else 0
    within = [s for s in samples if spell.begin["at_ms"] <= s["at_ms"] < at]
    top = spell.begin["nav"]
    for sample in within:
        top = max(top, sample["nav"])
        if up((top - sample["nav"]) * RATIO, top) > end["drawdown"]:
            wrong.append(f"stage {end['seq']}: the sample at {sample['at_ms']} was deeper than its drawdown")
    if end["reason"] == "promoted":
        due = "promoted", 1
    elif end["reason"] == "drawdown":
        due = spell.move(drawdown)
    if due is None:
        wrong.append(f"stage {end['seq']}: moved for {end['reason']}, but nothing was due")
        return
    same(("stage", end["seq"]),
         {"from_stage": spell.begin["stage"], "stage": STAGES[rung + due[1]], "reason": due[0],
          "trades": spell.trades, "trade_seq": spell.seq, "days": spell.returns.days,
          "sharpe": spell.returns.sharpe(), "drawdown": drawdown, "slippage": spell.slippage(),
          "fills": len(spell.slips), "limit_drawdown": spell.limit_drawdown,
          "limit_slippage": spell.limit_slippage}, end)
    saw(f"stage {end['reason']}")
    saw(f"stage {STAGES[rung] * 100 // RATIO} to {end['stage'] * 100 // RATIO}")


def check_stages(stages, earned, trades, samples, fixed):
    baseline = None
    for i, begin in enumerate(stages):
        if i == 0 and begin["reason"] != "start":
            wrong.append("the first stage is not told to be the first")
        if begin["reason"] == "promoted":
            row = [e for e in earned if e["at_ms"] == begin["at_ms"]][0]
            baseline = row["drawdown"], row["slippage"]
        if fixed:
            continue
        end = stages[i + 1] if i + 1 < len(stages) else None
        spell = Spell(begin, None)
        limits = Spell(begin, baseline)
        spell.limit_drawdown, spell.limit_slippage = limits.limit_drawdown, limits.limit_slippage
        due = check_spell(spell, end, trades, samples)
        if end is not None:
            check_stage(spell, end, due, samples)
        elif due is not None:
            wrong.append(f"the last stage: {due[0]} is due")


# --- rewards ---------------------------------------------------------------------------------------------------

def reward_of(t):
    if None in (t["capital"], t["risk"], t["drawdown_before"], t["drawdown_after"]) or t["capital"] <= 0:
        return None
    capital = t["capital"]
    change = t["net"] * RATIO // capital if t["net"] >= 0 else -up(-t["net"] * RATIO, capital)
    deeper = 2 * max(0, t["drawdown_after"] - t["drawdown_before"])
    exposure = 0
    if t["volatility"] is not None and t["volatility"] > RATIO // 2:
        exposure = up(up(t["risk"] * (t["volatility"] - RATIO // 2), RATIO) * RATIO, capital)
    excess = max(0, up(t["entry_cost"] * RATIO, capital) - RATIO // 5)
    if excess:
        saw("reward size excess")
    if deeper:
        saw("reward drawdown")
    if exposure:
        saw("reward volatility")
    if t["breach"]:
        saw("reward breach")
    return change - deeper - exposure - up(excess, 2) - (RATIO if t["breach"] else 0)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("journal")
    parser.add_argument("--need", nargs="*", default=[])
    args = parser.parse_args()
    db = sqlite3.connect(f"file:{args.journal}?mode=ro", uri=True)
    db.row_factory = sqlite3.Row
    trades = list(db.execute("SELECT * FROM trades ORDER BY seq"))
    stages = list(db.execute("SELECT * FROM stages ORDER BY seq"))
    samples = list(db.execute("SELECT * FROM equity ORDER BY at_ms"))
    closed = check_scores(db, trades)
    check_books(db, closed, stages)
    earned = check_promotions(db, trades, stages)
    fixed = not list(db.execute("SELECT * FROM stage_peak"))
    check_stages(stages, earned, trades, samples, fixed)
    for trade in trades:
        same(("reward", trade["seq"]), {"reward": reward_of(trade)}, trade)
    print("compared:", ", ".join(f"{n} {k}" for k, n in sorted(compared.items())))
    print("occurred:", ", ".join(f"{k} {n}" for k, n in sorted(occurred.items())))
    for need in args.need:
        if need not in occurred:
            wrong.append(f"'{need}' did not occur")
    for line in wrong[:30]:
        print("WRONG", line)
    print(f"{len(wrong)} differences" if wrong else "everything agrees")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
