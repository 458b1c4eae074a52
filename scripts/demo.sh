#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# From a fresh clone to a report: installs what is missing, builds, lets the bot trade 60 days of a simulated market
# of 8 symbols, and tells what to try next. Each run uses a fresh state folder under build/demo.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh
started=$SECONDS
install_packages "${BUILD_PACKAGES[@]}"

cmake --preset release >/dev/null
ninja -C build/release tradebotd

bot=build/release/tradebotd
mkdir -p build/demo
state=$(mktemp -d build/demo/state.XXXXXX)
"$bot" run --exchange sim --speed max --days 60 --symbols 8 --seed 1 --state "$state"
"$bot" report --state "$state"

cat <<END

Took $((SECONDS - started)) s. The state (journal and simulated exchange) is in $state

What to try next:
  $bot trades --state $state              the closed trades
  $bot why SYMBOL --state $state          why it was traded or refused (SYMBOL as the report has it)
  $bot scores --state $state              what it learnt
  $bot risk --state $state                the limits, and how much of each is used
  $bot run --exchange sim --speed max --days 60 --symbols 8 --seed 2 --state build/demo/other
  $bot run --exchange sim --speed max --days 10 --weather storm --state build/demo/storm   an exchange that fails
  $bot backtest --candles DIR --json       your own candles (.csv, .csv.gz)
  $bot check-config                        every setting and where it came from
  cp .env.example .env && chmod 600 .env   then your own settings
END
