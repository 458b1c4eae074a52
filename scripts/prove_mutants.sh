#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Does the proof notice? Each line of scripts/prove/mutants.txt makes one limit, comparison or rounding a little wrong
# in a copy of the sources; the function named must then lose a proof. (That prove.sh proves all of them as they are,
# with the same patience, is its own to say.) The last line is "N of N mutants lose a proof"; exit 1 if one does not.
# When all of them do, scripts/prove/mutants.sum is written: a checksum of everything the proof reads.
# Argument: only the mutants of one file or function. --sample: every third one where that checksum is still right, as
# nothing can have changed then; all of them where it is not.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

trim() { local text="${1#"${1%%[![:space:]]*}"}"; printf '%s' "${text%"${text##*[![:space:]]}"}"; }

# try NUMBER FILE FUNCTION FROM TO: writes one line of the table.
try() {
	local copy=$work/$1 file=$2 function=$3 from=$4 to=$5 text rest log status=0
	mkdir "$copy"
	cp -r "$root/src" "$root/include" "$root/scripts" "$copy/"
	text=$(<"$copy/$file")
	rest=${text#*"$from"}
	if [ "$rest" = "$text" ] || [ "${rest#*"$from"}" != "$rest" ]; then
		echo "BROKEN | $file: \"$from\" does not stand there exactly once"
		return
	fi
	printf '%s\n' "${text/"$from"/"$to"}" >"$copy/$file"
	log=$(PROVE_FIRST=1 bash "$copy/scripts/prove.sh" "$function" 2>"$copy/errors") || status=$?
	rm -rf "$copy/src" "$copy/include"
	case $status in
	1) echo "lost | $from -> $to | $(sed -n 's/^not proved: //p' <<<"$log" | sed 's/ .*//' | paste -sd' ')" ;;
	0) echo "ALIVE | $file: $from -> $to | $function" ;;
	*) echo "BROKEN | $file: $from -> $to | $(tail -3 "$copy/errors" | paste -sd' ')" ;;
	esac
}

# Of every file that the proof reads, as the compiler lists them, and of the scripts.
sum_of_inputs() {
	{
		gcc -MM -Iinclude -Isrc/base -Isrc/risk -include scripts/prove/contracts.h scripts/prove/lemmas.c src/risk/*.c \
			src/base/limits.c | tr -s '\\ \n' '\n' | grep -v ':$' | grep .
		echo scripts/prove.sh
		echo scripts/prove_mutants.sh
		echo scripts/prove/mutants.txt
	} | sort -u | xargs sha256sum | sha256sum | cut -d' ' -f1
}

sums=scripts/prove/mutants.sum every=1
if [ "${1:-}" = --sample ]; then
	shift
	if [ "$(sum_of_inputs)" = "$(cat "$sums" 2>/dev/null)" ]; then
		every=3
		echo "all of them lost a proof on these very sources ($sums): every third one again"
	else
		echo "the proof's sources are other ones than those of $sums: all mutants"
	fi
fi

number=0 seen=0
while IFS= read -r line; do
	[[ $line == \#* || -z $line ]] && continue
	line=${line//'\|'/$'\001'}
	IFS='|' read -r file function from to <<<"$line"
	file=$(trim "$file") function=$(trim "$function") from=$(trim "${from//$'\001'/|}") to=$(trim "${to//$'\001'/|}")
	[ $# -eq 0 ] || [ "$1" = "$file" ] || [ "$1" = "$function" ] || continue
	seen=$((seen + 1))
	[ $((seen % every)) -eq $((1 % every)) ] || continue
	number=$((number + 1))
	while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do wait -n; done
	try "$number" "$file" "$function" "$from" "$to" >"$work/$number.line" &
done <scripts/prove/mutants.txt
wait

for ((i = 1; i <= number; i++)); do cat "$work/$i.line"; done | tee "$work/table"
lost=$(grep -c '^lost' "$work/table" || true)
echo "$lost of $number mutants lose a proof"
[ "$number" -gt 0 ] && [ "$lost" -eq "$number" ]
[ $# -gt 0 ] || [ "$every" -ne 1 ] || sum_of_inputs >"$sums"
