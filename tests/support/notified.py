#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a service tells its manager: notified.py SOCKET FILE binds a datagram socket and writes each line that comes
to FILE, until it is killed. SOCKET is there when "ready" is printed."""
import socket
import sys

path, out = sys.argv[1:3]
manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
manager.bind(path)
print("ready", flush=True)
with open(out, "w", encoding="utf-8") as lines:
    while True:
        lines.write(manager.recv(65536).decode() + "\n")
        lines.flush()
