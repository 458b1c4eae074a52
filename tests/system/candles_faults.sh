#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Is every fault of a candle file named by file, line and reason, by candles check and by backtest, with a non-zero
# exit? And is a file that is only written in another way (order, line ends, mark, unit, gzip) the same market?
set -uo pipefail
bot=$(realpath "$1") root=$(realpath "$2") wrong=0
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
export LC_ALL=C
python3 "$root/tests/support/make_candles.py" whole.csv 3000 4 || exit 1
head -200 whole.csv >short.csv
mkdir bad

say() {
	echo "wrong: $*"
	wrong=1
}

fault() { # NAME LINE REASON: stdin is the file; LINE of what is said, and a part of its reason
	local file=bad/$1-1m.csv said status
	cat >"$file"
	said=$(env -i "$bot" candles check "$file" 2>&1)
	status=$?
	[ "$status" -ne 0 ] || say "$1: candles check ends with 0"
	grep -q "^$file:$2: .*$3" <<<"$said" || say "$1: no '$file:$2: $3' in: $said"
	said=$(timeout 60 env -i "$bot" backtest --candles "$file" --json 2>&1 >out)
	status=$?
	[ "$status" -ne 0 ] && [ "$status" -lt 124 ] || say "$1: backtest ends with $status"
	grep -q "$file:$2: .*$3" <<<"$said" || say "$1: backtest does not say '$file:$2: $3' but: $said"
	[ ! -s out ] || say "$1: backtest has a report all the same"
}

edit() { awk -F, -v OFS=, "$@" short.csv; }

fault conflict 101 "duplicate time stamp, conflicting" < <(edit 'NR == 101 { print last } { last = $0; print }' |
	awk -F, -v OFS=, 'NR == 101 { $6 = $6 + 1 } 1')
fault same 101 "duplicate time stamp, same" < <(edit '{ print } NR == 100')
fault order 101 "out of order" < <(edit 'NR == 100 { kept = $0; next } { print } NR == 101 { print kept }')
fault high_low 50 "high below low" < <(edit 'NR == 50 { h = $3; $3 = $4 - 1; $4 = h } 1')
fault outside 50 "open or close outside" < <(edit 'NR == 50 { $5 = $3 * 1.01 } 1')
for word in nan NaN inf -inf Infinity; do
	fault "finite_${word#-}" 60 "" < <(edit -v w="$word" 'NR == 60 { $5 = w } 1')
done
fault zero 60 "not positive" < <(edit 'NR == 60 { $4 = 0 } 1')
fault negative 60 "not positive" < <(edit 'NR == 60 { $4 = "-" $4 } 1')
fault volume 60 "sign" < <(edit 'NR == 60 { $6 = "-1" } 1')
fault word 60 "not a number" < <(edit 'NR == 60 { $2 = "abc" } 1')
fault dots 60 "not a number" < <(edit 'NR == 60 { $2 = "1.2.3" } 1')
fault exponent 60 "exponent" < <(edit 'NR == 60 { $2 = "1e5" } 1')
fault digits 60 "digits" < <(edit 'NR == 60 { $2 = "123456789012345678901234567890" } 1')
fault empty 60 "empty field" < <(edit 'NR == 60 { $2 = "" } 1')
fault few 60 "number of fields" < <(edit 'NR == 60 { $0 = $1 "," $2 } 1')
fault many 60 "number of fields" < <(edit 'NR == 60 { $0 = $0 ",1" } 1')
fault nul 60 "NUL" < <(edit 'NR == 60 { sub(/,/, "\001,") } 1' | tr '\001' '\000')
fault long 60 "line too long" < <(edit 'NR == 60 { printf "%0100000d", 0; print; next } 1')
fault cut_line 200 "" < <(head -c "$(($(wc -c <short.csv) - 30))" short.csv)
fault cut_field 200 "" < <(head -c "$(($(wc -c <short.csv) - 1))" short.csv | sed '$s/,[^,]*$/,/' | head -c -1)
fault misaligned 60 "misaligned" < <(edit 'NR == 60 { $1 = sprintf("%.0f", $1 + 7) } 1')
fault mixed 101 "mixed timeframe\|misaligned" < <(edit 'NR <= 100 { at = $1 } NR > 100 { $1 = sprintf("%.0f",
	at + (NR - 100) * 300000) } 1')
