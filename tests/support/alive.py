# SPDX-License-Identifier: MIT
# On recorded markets: does each regime occur, does each strategy trade, does every refusal that a market can trigger
# refuse, and is every exit that a market can make made? Each name of the catalogues is either in MARKET (a run shows
# it) or in NOT_BY_MARKETS (with the reason), so a new refusal or exit has to be decided about.
# usage: alive.py BOT SOURCE CANDLES FOLDER
import json, os, re, sqlite3, subprocess, sys
from collections import Counter

bot, source, candles, folder = sys.argv[1:5]

# name, candles, timeframe, options: with the default limits first, then one limit made stricter (never looser) each
DEFAULT = [(f"{at} {tf}", at, tf, []) for at, tf in (
    ("perp-2021-11", "5m"), ("perp-2025-03", "5m"), ("perp-2025-03", "1h"), ("perp-2025-05", "1m"), ("perp-2025-q2", "5m"),
    ("spot-2021-04", "1m"), ("spot-2022-06", "1m"), ("spot-2023-09", "1m"), ("spot-2024-10", "1m"), ("spot-2025-03", "1m"))]
STRICT = [(name, "perp-2025-05", "1m", [word for o in options for word in ("--set", o)]) for name, options in (
    ("daily loss 0.2 %", ["MAX_DAILY_LOSS=0.002"]),
    ("fees of a day 0.03 %", ["RISK_FEES_PER_DAY=0.0003"]),
    ("2 entries a day", ["RISK_ENTRIES_PER_DAY=2"]),
    ("1 entry a minute", ["RISK_ENTRIES_PER_MINUTE=1", "DECIDE_EDGE=0"]),
    ("1 position", ["SCANNER_MAX_POSITIONS=1", "TRADING_SYMBOLS=BTC/USDT,ETH/USDT,SOL/USDT,DOGE/USDT,XRP/USDT"]),
    ("slippage 0.1 bps", ["RISK_SLIPPAGE=0.00001"]))]
STRICT.append(("no edge asked for", "spot-2023-09", "1m", ["--set", "DECIDE_EDGE=0"]))

MARKET_REFUSALS = ("daily_loss", "cooldown", "safe_mode", "positions", "volatility", "spread", "slippage", "entries_minute",
                   "entries_day", "fees_day", "reward_risk", "stop_near")
STATE = "needs a drawdown of 10 % or more: scripted fills (unit_engine_alive), the ladder's tests"
SIZED = "decide sizes within it, so only a forged proposal meets it: test_gate.c"
FAULT = "an exchange's fault, not a market's: weather, test_gate.c"
FORGED = "no strategy proposes it: test_gate.c"
NOT_BY_MARKETS = {
    "none": "not a refusal", "unusable_value": FORGED, "locked": STATE, "paused": STATE, "half_size_risk": STATE,
    "half_size_symbol": STATE, "half_size_total": STATE, "operator_halt": "an operator's", "not_ready": "decides nothing before",
    "exchange_unhealthy": FAULT, "clock_off": FAULT, "ticker_stale": FAULT, "bar_stale": FAULT, "order_unknown": FAULT,
    "unreconciled": FAULT, "equity_unexplained": FAULT, "not_trading": FAULT, "foreign": FAULT, "depth": SIZED,
    "blacklisted": "the scanner never picks it", "off_grid": FORGED, "under_minimum": SIZED, "over_maximum": SIZED,
    "no_stop": FORGED, "stop_side": FORGED, "liquidation": "a stop is nearer than half the price",
    "no_target": FORGED, "target_side": FORGED, "risk_per_trade": SIZED, "symbol_exposure": SIZED, "total_exposure": SIZED,
    "leverage": FAULT, "entry_pending": "decide does not ask while one is", "opposite_side": "one position a symbol",
    "averaging_down": "one position a symbol", "martingale": SIZED, "nothing_held": "of REDUCE and PROTECT",
    "not_smaller": "of REDUCE", "not_protecting": "of PROTECT"}

