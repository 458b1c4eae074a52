#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Does the daemon answer every verb's --help, misspelt words, bad settings and open key files with the exit code and
# the words that were promised?
set -uo pipefail
bot=$(realpath "$1")
wrong=0
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1

expect() { # CODE TEXT WORD...: the exit code, and a text that stdout or stderr must hold
	local code=$1 text=$2 said status
	shift 2
	said=$(env -i "${extra[@]}" "$bot" "$@" 2>&1 </dev/null)
	status=$?
	if [ "$status" -ne "$code" ] || [[ $said != *"$text"* ]]; then
		echo "tradebotd $*: wanted $code and '$text', got $status and: $said"
		wrong=1
	fi
}
extra=()

verbs=$("$bot" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p')
for verb in run backtest judge indicators candles check-config status trades why risk scores report halt resume flatten unlock \
	lower-stage; do
	grep -qx "$verb" <<<"$verbs" || { echo "--help does not list $verb"; wrong=1; }
	expect 0 "tradebotd $verb" "$verb" --help
	expect 2 "$verb: no option '--frobnicate'" "$verb" --frobnicate
done
expect 0 "tradebotd " --version
expect 2 "did you mean 'backtest'?" bactest
expect 2 "did you mean '--export-trades'?" backtest --export-trade x
expect 2 "why: needs SYMBOL" why
expect 2 "candles: needs check FILE..." candles check

# settings: layers, suggestions, the compiled-in limits, files with keys
expect 0 "MAX_RISK_PER_TRADE         0.01 of C                    default" check-config
expect 0 '"key":"risk.daily_loss","env":"MAX_DAILY_LOSS","value":0.05' check-config --json
expect 2 "did you mean 'MAX_DAILY_LOSS'?" check-config --set MAX_DAYLY_LOSS=0.01
expect 2 "command line: MAX_RISK_PER_TRADE=0.03: over a limit that is compiled in; allowed: 0.000001 to 0.02! of C" \
	check-config --set MAX_RISK_PER_TRADE=0.03
expect 2 "nowhere.ini: cannot be read" check-config --config nowhere.ini
expect 2 "allowed: env ini docs" check-config --generate song
printf '[risk]\nper_trade = 0.5%%\n' >tradebotd.ini
expect 0 "MAX_RISK_PER_TRADE         0.005 of C                   tradebotd.ini:2" check-config
printf 'MAX_RISK_PER_TRADE=0.004 # of C\nEXCHANGE_SECRET=abcdefgh\n' >.env
chmod 644 .env
expect 3 "run: chmod 600 .env" check-config
chmod 600 .env
expect 0 "MAX_RISK_PER_TRADE         0.004 of C                   .env:1" check-config
expect 0 "EXCHANGE_SECRET            set, 8 characters            .env:2" check-config
extra=(MAX_RISK_PER_TRADE=0.003 SCANNER_ENABELD=false)
expect 0 "MAX_RISK_PER_TRADE         0.003 of C                   environment" check-config
expect 0 "SCANNER_ENABELD is no setting and was ignored; did you mean SCANNER_ENABLED?" check-config
expect 0 "MAX_RISK_PER_TRADE         0.002 of C                   command line" check-config --set MAX_RISK_PER_TRADE=20bps
if env -i "$bot" check-config 2>&1 | grep abcdefgh >/dev/null; then
	echo "check-config shows a secret"
	wrong=1
fi
if [ -e /dev/full ]; then
	env -i "$bot" check-config >/dev/full 2>/dev/null && { echo "a full disk passed for success"; wrong=1; }
fi
exit "$wrong"