fault spike 60 "10x spike" < <(edit 'NR == 60 { for (i = 2; i <= 5; i++) $i = sprintf("%.2f", $i * 12) } 1')
fault future 200 "far future" < <(edit 'NR == 200 { $1 = "4102444800000" } 1')
fault units 60 "mixed time units" < <(edit 'NR == 60 { $1 = $1 / 1000 } 1')
fault no_column 1 "missing column" < <(edit '{ print $1, $2, $3, $4, $6 }')
fault twice 1 "doubled column" < <(edit '{ print $0, NR == 1 ? "close" : $5 }')
fault headless 1 "" < <(tail -n +2 short.csv)
fault rowless 2 "no rows" < <(head -1 short.csv)
fault nothing 1 "" </dev/null

# A hole is no fault: it is told, and the file is used.
edit 'NR < 90 || NR > 99' >bad/HOLE-1m.csv
env -i "$bot" candles check bad/HOLE-1m.csv >said 2>&1 || say "a hole ends candles check with a fault"
grep -q "^bad/HOLE-1m.csv:90: gap: 10 bars missing" said || say "the hole is not told: $(cat said)"

# Damaged gzip: refused, never half a market.
gzip -c short.csv | head -c 2000 >bad/CUTGZ-1m.csv.gz
env -i "$bot" candles check bad/CUTGZ-1m.csv.gz >said 2>&1 && say "half a gzip is used"
grep -q "bad/CUTGZ-1m.csv.gz" said || say "half a gzip is not named: $(cat said)"
env -i "$bot" candles check bad/none-1m.csv short.csv >said 2>&1 && say "a file that is not there is no failure"

# The good ones, and all of them the same market.
digest() { # NAME: stdin is the file
	mkdir "$1"
	cat >"$1/AAAUSDT-1m.csv${2:-}"
	env -i "$bot" candles check "$1/AAAUSDT-1m.csv${2:-}" >said 2>&1 || say "$1 is not usable: $(cat said)"
	env -i "$bot" backtest --candles "$1" --json 2>said | python3 -c 'import json, sys
r = json.load(sys.stdin)
print(r["digest"], r["bars"])' >"$1.digest" || say "$1: $(cat said)"
	cmp -s plain.digest "$1.digest" || say "$1 is another market: $(cat "$1.digest") instead of $(cat plain.digest)"
}
whole() { awk -F, -v OFS=, "$@" whole.csv; }
digest plain <whole.csv
digest order < <(whole '{ print $6, $4, $5, $1, $3, $2 }')
digest crlf < <(sed 's/$/\r/' whole.csv)
digest mark < <(printf '\xef\xbb\xbf'; cat whole.csv)
digest seconds < <(whole 'NR > 1 { $1 = sprintf("%.0f", $1 / 1000) } 1')
digest micro < <(whole 'NR > 1 { $1 = $1 "000" } 1')
digest no_end < <(head -c -1 whole.csv)
digest gz .gz < <(gzip -c whole.csv)
digest zeros < <(whole 'NR > 1 { for (i = 2; i <= 5; i++) $i = $i (index($i, ".") ? "00" : ".00") } 1')
digest columns < <(whole '{ print $0, NR == 1 ? "note" : "x" }')
for seen in seconds:seconds plain:milliseconds micro:microseconds; do
	env -i "$bot" candles check "${seen%%:*}/AAAUSDT-1m.csv" | grep -q " ${seen##*:} " || say "the unit of ${seen%%:*} is not told"
done
[ "$wrong" -eq 0 ] && echo "$(find bad -type f | wc -l) faulty files named, 10 ways to write one market: $(cat plain.digest)"
exit "$wrong"
