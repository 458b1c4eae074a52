#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds every fuzz target with clang, libFuzzer, ASan and UBSan, and runs each for SECONDS (default 10) from the
# corpus beside it, which is not written to. Non-zero when one finds something; 77 (skipped) without clang.
set -eu

seconds=${1:-10}
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)

if ! command -v clang >/dev/null; then
	echo "fuzz: clang is not installed, skipped" >&2
	exit 77
fi
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
flags="-std=c11 -D_GNU_SOURCE -O1 -g -ffp-contract=off -fsanitize=fuzzer,address,undefined
	-fno-sanitize-recover=all -I$root/include -I$root/src/base -I$root/src/wire"

fuzz()
{
	name=$1
	shift
	# shellcheck disable=SC2086
	clang $flags -o "$build/$name" "$here/fuzz_$name.c" "$@"
	mkdir -p "$build/found_$name"
	echo "fuzz: $name for $seconds s" >&2
	if ! "$build/$name" -max_total_time="$seconds" -max_len=2048 -rss_limit_mb=1024 -print_final_stats=1 \
		-artifact_prefix="${FUZZ_ARTIFACTS:-/tmp}/fuzz_${name}_" "$build/found_$name" "$here/corpus/$name" \
		>"$build/$name.log" 2>&1; then
		cat "$build/$name.log" >&2
		exit 1
	fi
	grep -E 'number_of_executed_units|average_exec' "$build/$name.log" >&2
}

fuzz decimal "$root/src/base/decimal.c"
fuzz json "$root/src/base/decimal.c" "$root/src/wire/json.c" "$root/src/wire/json_scan.c" -lcjson
fuzz candles "-I$root/src/market" "$root"/src/market/*.c "$root/src/base/instrument.c" "$root/src/base/units.c"
fuzz gate "-I$root/tests/support" "$root"/src/risk/*.c "$root/src/base/instrument.c" "$root/src/base/units.c" \
	"$root/src/base/limits.c" "$root/src/base/hash.c" "$root/src/base/catalogue.c"
for side in bybit bybit_account; do
	fuzz "$side" "-I$root/src/market" "-I$root/src/exchange/bybit" "$root"/src/exchange/bybit/*.c \
		"$root"/src/wire/*.c "$root/src/market/feed.c" "$root/src/market/timeframe.c" "$root"/src/base/*.c \
		"$root"/src/risk/*.c -lcjson -lcrypto
done
