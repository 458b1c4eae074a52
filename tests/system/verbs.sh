#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Do the reading verbs answer from a state folder, in text and in valid JSON; does a second daemon stay out; does a
# daemon in real time end soon and well when told to; are keys that others can read refused?
set -uo pipefail
bot=$(realpath "$1") root=$(realpath "$2") wrong=0
folder=$(mktemp -d)
daemon=
trap '[ -n "$daemon" ] && kill -9 "$daemon" 2>/dev/null; rm -rf "$folder"' EXIT
cd "$folder" || exit 1

fail() { echo "$*"; wrong=1; }
tradebotd() { env -i "$bot" "$@"; }

expect() { # CODE TEXT WORD...
	local code=$1 text=$2 said status
	shift 2
	said=$(tradebotd "$@" 2>&1 </dev/null)
	status=$?
	[ "$status" -eq "$code" ] && [[ $said == *"$text"* ]] ||
		fail "tradebotd $*: wanted $code and '$text', got $status and: $(head -3 <<<"$said")"
}

get() { python3 "$root/tests/support/json_get.py" "$@"; }

tradebotd run --exchange sim --speed max --days 2 --symbols 4 --seed 7 --state state >/dev/null 2>log ||
	fail "a short run failed: $(tail -2 log)"
trades=$(python3 -c 'import sqlite3; print(*sqlite3.connect("state/journal.db").execute(
	"select count(*) from trades").fetchone())')
[ "$trades" -gt 0 ] || fail "a run of two days without a trade"

for verb in status trades "why BTC/USDT" risk scores report; do
	read -ra words <<<"$verb"
	text=$(tradebotd "${words[@]}" --state state 2>&1) || fail "$verb: $text"
	[ "$(wc -l <<<"$text")" -ge 2 ] || fail "$verb says no more than: $text"
	tradebotd "${words[@]}" --state state --json >json 2>said || fail "$verb --json: $(cat said)"
	get <json || fail "$verb --json is no JSON"
	expect 1 "no journal in 'nowhere'" "${words[@]}" --state nowhere
	[ -e nowhere ] && fail "$verb made a state folder"
	mkdir -p empty junk && echo "not a journal" >junk/journal.db
	expect 1 "no journal in 'empty'" "${words[@]}" --state empty
	expect 1 "junk/journal.db" "${words[@]}" --state junk
done
expect 2 "--export-trades nowhere/x.csv: No such file" backtest --candles nowhere.csv --export-trades nowhere/x.csv
expect 2 "why: needs SYMBOL" why --state state
expect 2 "it knows " why NOPE --state state
for symbol in BTC/USDT BTCUSDT BTC/USDT:USDT btc/usdt; do
	expect 0 "20" why "$symbol" --state state
done
[ "$(tradebotd trades --state state --json | python3 -c 'import json, sys; print(len(json.load(sys.stdin)))')" = "$trades" ] ||
	fail "trades --json has not all $trades trades"
own=$(python3 -c 'import sqlite3; print(*sqlite3.connect("state/journal.db").execute(
	"select count(*) from trades where book = \"main\"").fetchone())')
[ "$(tradebotd report --state state --json | get trades)" = "$own" ] || fail "report has not all $own trades"
[ "$(tradebotd status --state state --json | get promotion.needed)" = False ] || fail "status: no promotion is needed here"
[ "$(tradebotd status --state state --json | get mode)" = sim ] || fail "status does not know its mode"
[ "$(stat -c %a state) $(stat -c %a state/journal.db)" = "700 600" ] || fail "others can read the state folder"
before=$(sha256sum state/journal.db)
tradebotd status --state state >/dev/null
[ "$before" = "$(sha256sum state/journal.db)" ] || fail "status changed the journal"
expect 1 "damaged or not a journal" run --exchange sim --speed max --days 1 --state junk

# one state folder, one daemon
env -i "$bot" run --exchange sim --speed 60 --symbols 2 --state live >out 2>log &
daemon=$!
for _ in $(seq 100); do
	grep -q "started on the simulated exchange" log && break
	sleep 0.1
done
expect 3 "(pid $daemon)" run --exchange sim --speed max --days 1 --symbols 2 --state live
expect 0 "mode        sim" status --state live
expect 1 "with --exchange sim it takes none" halt --state live
begin=$(date +%s%N)
kill -TERM "$daemon"
wait "$daemon"
code=$?
daemon=
took=$((($(date +%s%N) - begin) / 1000000))
[ "$code" -eq 0 ] || fail "SIGTERM ended the daemon with $code: $(tail -2 log)"
[ "$took" -lt 2000 ] || fail "SIGTERM took $took ms"
grep -q "stopped by a signal" log || fail "the daemon did not say why it stopped"
expect 0 "resumed on the simulated exchange" run --exchange sim --speed max --days 1 --symbols 2 --state live

