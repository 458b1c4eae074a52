#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Turns the JSON of `backtest --json` or `report --json` (stdin) into the few lines that golden files keep.

usage: golden_text.py NAME [DIGEST]      DIGEST where the JSON has none
"""
import json
import sys


def main():
    result = json.load(sys.stdin, parse_float=str)
    print(f"[{sys.argv[1]}]")
    print("digest", result["digest"] if "digest" in result else sys.argv[2])
    for key in ("bars", "trades", "fills", "wins", "net_pnl", "fees", "funding"):
        if key in result:
            print(key, result[key])
    for group in ("refusals", "no_trades"):
        for name, count in sorted(result.get(group, {}).items()):
            print(group, name, count)
    for group in ("by_strategy", "by_regime", "by_exit"):
        for name, row in sorted(result[group].items()):
            print(group, name, row["trades"], row["net_pnl"])
    for name, count in sorted(result.get("violations", {}).items()):
        print("violations", name, count)


if __name__ == "__main__":
    main()
