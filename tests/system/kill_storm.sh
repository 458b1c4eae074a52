#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The same as kill_resume.sh in a storm: whatever was lost, late, doubted or half told when the process died, the run
# ends as the undisturbed one, and breaks no rule.
set -euo pipefail
seed=${SEED:-78}
KILLS=${KILLS:-20} DAYS=${DAYS:-12} SEED=$seed WEATHER="--weather storm,seed=$seed,per-day=1500,jitter=400" \
	bash "$(dirname "$0")/kill_resume.sh" "$@"
