# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Sourced by scripts that trade on the emulated Bybit. Before: bot (the program) and root (the tree).
emulator=$(dirname "$bot")/tests/emulator/bybit_emu

# A scratch folder (folder) becomes the working one, with certificates in it; at the end it goes, and what was started in the
# background is killed. 77, as a test that is skipped, where there is no emulator.
emulator_room() {
	[ -x "$emulator" ] || { echo "skipped: no emulator at $emulator"; exit 77; }
	folder=$(mktemp -d)
	trap '{ kill -KILL $(jobs -p); wait; } 2>/dev/null || true; rm -rf "$folder"' EXIT
	cd "$folder" || exit 1
	bash "$root/tests/support/make_ca.sh" . || exit 1
}

# emulator_start NAME OPTION...: starts it with its words in NAME.out and NAME.log; sets port, emulating (its process) and
# on_emulator (options that lead the daemon there). Standard input is the caller's. 1 if it does not start.
emulator_start() {
	local name=$1
	shift
	"$emulator" --cert server.pem --key server.key --port 0 "$@" <&0 >"$name.out" 2>"$name.log" &
	emulating=$!
	for _ in $(seq 200); do
		port=$(sed -n 's/^port //p' "$name.out")
		[ -z "$port" ] || break
		sleep 0.05
	done
	[ -n "$port" ] || { echo "no emulator: $(cat "$name.log")"; return 1; }
	on_emulator=(--exchange bybit --set "exchange.rest_url=https://localhost:$port"
		--set "exchange.stream_url=wss://localhost:$port"
		--set "exchange.private_url=wss://localhost:$port" --set "exchange.ca_file=$folder/ca.pem")
}