MARKET_EXITS = ("stop", "target", "trailing_stop", "break_even_stop", "regime_contradiction", "time")
NOT_MARKET_EXITS = {
    "none": "open", "unprotected": FAULT, "mark_beyond_stop": FAULT, "reduce_to_fit": FAULT, "passive_excess": FAULT,
    "lock": STATE, "operator": "an operator's", "delisting": FAULT, "liquidation": "2x at most: needs a gap of 45 %",
    "adl": FAULT, "end_of_run": "the end", "closed_elsewhere": FAULT}


def catalogue(header, macro):
    """The quoted names of an X-macro's rows."""
    text = open(os.path.join(source, "include/tradebot", header)).read()
    body = re.search(r"#define %s\(X\)(.*?)\n#define X" % macro, text, re.S).group(1)
    return [re.search(r'"([^"]*)"', row).group(1) for row in re.findall(r"X\(([^\n]*)\)", body)]


def run(name, at, timeframe, options):
    journal = os.path.join(folder, name.replace(" ", "_").replace("%", "pc") + ".db")
    done = subprocess.run([bot, "backtest", "--candles", f"{candles}/{at}", "--timeframe", timeframe, "--funding",
                           f"{candles}/funding", "--journal", journal, "--json", *options],
                          capture_output=True, text=True, env={})
    if done.returncode != 0:
        sys.exit(f"{name}: {done.stderr[-400:]}")
    violations = json.loads(done.stdout)["violations"]
    if any(violations.values()):
        sys.exit(f"{name}: violations {violations}")
    db = sqlite3.connect(journal)
    count = lambda sql: Counter(dict(db.execute(sql).fetchall()))
    return (count("select rule, count(*) from decisions group by rule"),
            count("select exit_reason, count(*) from trades group by exit_reason"),
            count("select strategy, count(*) from trades group by strategy"))


def shares(at, timeframe):
    """How many bars each regime has, by the indicators verb."""
    seen = Counter()
    for file in sorted(os.listdir(f"{candles}/{at}")):
        if f"-{timeframe}." in file:
            out = subprocess.run([bot, "indicators", f"{candles}/{at}/{file}"], capture_output=True, text=True,
                                 env={}).stdout.splitlines()
            column = out[0].split(",").index("regime")
            seen.update(line.split(",")[column] for line in out[1:])
    return seen


wrong = []
for header, macro, named in (("desk.h", "REFUSALS", (*MARKET_REFUSALS, *NOT_BY_MARKETS)),
                             ("order.h", "EXITS", (*MARKET_EXITS, *NOT_MARKET_EXITS))):
    wrong += [f"{macro}: {n} is in no list here" for n in catalogue(header, macro) if n not in named]
    wrong += [f"{macro}: {n} is not in the catalogue" for n in named if n not in catalogue(header, macro)]

refused, left, traded = Counter(), Counter(), Counter()
for job in DEFAULT + STRICT:
    r, x, s = run(*job)
    refused, left, traded = refused + r, left + x, traded + s
print("refused:", *(f"{k} {refused[k]}" for k in MARKET_REFUSALS))
print("left:   ", *(f"{k} {left[k]}" for k in MARKET_EXITS))
print("trades: ", *(f"{k} {v}" for k, v in sorted(traded.items())))
wrong += [f"no market was refused for {n}" for n in MARKET_REFUSALS if not refused[n]]
wrong += [f"no trade was left by {n}" for n in MARKET_EXITS if not left[n]]
wrong += [f"{n} never traded" for n in ("mean_reversion", "trend", "breakout") if not traded[n]]

regimes = shares("perp-2025-05", "1m") + shares("perp-2025-q2", "5m")
known = sum(v for k, v in regimes.items() if k != "none" and k)
print("regimes:", *(f"{k} {100 * v / known:.1f} %" for k, v in sorted(regimes.items()) if k != "none" and k))
wrong += [f"{n} has under 5 % of the bars" for n in ("mean_revert", "trending", "high_vol", "low_vol")
          if regimes[n] < 0.05 * known]
print(*wrong, sep="\n", end="" if not wrong else "\n")
sys.exit(bool(wrong))