# killed, not told: the lock is free, and what was committed is there
env -i "$bot" run --exchange sim --speed 60 --symbols 2 --state killed >out 2>log &
daemon=$!
for _ in $(seq 100); do
	grep -q "started on the simulated exchange" log && break
	sleep 0.1
done
kill -9 "$daemon"
wait "$daemon" 2>/dev/null
daemon=
expect 0 "resumed on the simulated exchange" run --exchange sim --speed max --days 1 --symbols 2 --state killed
rm killed/sim.bin
expect 3 "sim.bin is missing" run --exchange sim --speed max --days 2 --symbols 2 --state killed

# a folder that can no longer be written (here: files over a size) ends the run at once, and it goes on as if nothing
# had happened once it can
digest=$(tradebotd run --exchange sim --speed max --days 2 --symbols 4 --seed 7 --state whole 2>/dev/null)
for blocks in 130 200 600; do # sim.bin or the journal fails, early and later
	(
		trap '' XFSZ
		ulimit -f "$blocks"
		tradebotd run --exchange sim --speed max --days 2 --symbols 4 --seed 7 --state full >out 2>log
	)
	code=$?
	[ "$code" -eq 1 ] && grep -q "full cannot be written" log && [ "$(grep -c ERROR log)" -eq 1 ] ||
		fail "files of $blocks KiB at most: ended with $code and: $(tail -3 log)"
	[ "$(tradebotd run --exchange sim --speed max --days 2 --symbols 4 --seed 7 --state full 2>/dev/null | tail -1)" = \
		"$(tail -1 <<<"$digest")" ] || fail "after files of $blocks KiB at most it did not go on"
	rm -rf full
done

# the log tells each entry, fill and closed trade in one line; at full speed only with -v
tradebotd run --exchange sim --speed max --days 1 --symbols 4 --seed 7 --state told -v >out 2>log
for pattern in 'approved [A-Z0-9]*/USDT:USDT (long|short) [0-9.]* \([0-9.]* USDT\) at [0-9.]*, stop [0-9.]*, target [0-9.]* ' \
	'filled [A-Z0-9]*/USDT:USDT entry: (bought|sold) [0-9.]* at [0-9.]*, fee [0-9.]* USDT' \
	'closed [A-Z0-9]*/USDT:USDT (long|short) [0-9.]*, [0-9.]* -> [0-9.]*: [a-z_]*, net -?[0-9.]* USDT, -?[0-9.]* R'; do
	grep -qE "$pattern" log || fail "no line of the log is like: $pattern"
done
[ "$(grep -c ' closed ' log)" = "$(tradebotd trades --state told --json | python3 -c 'import json, sys; print(len(json.load(sys.stdin)))')" ] ||
	fail "the log does not tell every closed trade"

# keys that others can read
printf 'EXCHANGE_SECRET=abcdefgh\n' >.env
chmod 640 .env
expect 3 "chmod 600 .env" run --exchange sim --speed max --days 1 --symbols 1 --state keyed
[ -e keyed ] && fail "a refused start made a state folder"
chmod 600 .env
expect 0 "digest" run --exchange sim --speed max --days 1 --symbols 1 --state keyed
if grep -rqs abcdefgh keyed; then
	fail "a secret is in the state folder"
fi
rm .env
expect 2 "--paper needs none" run --exchange bybit --state other
for option in "--repair gaps=flat" "--cache kept" "--cache-verify" "--funding ."; do
	read -ra words <<<"$option"
	expect 2 "${words[0]} is about candle files" run --exchange sim --speed max --days 1 "${words[@]}" --state other
done
expect 2 "needs LEARN_SHADOW=true" run --exchange sim --stage rollout --set LEARN_SHADOW=false --state other
expect 2 "SIM_WEATHER=rain" check-config --set SIM_WEATHER=rain
expect 0 "digest" run --exchange sim --speed max --days 1 --symbols 1 --stage rollout --state rolled
expect 3 "began as a roll-out" run --exchange sim --speed max --days 2 --symbols 1 --state rolled
expect 0 "shadow: nothing is traded for real" status --state rolled
expect 2 "--days 0" run --exchange sim --days 0 --state other
expect 2 "--symbols 99" run --exchange sim --symbols 99 --state other
expect 2 "--speed fast" run --exchange sim --speed fast --state other
printf 'ts_ms,open,high,low,close,volume\n%s\n%s\n' 1767225600000,9,9,9,9,9 1767225660000,9,9,9,9,9 >x.csv
expect 2 "the generator's" run --exchange sim --candles x.csv --days 3 --state other
exit "$wrong"
