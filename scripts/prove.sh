#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Proves what the gate's rules promise (scripts/prove/contracts.h and the contracts in src/risk), run-time errors
# included. Lists what is not proved; the last line is "N / N goals proved". Arguments: functions to prove only.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh
install_packages frama-c-base why3 z3 cvc4
[ -e "$HOME/.why3.conf" ] || why3 config detect >/dev/null 2>&1

log=$(mktemp)
trap 'rm -f "$log"' EXIT
sources=(scripts/prove/lemmas.c src/risk/gate.c src/risk/rules_*.c src/risk/ticket.c src/base/limits.c)
prove() {
	frama-c -c11 -machdep gcc_x86_64 \
		-cpp-extra-args="-Iinclude -Isrc/base -Isrc/risk -include scripts/prove/contracts.h" \
		-wp -wp-rte -wp-model Typed+Ref -wp-prover cvc4,z3 -wp-timeout 30 -wp-par "$(nproc)" "$@" >>"$log" 2>&1 ||
		{ cat "$log" >&2; return 1; }
}
# The functions that are defined in these files, the helpers of gate.h included.
functions=$(sed -nE '/;$/d; s/^(static |inline |enum )*[a-z_]+ \*?([a-z_]+)\(.*/\2/p' src/risk/gate.h "${sources[@]}" |
	sort -u | paste -sd,)
[ $# -eq 0 ] || functions=$(IFS=,; echo "$*")
prove "${sources[@]}" -wp-fct "$functions"
[ $# -ne 0 ] || prove src/base/limits.c -wp-prop @lemma

grep -oE '^\[wp\] \[(Failed|Timeout|Unknown)\] Goal .*' "$log" | sed -E 's/^.*typed_ref_/not proved: /' || true
sed -nE 's/.*Proved goals: +([0-9]+) \/ ([0-9]+).*/\1 \2/p' "$log" |
	awk '{p += $1; n += $2} END {print p+0 " / " n+0 " goals proved"; exit !(n > 0 && p == n)}'
