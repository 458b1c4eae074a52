#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Is the emulated exchange faithful enough for a client that knows nothing of it? An unmodified ccxt loads markets,
# tickers, candles, book and funding from it and follows its streams; what it gets is held against the emulator's own
# candle files. With a key it then trades: leverage, an entry with stop and target, amendments, the way out, lists.
# ccxt comes with npm into a cache outside the tree; where that is not possible, skipped.
set -uo pipefail
bot=$(realpath "$1") root=$(realpath "$2") wrong=0
version=4.5.84
cache=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/tradebotd-tests/ccxt-$version
folder=$(mktemp -d)
emulators=()
trap '[ ${#emulators[@]} -gt 0 ] && kill "${emulators[@]}" 2>/dev/null; wait; rm -rf "$folder"' EXIT

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
	echo "skipped: node and npm are not here"
	exit 77
fi
if [ ! -d "$cache/node_modules/ccxt" ]; then
	mkdir -p "$cache"
	if ! (cd "$cache" && timeout 300 npm install --no-audit --no-fund --ignore-scripts --no-save "ccxt@$version") \
		>"$folder/npm.log" 2>&1; then
		rm -rf "$cache"
		echo "skipped: npm cannot install ccxt: $(tail -1 "$folder/npm.log")"
		exit 77
	fi
fi
cd "$folder" || exit 1
. "$root/tests/support/emulator.sh"
bash "$root/tests/support/make_ca.sh" . || exit 1

start() { # NAME OPTION...: sets port
	emulator_start "$1" --symbols 4 --seed 7 "${@:2}" || exit 1
	emulators+=("$emulating")
}

start_dumped() { # NAME OPTION...: with its own dump
	mkdir "$1"
	start "$1" --days 1 --start 1767225600000 --speed 40 --dump "$1" "${@:2}"
}

check() { # NAME MODE
	CCXT_FOLDER=$cache NODE_EXTRA_CA_CERTS=$folder/ca.pem timeout 120 \
		node "$root/tests/emulator/ccxt_check.js" "$port" "$folder/$1" "$2" ||
		{ echo "ccxt is not content ($2)"; wrong=1; }
}

start_dumped lively
sleep 3 # two bars or so are closed
check lively lively
start_dumped still --quiet --padding 1200
sleep 3
check still quiet

start private
CCXT_FOLDER=$cache NODE_EXTRA_CA_CERTS=$folder/ca.pem timeout 120 node "$root/tests/emulator/ccxt_private.js" "$port" ||
	{ echo "ccxt is not content (private)"; wrong=1; }
exit "$wrong"
