#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs a program at a terminal of its own, types a line when it asks, prints what it showed; ends with its exit code.

usage: type_at.py ASKED LINE PROGRAM ARGUMENT...      ASKED: the text that it waits for
"""
import os
import pty
import sys


def main():
    asked, line, words = sys.argv[1], sys.argv[2], sys.argv[3:]
    child, terminal = pty.fork()
    if child == 0:
        os.execv(words[0], words)
    shown, typed = b"", False
    while True:
        try:
            chunk = os.read(terminal, 4096)
        except OSError:  # the other end is closed
            break
        if not chunk:
            break
        shown += chunk
        if not typed and asked.encode() in shown:
            os.write(terminal, line.encode() + b"\n")
            typed = True
    _, status = os.waitpid(child, 0)
    sys.stdout.write(shown.decode())
    sys.exit(os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()
