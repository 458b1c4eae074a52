#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Everything that must hold: builds with clang (release, warnings are errors), builds with gcc under ASan and UBSan,
# runs every test of that build. The last line is "N passed, N failed". Safe to run again and again.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh
install_packages "${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}"

echo "== clang, release =="
cmake -S . -B build/clang -G Ninja -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=Release >/dev/null
ninja -C build/clang

echo "== gcc, ASan and UBSan =="
cmake --preset asan -DCMAKE_C_COMPILER=gcc >/dev/null
ninja -C build/asan

echo "== tests =="
log=build/asan/tests.log
status=0
ctest --test-dir build/asan --output-on-failure -j "$(nproc)" 2>&1 | tee "$log" || status=$?

# "97% tests passed, 1 tests failed out of 34": from ctest's own closing line.
total=$(sed -n 's/.* tests failed out of \([0-9]*\)$/\1/p' "$log" | tail -1)
failed=$(sed -n 's/.* tests passed, \([0-9]*\) tests failed out of .*/\1/p' "$log" | tail -1)
if [ -z "$total" ] || [ "$total" -eq 0 ]; then
	echo "no test ran" >&2
	echo "0 passed, 1 failed"
	exit 1
fi
skipped=$(grep -c '\*\*\*Skipped' "$log" || true)
if [ "$skipped" -gt 0 ]; then
	echo "($skipped of the passed were skipped: they need ../shared)"
fi
echo "$((total - failed)) passed, $failed failed"
exit "$status"
