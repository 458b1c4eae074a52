#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Does the systemd unit keep what it is there for: no root, no code or program fetched at a start, keys in no environment or
# command line, a watchdog, a bound on memory, no endless restarts after a refusal, and paper trading as it stands?
set -uo pipefail
bot=$(realpath "$1") root=$(realpath "$2") wrong=0
unit=$root/config/tradebotd.service
fail() { # TEXT
	echo "FAIL: $1"
	wrong=1
}
value() { # KEY: the value of a line, or nothing
	sed -n "s/^$1=//p" "$unit"
}
has() { # KEY VALUE
	[ "$(value "$1")" = "$2" ] || fail "$1 is '$(value "$1")', not '$2'"
}
has User tradebotd
has Type notify
has NotifyAccess main
has NoNewPrivileges yes
has ProtectSystem strict
has LimitCORE 0
has UMask 0077
has StateDirectoryMode 0700
has Restart on-failure
has RestartPreventExitStatus "2 3"
has LoadCredential env:/etc/tradebotd/env
for key in WatchdogSec MemoryMax StartLimitBurst TimeoutStopSec; do
	[ -n "$(value "$key")" ] || fail "no $key"
done
[ -z "$(value Environment)$(value EnvironmentFile)" ] || fail "settings in the service's environment, which others may read"
[ -z "$(value ExecStartPre)$(value ExecStartPost)$(value ExecStopPost)" ] || fail "it runs something beside the daemon"
grep -Eqi '^[^#]*\b(git|curl|wget|sh|bash)\b' "$unit" && fail "it runs a shell, or fetches something"

# Its command is one that the program understands, and it is paper.
read -r program words <<<"$(value ExecStart)"
[ "$program" = /usr/local/bin/tradebotd ] || fail "it starts $program"
case " $words " in *" --paper "*) ;; *) fail "as it stands it trades with money: $words" ;; esac
for word in $words; do
	case $word in
	--*) env -i "$bot" run --help | grep -q -- "$word" || fail "run does not know $word" ;;
	esac
done
exit "$wrong"
