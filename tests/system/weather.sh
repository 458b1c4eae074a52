#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Is a storm a matter of its seed: the same run twice ends the same, another seed ends otherwise, off is no weather at
# all? Are the books equal in it to the last unit, is a run gone on with in its own weather only, and does none of some
# storms break a rule?
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
[ "$code" = 2 ] && grep -q 'SIM_WEATHER=rain: off, mild or storm' "$work/rain.err" || wrong "rain: $code $(cat "$work/rain.err")"

# No rule is broken in any of these storms, not for a second: limits, deadlines, books. Each of the first six broke
# one once.
storms() {
	while read -r days symbols seed weather; do
		"$bot" run --exchange sim --speed max --days "$days" --symbols "$symbols" --seed "$seed" \
			--weather "storm,seed=$seed,$weather" --state "$work/calmed" >"$work/calmed.out" 2>"$work/calmed.err" ||
			wrong "seed $seed: $(tail -n 1 "$work/calmed.err")"
		grep -q '^violations 0 over a limit, 0 s unprotected over the deadline, 0 unequal books$' "$work/calmed.out" ||
			wrong "seed $seed, $weather: $(grep -i violation "$work/calmed.out")"
		rm -rf "$work/calmed"
	done
}
storms <<-END
	8 8 10 per-day=1000
	3 8 23 per-day=3000
	3 8 105 per-day=5000
	3 6 114 per-day=2000,jitter=400
	4 8 203 per-day=4000,jitter=400
	3 20 232 per-day=1000
	4 2 42 per-day=1000
	2 4 131 per-day=20000
	5 8 619 per-day=3000,jitter=300
	4 8 5 jitter=100
END
