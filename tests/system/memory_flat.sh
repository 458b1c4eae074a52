#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Does the daemon's memory grow with the time it runs? The simulated exchange for 30,000 bars of 1m, and for 300,000 from
# the same beginning: the peak of resident memory may differ by no more than SQLite's page cache, which fills within the
# first run or soon after and then stands still. BARS=n: n and 10 n (200000 was 13.7 MiB and 13.7 MiB).
#
# usage: memory_flat.sh PROGRAM SOURCE
set -uo pipefail
bot=$(realpath "$1") bars=${BARS:-30000}
if [[ $(ldd "$bot" 2>/dev/null) == *libasan* ]]; then
	echo "skipped: a sanitizer keeps what is freed"
	exit 77
fi
# In memory where there is such a place: twenty months of commits to a disk would take minutes.
[ -w /dev/shm ] && folder=$(mktemp -d -p /dev/shm) || folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

python3 - "$bot" "$folder" "$bars" <<'PY'
import os, subprocess, sys
bot, folder, bars = sys.argv[1], sys.argv[2], int(sys.argv[3])
ALLOWED_KIB = 3 * 1024  # SQLite's cache of 2,000 KiB, and its tables' cursors

def peak_kib(days):
    state = os.path.join(folder, str(days))
    command = [bot, "run", "--exchange", "sim", "--speed", "max", "--symbols", "1", "--seed", "5", "--days", str(days),
               "--state", state]
    child = subprocess.Popen(command, env={}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    said = child.stdout.read().decode()
    _, status, usage = os.wait4(child.pid, 0)
    if status != 0 or "digest " not in said:
        sys.exit(f"{days} days ended with {status}: {said}")
    journal = os.path.getsize(os.path.join(state, "journal.db"))
    print(f"{days * 1440:9,} bars: peak {usage.ru_maxrss / 1024:.1f} MiB, journal {journal / 2**20:.1f} MiB, "
          f"{usage.ru_utime + usage.ru_stime:.1f} s of processor")
    return usage.ru_maxrss

short, long = peak_kib(bars // 1440), peak_kib(10 * bars // 1440)
if long - short > ALLOWED_KIB:
    sys.exit(f"memory grows: {(long - short) / 1024:.1f} MiB more for ten times the bars")
PY
