#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Everything that must hold: builds with clang (release, warnings are errors), builds with gcc under ASan and UBSan,
# runs every test in one of the two. The last line is "N passed, N failed". Safe to run again and again.
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

# run FOLDER OPTION...: some tests of a build, one more at a time than there are cores, as some of them mostly wait; adds
# to total and failed ("97% tests passed, 1 tests failed out of 34" is ctest's own closing line).
total=0 failed=0 skipped=0 status=0
run() {
	local log=$1/tests.log ran bad
	ctest --test-dir "$1" --output-on-failure -j "$(($(nproc) + 1))" "${@:2}" 2>&1 | tee "$log" || status=1
	ran=$(sed -n 's/.* tests failed out of \([0-9]*\)$/\1/p' "$log" | tail -1)
	bad=$(sed -n 's/.* tests passed, \([0-9]*\) tests failed out of .*/\1/p' "$log" | tail -1)
	total=$((total + ${ran:-0})) failed=$((failed + ${bad:-0}))
	[ "${ran:-0}" -gt 0 ] || { echo "no test ran in $1" >&2; status=1; }
	skipped=$((skipped + $(grep -c '\*\*\*Skipped' "$log" || true)))
}

echo "== tests under the sanitizers =="
run build/asan -LE release
echo "== what the sanitizers hide or only slow down, in the release build: allocations, memory, numbers over much data =="
run build/clang -L release

if [ "$skipped" -gt 0 ]; then
	echo "($skipped of the passed were skipped: they need ../shared, or a build without sanitizers)"
fi
echo "$((total - failed)) passed, $failed failed"
exit "$status"
