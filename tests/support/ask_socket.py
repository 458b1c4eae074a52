#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Says lines to a Unix socket, each answered by one line ("ok" ends it), and prints the answers.

usage: ask_socket.py PATH LINE...
"""
import socket
import sys

with socket.socket(socket.AF_UNIX) as there:
    there.settimeout(30)
    there.connect(sys.argv[1])
    answers = there.makefile("r")
    for line in sys.argv[2:]:
        there.sendall(line.encode() + b"\n")
        print(answers.readline().rstrip())
