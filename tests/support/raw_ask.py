#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Sends bytes over a Unix socket and prints what comes back, as whoever knows no manners would.

usage: raw_ask.py SOCKET TEXT      TEXT with Python's escapes: 'halt\\n', 'halt\\x00\\n'
"""
import socket
import sys


def main():
    path, text = sys.argv[1], sys.argv[2].encode("latin-1").decode("unicode_escape").encode("latin-1")
    with socket.socket(socket.AF_UNIX) as ask:
        ask.settimeout(5)
        ask.connect(path)
        ask.sendall(text)
        if not text.endswith(b"\n"):
            ask.shutdown(socket.SHUT_WR)
        answer = b""
        while chunk := ask.recv(65536):
            answer += chunk
    sys.stdout.write(answer.decode(errors="replace"))


if __name__ == "__main__":
    main()
