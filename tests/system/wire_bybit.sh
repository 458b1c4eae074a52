#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What does the codec read out of Bybit's payloads, real and documented? Each fixture of ../shared against
# tests/wire/bybit; and do broken ones end in one line and exit code 1? After a change that is meant:
# UPDATE=1 bash tests/system/wire_bybit.sh PROGRAM SOURCE.
set -uo pipefail
build=$(dirname "$(realpath "$1")") root=$(realpath "$2") wrong=0
fixtures=$root/../shared/exchanges/fixtures/bybit
if [ ! -d "$fixtures" ]; then
	echo "skipped: ../shared/exchanges/fixtures/bybit is not there"
	exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

kind_of() { # FILE: the kind of payload, "" for what the daemon does not read
	case $1 in
	rest_instruments_info*) echo rest-instruments ;;
	rest_tickers*) echo rest-tickers ;;
	rest_kline*) echo rest-kline ;;
	rest_orderbook*) echo rest-orderbook ;;
	rest_server_time*) echo rest-time ;;
	rest_error*) echo rest-error ;;
	rest_wallet*) echo rest-wallet ;;
	rest_position_list*) echo rest-positions ;;
	rest_order_*) echo rest-order ;;
	rest_execution*) echo rest-executions ;;
	rest_closed_pnl*) echo rest-closed-pnl ;;
	rest_transaction_log*) echo rest-ledger ;;
	rest_user_query_api*) echo rest-key ;;
	rest_account_info* | rest_fee_rate*) echo rest-account ;;
	rest_set_leverage_ok* | rest_set_margin_mode_failed*) echo rest-error ;;
	ws_private* | ws_auth_ok_private* | ws_pong_private* | ws_sub_ack_private* | ws_trade*) echo ws-private ;;
	ws_public* | ws_pong_public* | ws_sub_ack_public* | ws_sub_failure* | ws_system_status*) echo ws-public ;;
	esac
}

seen=0
for file in "$fixtures"/*.json; do
	name=$(basename "$file" .json) kind=$(kind_of "$(basename "$file")")
	[ -n "$kind" ] || continue
	seen=$((seen + 1))
	"$build/wirecat" --exchange bybit --kind "$kind" "$file" >"$folder/now" 2>&1 || { echo "$name: exit code $?"; wrong=1; }
	expected=$root/tests/wire/bybit/$name.txt
	if [ "${UPDATE:-}" = 1 ]; then
		cp "$folder/now" "$expected"
	elif ! diff -u --label "tests/wire/bybit/$name.txt" --label now "$expected" "$folder/now"; then
		wrong=1
	fi
	# cut in the middle it is no JSON any more
	head -c $(($(stat -c %s "$file") / 2)) "$file" >"$folder/cut"
	"$build/wirecat" --exchange bybit --kind "$kind" "$folder/cut" >"$folder/now"
	[ $? -eq 1 ] || { echo "$name, cut: exit code is not 1"; wrong=1; }
	grep -q '^{"event":"error","why":"[^"]*"}$' "$folder/now" || { echo "$name, cut: no reason"; wrong=1; }
	[ "$(wc -l <"$folder/now")" -eq 1 ] || { echo "$name, cut: not one line"; wrong=1; }
done
[ "$seen" -ge 45 ] || { echo "only $seen fixtures were found"; wrong=1; }

"$build/signcat" --exchange bybit "$fixtures/signing_vectors.json" >"$folder/now" || { echo "signcat: exit code $?"; wrong=1; }
[ "$(grep -c ' match$' "$folder/now")" -eq 7 ] || { echo "signcat: not 7 matches"; cat "$folder/now"; wrong=1; }
sed 's/"recv_window": "5000"/"recv_window": "5001"/' "$fixtures/signing_vectors.json" >"$folder/forged"
"$build/signcat" --exchange bybit "$folder/forged" >"$folder/now" && { echo "signcat: a forged window matches"; wrong=1; }
grep -q '^V1 MISMATCH$' "$folder/now" && grep -q '^V6 match$' "$folder/now" || { cat "$folder/now"; wrong=1; }

for words in "" "--kind ws-public x" "--exchange okx --kind ws-public x" "--exchange bybit --kind nothing x" \
	"--exchange bybit --kind ws-public" "--exchange bybit --kind ws-public --more x"; do
	# shellcheck disable=SC2086
	"$build/wirecat" $words >/dev/null 2>&1
	[ $? -eq 2 ] || { echo "wirecat $words: exit code is not 2"; wrong=1; }
done
exit "$wrong"
