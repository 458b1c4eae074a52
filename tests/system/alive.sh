#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Do the rules live: on the shared candles each regime, strategy, market-made refusal and market-made exit occurs.
set -euo pipefail
candles=$2/../shared/candles
[ -d "$candles" ] || { echo "skipped: no candles in ../shared"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 "$2/tests/support/alive.py" "$(realpath "$1")" "$2" "$(realpath "$candles")" "$folder"
