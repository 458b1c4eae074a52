#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Does the tree keep the rules of the house, and would the script notice if it did not?
set -euo pipefail
root=$2
python3 "$root/scripts/house_rules.py" --self-test
python3 "$root/scripts/house_rules.py" "$root"
