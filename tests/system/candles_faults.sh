#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Is every fault of a candle file named by file, line and reason, by candles check and by backtest, with a non-zero
# exit? Is it mended by its --repair, by every verb alike and each time told, and by no other? And is a file that is
# only written in another way (order, line ends, mark, unit, gzip, repetitions, from the cache) the same market?
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

# What can be mended is mended by every verb in the same way, and told with its line; the other repairs refuse it.
repair_all=range=drop,spikes=drop,nonpositive=drop,unreadable=drop,truncated=drop,misaligned=drop,years=drop
repair_all=$repair_all,conflicts=first,order=drop
mend() { # NAME LINE WAY: the file of fault NAME
	local file=bad/$1-1m.csv out=mended/$3/$1-1m.csv others bars said
	mkdir -p "mended/$3"
	others=$(tr , '\n' <<<"$repair_all" | grep -v "^${3%%=*}=" | paste -sd,)
	env -i "$bot" candles check --repair "$others" "$file" >/dev/null 2>&1 && say "$1 is mended without $3"
	env -i "$bot" candles check --repair "$3" "$file" >said 2>&1 || say "$1: $3 does not make it usable: $(cat said)"
	grep -q "^$file:$2: repaired: " said || say "$1: $3 is not told on line $2: $(cat said)"
	env -i "$bot" candles repair --repair "$3" "$file" "$out" >said 2>&1 || say "$1: candles repair: $(cat said)"
	grep -q "^$file:$2: repaired: " said || say "$1: candles repair does not tell line $2: $(cat said)"
	env -i "$bot" candles check "$out" >said 2>&1 || say "$1: what candles repair wrote is not usable: $(cat said)"
	bars=$(($(wc -l <"$out") - 1))
	env -i "$bot" backtest --candles "$file" --repair "$3" --json >out 2>said || say "$1: backtest $3: $(cat said)"
	grep -q "\"bars\":$bars," out || say "$1: backtest $3 has not $bars bars: $(cat out)"
	grep -q "$file:$2: repaired: " said || say "$1: backtest does not tell line $2: $(cat said)"
	said=$(env -i "$bot" indicators --repair "$3" "$file" 2>&1 >out)
	[ "$(wc -l <out)" -eq $((bars + 1)) ] || say "$1: indicators $3 has not $bars bars: $said"
	grep -q "$file:$2: repaired: " <<<"$said" || say "$1: indicators does not tell line $2: $said"
	env -i "$bot" backtest --candles "$out" --json 2>/dev/null | digest_of >"$out.clean"
	env -i "$bot" backtest --candles "$file" --repair "$3" --json 2>/dev/null | digest_of | cmp -s - "$out.clean" ||
		say "$1: $3 is another market than the clean file"
}
digest_of() { python3 -c 'import json, sys; r = json.load(sys.stdin); print(r["digest"], r["bars"])'; }
mkdir mended
mend conflict 101 conflicts=first
mend conflict 101 conflicts=last
mend order 101 order=drop
mend order 101 order=sort
mend high_low 50 range=widen
mend outside 50 range=widen
mend outside 50 range=drop
mend finite_nan 60 unreadable=drop
mend zero 60 nonpositive=drop
mend negative 60 nonpositive=drop
mend volume 60 unreadable=drop
mend word 60 unreadable=drop
mend exponent 60 unreadable=drop
mend digits 60 unreadable=drop
mend empty 60 unreadable=drop
mend few 60 unreadable=drop
mend nul 60 unreadable=drop
mend long 60 unreadable=drop
mend cut_line 200 truncated=drop
mend cut_field 200 truncated=drop
mend misaligned 60 misaligned=drop
mend spike 60 spikes=drop
mend future 200 years=drop
for name in mixed units no_column twice headless rowless nothing; do
	env -i "$bot" candles check --repair "$repair_all,gaps=flat" "bad/$name-1m.csv" >/dev/null 2>&1 &&
		say "$name cannot be mended, but was"
done
env -i "$bot" candles check --repair spikes=keep bad/spike-1m.csv >said 2>&1 || say "spikes are not kept: $(cat said)"
env -i "$bot" candles check --repair gap=flat short.csv >said 2>&1
[ $? -eq 2 ] && grep -q "is no repair; there are" said || say "a misspelt repair is not refused: $(cat said)"
env -i "$bot" candles repair short.csv bad/order-1m.csv >said 2>&1 && say "candles repair overwrites"
grep -q "exists already" said || say "overwriting is refused in other words: $(cat said)"
env -i "$bot" run --exchange sim --state state --speed max --candles bad/order-1m.csv >said 2>&1 &&
	say "run uses a faulty file"
env -i "$bot" run --exchange sim --state state --speed max --candles bad/order-1m.csv --repair order=sort >said 2>&1 ||
	say "run does not take --repair: $(cat said)"
grep -q "bad/order-1m.csv:101: repaired: out of order" said || say "run does not tell the repair: $(cat said)"

