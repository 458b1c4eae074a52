#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Proves what gate, ticket and ladder promise (scripts/prove/contracts.h and the contracts in src/risk), run-time
# errors included, and tests that nothing is proved from a contradiction. Lists what is not proved; the last line is
# "N of N goals proved". Exit 1: something is not proved; 2: it could not be tried. The patience of the provers is
# counted in steps, so that a busy machine gives the same answer. Arguments: functions to prove only.
# PROVE_FIRST=1: stop at the first goal that is not proved.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh
install_packages frama-c-base why3 z3 cvc4 >&2
[ -e "$HOME/.why3.conf" ] || why3 config detect >/dev/null 2>&1

sources=(scripts/prove/lemmas.c src/risk/*.c src/base/limits.c)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The entrances, and for each assumed contract a function that calls it.
smoke=risk_assess,risk_enter,risk_reduce,ladder_step,assessment_take,question_notional,question_risk,share_of
smoke+=,loss_allows,least_lots,fallen_by,judge_day,unlock

# prove NAME FUNCTIONS [option...]: one run of the prover over all files, for some of the functions.
prove() {
	local name=$1 functions=$2
	shift 2
	frama-c -c11 -machdep gcc_x86_64 \
		-cpp-extra-args="-Iinclude -Isrc/base -Isrc/risk -include scripts/prove/contracts.h" \
		"${sources[@]}" -wp -wp-model Typed+Ref -wp-steps 1000000 -wp-timeout 120 \
		-wp-fct "$functions" "$@" </dev/null >"$work/$name.log" 2>&1 &
	local run=$! stopped=
	while [ -n "${PROVE_FIRST:-}" ] && kill -0 "$run" 2>/dev/null; do
		if grep -q '^\[wp\] \[Failed\]' "$work/$name.log"; then
			kill "$run" && stopped=yes
			break
		fi
		sleep 0.3
	done
	wait "$run" 2>/dev/null || [ -n "$stopped" ] || touch "$work/$name.error"
	[ -n "$stopped" ] || grep -q 'Proved goals' "$work/$name.log" || touch "$work/$name.error"
}

# The functions that are defined in a file.
defined_in() {
	sed -nE '/;$/d; s/^ *((static|inline|const|enum|struct) )*[a-z_0-9]+ \*?([a-z_0-9]+)\(.*/\3/p' "$@" | sort -u | paste -sd,
}

# A function that this pattern does not see would not be proved.
bodies=$(cat "${sources[@]}" src/risk/gate.h | grep -cE '^ *\{$')
[ "$(defined_in "${sources[@]}" src/risk/gate.h | tr ',' '\n' | wc -l)" -eq "$bodies" ] || {
	echo "prove.sh: not every function of the sources was found" >&2
	exit 2
}

if [ $# -gt 0 ]; then
	prove chosen "$(IFS=,; echo "$*")" -wp-rte -wp-prover cvc4,z3 -wp-par "$(nproc)"
else
	# Two at a time: a run spends most of its time in its own single thread.
	proof=(-wp-rte -wp-prover cvc4,z3 -wp-par 1)
	{
		prove ladder "$(defined_in src/risk/ladder.c)" "${proof[@]}"
		prove state "$(defined_in src/risk/rules_state.c src/risk/rules_usable.c)" "${proof[@]}"
		prove order "$(defined_in src/risk/rules_order.c)" "${proof[@]}"
	} &
	prove gate "$(defined_in src/risk/gate.c src/risk/gate.h)" "${proof[@]}"
	prove symbol "$(defined_in src/risk/rules_symbol.c src/risk/rules_market.c)" "${proof[@]}"
	prove ticket "$(defined_in src/risk/ticket.c src/base/limits.c scripts/prove/lemmas.c)" "${proof[@]}"
	wait
	# Against vacuity: no contract that nothing can meet, no call that cannot return, no line that is never reached.
	prove smoke "$smoke" -wp-smoke-tests -wp-smoke-timeout 1 -wp-prover z3 -wp-par "$(nproc)" \
		-wp-prop=-@ensures,-@assigns,-@requires,-@assert,-@exits
fi

if ls "$work"/*.error >/dev/null 2>&1; then
	cat "$work"/*.log >&2
	exit 2
fi
grep -hoE '^\[wp\] \[(Failed|Timeout|Unknown)\] (Goal|Smoke-test) .*' "$work"/*.log | sed -E 's/^.*typed_ref_/not proved: /' || true
sed -nE 's/.*Proved goals: +([0-9]+) \/ ([0-9]+).*/\1 \2/p' "$work"/*.log |
	awk '{p += $1; n += $2} END {print p+0 " of " n+0 " goals proved"; exit !(n > 0 && p == n)}'
