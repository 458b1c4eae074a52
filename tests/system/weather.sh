#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Is a storm a matter of its seed: the same run twice ends the same, another seed ends otherwise, off is no weather at
# all? Are the books equal in it to the last unit, and is a run gone on with in its own weather only?
set -euo pipefail
bot=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# sim FOLDER DAYS OPTION...: its digest; what it says is kept beside
sim() {
	local folder=$work/$1 days=$2
	shift 2
	"$bot" run --exchange sim --speed max --days "$days" --symbols 3 --seed 5 --state "$folder" "$@" \
		>"$folder.out" 2>"$folder.err" || return
	sed -n 's/^digest //p' "$folder.out"
}
wrong() {
	echo "$1"
	exit 1
}

none=$(sim none 3) off=$(sim off 3 --weather off)
[ "$none" = "$off" ] || wrong "off is not the same as nothing"
storm=$(sim storm 3 --weather storm,seed=1) again=$(sim again 3 --weather storm,seed=1)
[ "$storm" = "$again" ] || wrong "one seed, two storms: $storm $again"
[ "$storm" != "$none" ] || wrong "a storm that leaves no trace"
other=$(sim other 3 --weather storm,seed=2)
[ "$storm" != "$other" ] || wrong "two seeds, one storm"
for run in none storm other; do
	grep -q ' 0 unequal books$' "$work/$run.out" || wrong "$run: $(grep ^violations "$work/$run.out")"
done

sim storm 4 --weather storm,seed=1 >"$work/digest" || wrong "its own weather is refused: $(cat "$work/storm.err")"
code=0
sim storm 5 --weather storm,seed=2 >"$work/digest" || code=$?
[ "$code" = 3 ] || wrong "gone on with in another weather: $code"
grep -q 'weather differs' "$work/storm.err" || wrong "$(cat "$work/storm.err")"
code=0
sim rain 1 --weather rain >"$work/digest" || code=$?
[ "$code" = 2 ] && grep -q 'off, mild or storm' "$work/rain.err" || wrong "rain: $code $(cat "$work/rain.err")"
