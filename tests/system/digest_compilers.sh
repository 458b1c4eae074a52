#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Do gcc and clang, with -O0 and -O3, make programs that trade the same? Each compiler and each level once, beside the
# program given (ALL=1: all four). Builds in the present folder (ctest: the build
# folder), so that the next time only what changed is compiled. Takes the candles from ../shared where they are, and
# the generator alone where they are not.
set -uo pipefail
given=$(realpath "$1") root=$(realpath "$2") wrong=0
shared=$root/../shared/candles
for tool in gcc clang cmake; do
	command -v "$tool" >/dev/null || { echo "skipped: no $tool"; exit 77; }
done
command -v ninja >/dev/null && generator=Ninja || generator="Unix Makefiles"
here=$PWD/compilers
[ -w "$PWD" ] && [ "$PWD" != "$root" ] || here=$(mktemp -d)
mkdir -p "$here"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

results() { # PROGRAM: one line each
	local at
	for at in perp-2021-11/XRPUSDT-5m.csv spot-2021-04 perp-2025-q2; do
		[ -e "$shared/$at" ] || continue
		echo "$at $(env -i "$1" backtest --json --candles "$shared/$at" --export-trades "$folder/trades.csv" 2>/dev/null |
			python3 "$root/tests/support/json_get.py" digest trades net_pnl max_drawdown sharpe | tr '\n' ' ')" \
			"$(sha256sum <"$folder/trades.csv")"
	done
	rm -rf "$folder/state"
	echo "generator $(env -i "$1" run --exchange sim --speed max --days 3 --symbols 4 --seed 5 --state "$folder/state" \
		2>/dev/null | tail -1)"
}

(cd "$folder" && results "$given") >"$folder/given"
sed "s/^/given: /" "$folder/given"
for compiler in gcc clang; do
	for level in O0 O3; do
		[ -n "${ALL:-}" ] || [ "$compiler-$level" = gcc-O3 ] || [ "$compiler-$level" = clang-O0 ] || continue
		build=$here/$compiler-$level
		type=Release
		[ "$level" = O0 ] && type=Debug
		if ! cmake -S "$root" -B "$build" -G "$generator" -DCMAKE_C_COMPILER="$compiler" -DCMAKE_BUILD_TYPE="$type" \
			-DTB_TESTS=OFF -DTB_SANITIZE=OFF >"$folder/log" 2>&1 ||
			! cmake --build "$build" --parallel --target tradebotd >"$folder/log" 2>&1; then
			echo "$compiler -$level does not build:"
			tail -20 "$folder/log"
			exit 1
		fi
		if grep '"command"' "$build/compile_commands.json" | grep -v -- " -$level " >/dev/null ||
			! grep -q "^CMAKE_C_COMPILER:[^=]*=\(.*\/\)\{0,1\}$compiler" "$build/CMakeCache.txt"; then
			echo "$build was not built with $compiler -$level"
			exit 1
		fi
		(cd "$folder" && results "$build/tradebotd") >"$folder/$compiler-$level"
		sed "s/^/$compiler -$level: /" "$folder/$compiler-$level"
		grep -q 'digest [0-9a-f]\{64\}' "$folder/$compiler-$level" || { echo "$compiler -$level: no digest"; wrong=1; }
		diff "$folder/given" "$folder/$compiler-$level" || { echo "$compiler -$level differs from the program given"; wrong=1; }
	done
done
exit "$wrong"
