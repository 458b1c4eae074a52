#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Is each test that docs/stories.md names where it says, and run? And would it be noticed if one were not?
set -uo pipefail
root=$(realpath "$2") wrong=0
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 "$root/tests/support/stories_check.py" "$root" || wrong=1

notices() { # SED WORDS: a page that was changed so is found out, in these words
	sed "$1" "$root/docs/stories.md" >"$folder/page.md"
	cmp -s "$root/docs/stories.md" "$folder/page.md" && { echo "FAIL: '$1' changes nothing"; wrong=1; }
	python3 "$root/tests/support/stories_check.py" "$root" "$folder/page.md" >"$folder/said"
	grep -qF "$2" "$folder/said" || { echo "FAIL: '$1' is not noticed as '$2'"; wrong=1; }
}
notices 's/`a_reduce_can_only_shrink`/`a_reduce_can_grow`/' "has no test a_reduce_can_grow"
notices 's/test_reconcile\.c/test_reconciled.c/' "no file tests/unit/execution/test_reconciled.c"
notices 's/sandbox_stop\.sh/sandbox_go.sh/' "no file tests/system/sandbox_go.sh"
notices 's/wishes\.c`)/wished.c`)/' "no file src/execution/wished.c"
notices '/^| 7 |/d' "not counted from 1 on"
notices '/^| D31 |/d' "D31 is not told"
exit "$wrong"
