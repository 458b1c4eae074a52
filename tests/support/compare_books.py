#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Does a journal say what the exchange's own books say, to the last 1e-8 USDT? Compares each execution (symbol, side,
size, price, fee), each ledger row, each position (size, cost, stop, target), the wallet, and what trades came to.

usage: compare_books.py JOURNAL BOOKS      BOOKS: bybit_emu's --books FILE. Prints what was equal, or each difference;
exit code 1 then. Executions of orders that are not the bot's are the exchange's alone (--foreign: there may be some).
"""
import json
import sqlite3
import sys
from collections import Counter
from decimal import Decimal


def read_books(path):
    kinds = {"order": [], "execution": [], "log": [], "position": [], "balance": []}
    for line in open(path):
        row = json.loads(line)
        kinds[next(k for k in kinds if k in row)].append(row)
    return kinds


def main():
    db = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
    db.row_factory = sqlite3.Row
    books = read_books(sys.argv[2])
    foreign = "--foreign" in sys.argv
    grids = {r["name"]: r for r in db.execute("SELECT * FROM instruments")}
    names = {r["wire"]: r["name"] for r in grids.values()}
    wrong = []

    def steps(text, name, grid):
        return int((Decimal(text).scaleb(grids[name][f"{grid}_decimals"]) / grids[name][f"{grid}_step"]).to_integral_exact())

    sides = {"Buy": "long", "Sell": "short"}
    theirs, ours = Counter(), Counter()
    for row in books["execution"]:
        e = row["execution"]
        if e.get("execType", "Trade") == "Funding":
            continue
        name = names[e["symbol"]]
        theirs[(name, sides[e["side"]], steps(e["execQty"], name, "lot"), steps(e["execPrice"], name, "tick"),
                row["fee"])] += 1
    for table in ("fills", "fills_apart"):
        where = " AND waits = 0" if table == "fills_apart" else ""
        for r in db.execute(f"SELECT * FROM {table} WHERE book = 'main'{where}"):
            ours[(r["sym"], r["side"], r["qty"], r["price"], r["fee"])] += 1
    for key in (theirs - ours):
        if not foreign:
            wrong.append(f"execution not in the journal: {key}")
    for key in (ours - theirs):
        wrong.append(f"execution that never was: {key}")

    funding = Counter((names[r["log"]["symbol"]], r["funding"]) for r in books["log"] if r["log"]["type"] == "SETTLEMENT")
    booked = Counter((r["sym"], r["amount"]) for r in db.execute("SELECT * FROM ledger WHERE kind = 0"))
    if funding != booked:
        wrong.append(f"funding: the exchange's alone {funding - booked}, ours alone {booked - funding}")

    balance = books["balance"][0]["balance"]
    account = db.execute("SELECT * FROM account").fetchone()
    wallet = balance["wallet"] - balance["bonus"]  # a bonus is nobody's to trade with
    if account["wallet"] != wallet:
        wrong.append(f"wallet: {account['wallet']} and {wallet} at the exchange")
    held = {r["sym"]: r for r in db.execute("SELECT * FROM holdings WHERE book = 'main' AND qty > 0")}
    there = {names[r["position"]["symbol"]]: r for r in books["position"]}
    for name in sorted(set(held) | set(there)):
        h, p = held.get(name), there.get(name)
        if foreign and h is None:
            continue  # somebody else's
        if h is None or p is None:
            wrong.append(f"position in {name}: {'none' if h is None else h['qty']} and {'none' if p is None else p['lots']}")
            continue
        side = {"long": 1, "short": -1}[h["side"]]
        for what, mine, its in (("size", h["qty"] * side, p["lots"] * p["side"]), ("cost", h["cost"], p["cost"]),
                                ("stop", h["stop"], p["stop"]), ("target", h["target"], p["target"])):
            if mine != its:
                wrong.append(f"{what} of {name}: {mine} and {its} at the exchange")

    sums = db.execute("SELECT coalesce(sum(gross), 0) g, coalesce(sum(fees), 0) f, coalesce(sum(funding), 0) u, count(*) n"
                      " FROM trades WHERE book = 'main'").fetchone()
    fees, unpaid = sums["f"], sums["u"]
    gross = sums["g"]
    for h in db.execute("SELECT * FROM holdings WHERE book = 'main' AND qty > 0"):
        fees += h["fees"]
        unpaid += h["funding"]
        side = {"long": 1, "short": -1}[h["side"]]
        gross += (h["exit_value"] - (h["entry_cost"] - h["cost"])) * side
    apart = db.execute("SELECT count(*) FROM fills_apart WHERE book = 'main'").fetchone()[0]
    for what, mine, its in (("gross result", gross, balance["gross"]), ("fees", fees, balance["fees"]),
                            ("funding", unpaid + sum(r["amount"] for r in db.execute(
                                "SELECT amount FROM ledger WHERE kind = 0 AND held = 0")), balance["funding"])):
        if mine != its and not apart:
            wrong.append(f"{what}: {mine} and {its} at the exchange")

    for text in wrong[:20]:
        print(text)
    print(f"{sum(theirs.values())} executions, {sum(funding.values())} fundings, {len(there)} positions, {sums['n']} trades, "
          f"wallet {balance['wallet'] / 1e8:.8f} USDT: {'DIFFERENT' if wrong else 'equal to the last 1e-8'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
