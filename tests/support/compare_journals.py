#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Did two runs decide, fill and trade alike? Compares the decisions, fills and trades of two journals row by row; what a
run only numbers (sequence, client and execution ids) may differ. From UNTIL_MS on nothing is compared: a backtest closes
what is open when its candles end.

usage: compare_journals.py JOURNAL OTHER [UNTIL_MS]      prints what was equal, or the first difference; exit code 1 then
"""
import hashlib
import sqlite3
import sys

NUMBERED = {"seq", "id", "execution"}


def rows(path, table, time, until):
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    columns = [r[1] for r in db.execute(f"PRAGMA table_info({table})") if r[1] not in NUMBERED]
    where = f" WHERE {time} < {until}" if until else ""
    return columns, db.execute(f"SELECT {', '.join(columns)} FROM {table}{where} ORDER BY seq").fetchall()


def main():
    until = int(sys.argv[3]) if len(sys.argv) > 3 else None
    digest, differ = hashlib.sha256(), False
    for table, time in (("decisions", "at_ms"), ("fills", "at_ms"), ("trades", "exit_ms")):
        columns, one = rows(sys.argv[1], table, time, until)
        _, other = rows(sys.argv[2], table, time, until)
        for number, (a, b) in enumerate(zip(one, other)):
            if a != b:
                print(f"{table}, row {number}:", *(f"{c} {x} != {y}" for c, x, y in zip(columns, a, b) if x != y))
                differ = True
                break
        if len(one) != len(other):
            print(f"{table}: {len(one)} rows and {len(other)}")
            differ = True
        digest.update(repr(one).encode())
        print(f"{len(one)} {table}", end=", ")
    print("DIFFERENT" if differ else f"equal, digest {digest.hexdigest()[:16]}")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
