#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A server over TLS that does to requests and streams what exchanges and the way to them do: for the tests of src/io.
What a path means stands in REQUESTS and STREAMS below. Knows nothing of the code it tests.

usage: io_server.py PKI_DIR      prints "port N" when it listens on 127.0.0.1; ends with its standard input
"""
import base64
import hashlib
import json
import os
import socket
import ssl
import struct
import sys
import threading
import time

COUNTS = {}
LOCK = threading.Lock()


def count(what):
    with LOCK:
        COUNTS[what] = COUNTS.get(what, 0) + 1


class Gone(Exception):
    pass


class Peer:
    """One connection: reads by line or length, keeps what was read too much."""

    def __init__(self, sock):
        self.sock, self.rest = sock, b""

    def more(self):
        data = self.sock.recv(65536)
        if not data:
            raise Gone
        self.rest += data

    def line(self):
        while b"\r\n" not in self.rest:
            self.more()
        line, self.rest = self.rest.split(b"\r\n", 1)
        return line.decode()

    def bytes(self, n):
        while len(self.rest) < n:
            self.more()
        data, self.rest = self.rest[:n], self.rest[n:]
        return data

    def reset(self):
        """The connection ends as if a cable was cut: no goodbye of TLS, a reset of TCP."""
        raw = socket.socket(fileno=os.dup(self.sock.fileno()))
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()
        raw.close()
        raise Gone

    def answer(self, status, body, *head):
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "X-Test: yes", *head, "", ""]
        self.sock.sendall("\r\n".join(lines).encode() + body)

    # ---- messages of a stream ----

    def frame(self, opcode, data, final=True):
        head = bytes([(0x80 if final else 0) | opcode])
        if len(data) < 126:
            head += bytes([len(data)])
        elif len(data) < 65536:
            head += bytes([126]) + struct.pack(">H", len(data))
        else:
            head += bytes([127]) + struct.pack(">Q", len(data))
        self.sock.sendall(head + data)

    def fragments(self, data, piece):
        for at in range(0, len(data), piece):
            self.frame(1 if at == 0 else 0, data[at:at + piece], at + piece >= len(data))

    def message(self):
        """The next text message; answers pings and goodbyes."""
        while True:
            first, second = self.bytes(2)
            length = second & 0x7f
            if length == 126:
                length = struct.unpack(">H", self.bytes(2))[0]
            elif length == 127:
                length = struct.unpack(">Q", self.bytes(8))[0]
            mask = self.bytes(4)
            data = bytes(b ^ mask[i % 4] for i, b in enumerate(self.bytes(length)))
            if first & 0xf == 9:
                self.frame(10, data)
            elif first & 0xf == 8:
                count("goodbye")
                self.frame(8, data)
                raise Gone
            elif first & 0xf == 1:
                return data.decode()


def big(peer, request):
    peer.answer("200 OK", b"x" * int(request["query"]))


def echo(peer, request):
    peer.answer("200 OK", request["body"])


def read_and_close(peer, request):
    """The order has arrived, and its answer is lost with the connection, that the client had used before."""
    peer.sock.setblocking(False)
    try:
        peer.sock.unwrap()
    except ssl.SSLError:
        pass  # said goodbye, and does not wait for the other's
    raise Gone


def stall(peer, request):
    time.sleep(30)


def cut(peer, request):
    """Half of what was announced."""
    peer.sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n" + b"y" * 1000)
    peer.reset()


def short(peer, request):
    """The same with a goodbye: an end that looks like one."""
    peer.sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n" + b"y" * 1000)
    read_and_close(peer, request)


def reset(peer, request):
    peer.reset()


def redirect(peer, request):
    peer.answer("302 Found", b"", "Location: /hello")


def garbage(peer, request):
    peer.sock.sendall(b"\x00\x01 nothing that anybody knows\r\n\r\n")
    raise Gone


def counts(peer, request):
    with LOCK:
        body = json.dumps(COUNTS).encode()
    peer.answer("200 OK", body)


def hello(peer, request):
    peer.answer("200 OK", json.dumps({"path": request["path"], "head": request["head"]}).encode())


REQUESTS = {"/hello": hello, "/big": big, "/echo": echo, "/read-and-close": read_and_close, "/stall": stall,
            "/cut": cut, "/short": short, "/reset": reset, "/redirect": redirect, "/garbage": garbage,
            "/counts": counts}


def ws_echo(peer, request):
    while True:
        peer.frame(1, peer.message().encode())


def ws_fragments(peer, request):
    peer.fragments(bytes(97 + i % 26 for i in range(int(request["query"]))), 10000)
    ws_echo(peer, request)


def ws_close(peer, request):
    peer.message()
    peer.frame(8, struct.pack(">H", 1001) + b"maintenance")
    peer.message()


def ws_reset(peer, request):
    peer.message()
    peer.reset()


def ws_flood(peer, request):
    """As many messages of 1000 bytes as asked for, each beginning with its number."""
    for i in range(int(peer.message())):
        peer.frame(1, f"{i:08d}".encode() + b"z" * 992)
    ws_echo(peer, request)


def ws_head(peer, request):
    peer.frame(1, json.dumps(request["head"]).encode())
    ws_echo(peer, request)


STREAMS = {"/ws/echo": ws_echo, "/ws/fragments": ws_fragments, "/ws/close": ws_close, "/ws/reset": ws_reset,
           "/ws/flood": ws_flood, "/ws/head": ws_head}


def upgrade(peer, request):
    if request["path"] not in STREAMS:
        peer.answer("403 Forbidden", b"not here")
        return
    key = request["head"]["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
    peer.sock.sendall(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                       f"Sec-WebSocket-Accept: {accept}\r\n\r\n").encode())
    STREAMS[request["path"]](peer, request)


def serve(peer):
    while True:
        method, target, _ = peer.line().split(" ", 2)
        head = {}
        while line := peer.line():
            name, value = line.split(":", 1)
            head[name.lower()] = value.strip()
        path, _, query = target.partition("?")
        request = {"method": method, "path": path, "query": query, "head": head,
                   "body": peer.bytes(int(head.get("content-length", 0)))}
        count(f"{method} {path}")
        if head.get("upgrade", "").lower() == "websocket":
            upgrade(peer, request)
            return
        REQUESTS[path](peer, request)


def connection(raw, context):
    count("connections")
    try:
        with context.wrap_socket(raw, server_side=True) as sock:
            serve(Peer(sock))
    except (Gone, OSError, ValueError, KeyError):
        pass
    finally:
        raw.close()


def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.path.join(sys.argv[1], "server.pem"), os.path.join(sys.argv[1], "server.key"))
    listener = socket.create_server(("127.0.0.1", 0))
    print("port", listener.getsockname()[1], flush=True)
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    while True:
        raw, _ = listener.accept()
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=connection, args=(raw, context), daemon=True).start()


if __name__ == "__main__":
    main()
