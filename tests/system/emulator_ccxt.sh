#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Is the emulated exchange faithful enough for a client that knows nothing of it? An unmodified ccxt loads markets,
# tickers, candles, book and funding from it and follows its streams; what it gets is held against the emulator's own
# candle files. With a key it then trades: leverage, an entry with stop and target, amendments, the way out, lists.
# ccxt comes with npm into a cache outside the tree; where that is not possible, skipped.
set -uo pipefail
bot=$(realpath "$1") root=$(realpath "$2") wrong=0
build=$(dirname "$bot")
emulator=$build/tests/emulator/bybit_emu
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
bash "$root/tests/emulator/make_ca.sh" "$folder" || exit 1

wait_port() { # NAME
	for _ in $(seq 100); do
		port=$(sed -n 's/^port //p' "$folder/$1.out")
		[ -n "$port" ] && break
		sleep 0.1
	done
	[ -n "$port" ] || { echo "no emulator: $(cat "$folder/$1.log")"; exit 1; }
}

start() { # NAME OPTION...: an emulator with its own dump; sets port
	local name=$1
	shift
	mkdir "$folder/$name"
	"$emulator" --cert "$folder/server.pem" --key "$folder/server.key" --symbols 4 --seed 7 --days 1 \
		--start 1767225600000 --speed 40 --dump "$folder/$name" "$@" >"$folder/$name.out" 2>"$folder/$name.log" &
	emulators+=($!)
	wait_port "$name"
}

check() { # NAME MODE
	CCXT_FOLDER=$cache NODE_EXTRA_CA_CERTS=$folder/ca.pem timeout 120 \
		node "$root/tests/emulator/ccxt_check.js" "$port" "$folder/$1" "$2" ||
		{ echo "ccxt is not content ($2)"; wrong=1; }
}

start lively
sleep 3 # two bars or so are closed
check lively lively
start still --quiet --padding 1200
sleep 3
check still quiet

"$emulator" --cert "$folder/server.pem" --key "$folder/server.key" --symbols 4 --seed 7 >"$folder/private.out" \
	2>"$folder/private.log" &
emulators+=($!)
wait_port private
CCXT_FOLDER=$cache NODE_EXTRA_CA_CERTS=$folder/ca.pem timeout 120 node "$root/tests/emulator/ccxt_private.js" "$port" ||
	{ echo "ccxt is not content (private)"; wrong=1; }
exit "$wrong"
