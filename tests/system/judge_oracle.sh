#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Does judge --csv say what the rules say? Thousands of seeded random orders against an oracle in exact fractions
# that was written from the rules alone: verdict, rule, largest size, and what is not judged.
set -uo pipefail
bot=$(realpath "$1") root=$(realpath "$2")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
python3 "$root/tests/support/judge_oracle.py" "$bot" 80