# Identical repetitions are dropped and counted, whatever is asked for.
edit '{ print } NR == 100 || NR == 150' >bad/SAME-1m.csv
env -i "$bot" candles check bad/SAME-1m.csv >said 2>&1 || say "repetitions end candles check with a fault"
grep -q "^bad/SAME-1m.csv:101: duplicate time stamp, same values: 2 such lines" said || say "repetitions: $(cat said)"

# A file with more rows than the limit is refused, before it costs memory; so is gzip that swells.
env -i CANDLES_ROWS_MAX=1000 "$bot" candles check whole.csv >said 2>&1 && say "the limit of rows does not hold"
grep -q "whole.csv: more than 1000 rows, the limit of candles.rows_max" said || say "the limit: $(cat said)"
yes 1,1,1,1,1,1 | head -c 40000000 | gzip >bad/BOMB-1m.csv.gz
env -i CANDLES_ROWS_MAX=1000 "$bot" candles check bad/BOMB-1m.csv.gz >said 2>&1 && say "a gzip bomb is used"
grep -q "holds more than" said || say "a gzip bomb is refused in other words: $(cat said)"
head -c 40000000 /dev/zero | tr '\0' 1 | gzip >bad/ONE-1m.csv.gz
env -i "$bot" candles check bad/ONE-1m.csv.gz >said 2>&1 && say "a line without an end is used"
grep -q "without a line end" said || say "a line without an end: $(cat said)"

# A folder without files, a link to nowhere, a device.
mkdir bad/FOLDER-1m.csv && ln -s nowhere bad/LINK-1m.csv
for file in bad/FOLDER-1m.csv bad/LINK-1m.csv /dev/null; do
	env -i "$bot" candles check "$file" >said 2>&1 && say "$file is used"
	grep -q "^$file: " said || say "$file is not named: $(cat said)"
done
rm -r bad/FOLDER-1m.csv bad/LINK-1m.csv

# A hole is no fault: it is told, and the file is used.
edit 'NR < 90 || NR > 99' >bad/HOLE-1m.csv
env -i "$bot" candles check bad/HOLE-1m.csv >said 2>&1 || say "a hole ends candles check with a fault"
grep -q "^bad/HOLE-1m.csv:90: gap: 10 bars missing" said || say "the hole is not told: $(cat said)"
env -i "$bot" backtest --candles bad/HOLE-1m.csv --json >out 2>said || say "a hole ends backtest: $(cat said)"
grep -q "1 gaps (10 bars; the first before line 90" said || say "backtest does not tell the hole: $(cat said)"
grep -q '"bars":189,' out || say "a hole is filled unasked: $(cat out)"
env -i "$bot" candles repair --repair gaps=flat bad/HOLE-1m.csv mended/HOLE-1m.csv >said 2>&1 || say "gaps=flat: $(cat said)"
grep -q "^bad/HOLE-1m.csv:90: repaired: gap: 10 bars missing" said || say "gaps=flat is not told: $(cat said)"
[ "$(wc -l <mended/HOLE-1m.csv)" -eq 200 ] || say "gaps=flat does not fill 10 bars"
[ "$(grep -c ',0.000$' mended/HOLE-1m.csv)" -eq 10 ] || say "the flat bars have a volume"

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
	env -i "$bot" backtest --candles "$1" --json 2>said | digest_of >"$1.digest" || say "$1: $(cat said)"
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
digest again < <(whole '{ print } NR > 1 && NR % 7 == 0')
digest overlap < <(head -2000 whole.csv; tail -n +1500 whole.csv)

# From the cache the same market, as often as one looks; a changed source is never the old one.
cached() { # OPTION, or nothing
	env -i "$bot" backtest --candles plain --cache cache "$@" --json 2>said | digest_of >cached.digest
	cmp -s plain.digest cached.digest || say "the cache ($*) has another market: $(cat cached.digest said)"
}
cached && cached
grep -q "from the cache" said || say "the second run does not use the cache: $(cat said)"
cached --cache-verify
grep -q "from the cache" said || say "--cache-verify does not use the cache: $(cat said)"
printf '\001' | dd of="$(ls cache/*.candles)" bs=1 seek=9000 conv=notrunc status=none
cached
grep -q "is not used, the source is read again: its candles do not match" said || say "a changed cache: $(cat said)"
awk -F, -v OFS=, 'NR == 1000 { $6 = $6 + 1 } 1' plain/AAAUSDT-1m.csv >other.csv
cp plain/AAAUSDT-1m.csv kept.csv && cat other.csv >plain/AAAUSDT-1m.csv
env -i "$bot" backtest --candles plain --cache cache --json 2>said >/dev/null
grep -q "from the cache" said && say "a changed source comes from the cache: $(cat said)"
cat kept.csv >plain/AAAUSDT-1m.csv
cached

for seen in seconds:seconds plain:milliseconds micro:microseconds; do
	env -i "$bot" candles check "${seen%%:*}/AAAUSDT-1m.csv" | grep " ${seen##*:} " >/dev/null || say "the unit of ${seen%%:*} is not told"
done
[ "$wrong" -eq 0 ] && echo "$(find bad -type f | wc -l) files refused or mended by name, 12 ways to write one market: $(cat plain.digest)"
exit "$wrong"
