# SPDX-License-Identifier: MIT
"""What bybit_emu does on real sockets, seen by a client of the Python library and a stream client of a few lines.

usage: server_check.py clock PORT CA CLOCK        follows stepped time to its end; prints a digest of all it was told
       server_check.py faults PORT CA CONTROL     commands faults and wants to feel each of them
       server_check.py account PORT CA CONTROL    trades; answers are lost in each way; the books are right
"""
import base64
import hashlib
import hmac
import http.client
import json
import os
import socket
import ssl
import sys
import time


def tls(ca):
    return ssl.create_default_context(cafile=ca)


class Stream:
    """A WebSocket client: text frames out, whole text frames in."""

    def __init__(self, port, ca, path="/v5/public/linear"):
        raw = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.sock = tls(ca).wrap_socket(raw, server_hostname="stream.bybit.test")
        key = base64.b64encode(os.urandom(16)).decode()
        self.sock.sendall((f"GET {path} HTTP/1.1\r\nHost: stream.bybit.test\r\nUpgrade: websocket\r\n"
                           f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self.exactly(1)
        self.status = int(head.split()[1])
        wanted = base64.b64encode(hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest())
        assert self.status != 101 or wanted in head, head

    def exactly(self, count):
        data = b""
        while len(data) < count:
            part = self.sock.recv(count - len(data))
            if not part:
                raise ConnectionError("closed")
            data += part
        return data

    def send(self, text):
        data = text.encode()
        mask = os.urandom(4)
        head = bytes([0x81]) + (bytes([0x80 | len(data)]) if len(data) < 126 else
                                bytes([0x80 | 126]) + len(data).to_bytes(2, "big"))
        self.sock.sendall(head + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(data)))

    def receive(self):
        """The next text message; None when the other end closes properly."""
        head = self.exactly(2)
        size = head[1] & 0x7f
        if size > 125:
            size = int.from_bytes(self.exactly(2 if size == 126 else 8), "big")
        data = self.exactly(size)
        return None if head[0] & 15 == 8 else data.decode()


def follow_clock(port, ca, path):
    clock = socket.socket(socket.AF_UNIX)
    clock.connect(path)
    lines = clock.makefile("rw")
    digest, sent, heard, instants = hashlib.sha256(), 0, 0, 0

    def idle(due):
        lines.write(f"idle {due} {sent} {heard}\n")
        lines.flush()

    def now():
        line = lines.readline()
        return [int(word) for word in line.split()[1:]] if line else None

    first, _ = now()
    stream = Stream(port, ca)
    rest = http.client.HTTPSConnection("localhost", port, context=tls(ca), timeout=30)
    rest.request("GET", "/v5/market/kline?category=linear&symbol=BTCUSDT&interval=1&limit=1000")
    digest.update(rest.getresponse().read())
    stream.send(json.dumps({"op": "subscribe", "args": [t + s for s in ("BTCUSDT", "ETHUSDT") for t in
                                                        ("kline.1.", "tickers.", "orderbook.50.")]}))
    sent = 3
    last, bars, due = first, 0, first + 90000
    idle(due)
    while (told := now()) is not None:
        moment, frames = told
        assert moment >= last and moment <= max(due, last), "it stepped over what was due"
        instants += moment > last
        last = moment
        while heard < frames:
            text = stream.receive()
            heard += 1
            digest.update(text.encode())
            bars += '"confirm":true' in text
        if moment == due:  # something of our own: time stands while it is under way
            rest.request("GET", "/v5/market/time")
            body = rest.getresponse().read()
            assert json.loads(body)["time"] == moment, body
            digest.update(body)
            sent += 1
            due += 90000
        idle(due)
    print(digest.hexdigest(), "instants", instants, "bars", bars, "seconds", (last - first) // 1000)


class Control:
    def __init__(self, path):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(path)
        self.lines = self.sock.makefile("rw")

    def say(self, line):
        self.lines.write(line + "\n")
        self.lines.flush()
        return self.lines.readline().strip()

    def fault(self, spec):
        answer = self.say("fault " + spec)
        assert answer == "ok", (spec, answer)


def feel_faults(port, ca, path):
    control = Control(path)
    target = "/v5/market/instruments-info?category=linear"

    def get(connection=None):
        connection = connection or http.client.HTTPSConnection("localhost", port, context=tls(ca), timeout=60)
        connection.request("GET", target)
        reply = connection.getresponse()
        return reply.status, reply.read()

    def fails(kind, call):
        try:
            call()
        except kind as error:
            return error
        raise AssertionError(f"no {kind}")

    keep = http.client.HTTPSConnection("localhost", port, context=tls(ca), timeout=60)
    assert get(keep)[0] == 200 and get(keep)[0] == 200, "one connection, two requests"
    assert control.say("fault nonsense").startswith("error no such fault")

    control.fault("reset_before")
    fails(ConnectionResetError, lambda: get(keep))
    control.fault("reset_after")
    fails(ConnectionResetError, get)
    control.fault("body_cut=50")
    cut = fails(http.client.IncompleteRead, get)
    assert 0 < len(cut.partial) == (len(cut.partial) + cut.expected) // 2
    control.fault("http_429=60000")
    assert get()[0] == 429
    assert control.say("calm") == "ok"
    assert get()[0] == 200

    begin = time.monotonic()
    control.fault("delay=700")
    assert get()[0] == 200 and time.monotonic() - begin >= 0.7
    begin = time.monotonic()
    control.fault("freeze=700")
    assert get()[0] == 200 and time.monotonic() - begin >= 0.6

    stream = Stream(port, ca)
    assert stream.status == 101
    stream.send('{"op":"ping","req_id":"a"}')
    assert '"req_id":"a"' in stream.receive()
    control.fault("disconnect")
    assert stream.receive() is None, "a close frame"
    stream = Stream(port, ca)
    control.fault("reset_all")
    fails(ConnectionError, stream.receive)  # no close frame
    control.fault("no_streams=60000")
    assert Stream(port, ca).status == 503
    assert control.say("calm") == "ok"
    assert Stream(port, ca).status == 101
    assert Stream(port, ca, "/v5/elsewhere").status == 404
    print("every fault was felt")


class Account:
    """One kept-alive connection; requests are signed by the Python library."""

    def __init__(self, port, ca):
        self.rest = http.client.HTTPSConnection("localhost", port, context=tls(ca), timeout=30)
        self.orders = 0

    def ask(self, method, target, body=None):
        stamp = str(int(time.time() * 1000))
        payload = body if body is not None else target.partition("?")[2]
        sign = hmac.new(b"emulated-secret", (stamp + "emulated-key" + "5000" + payload).encode(), hashlib.sha256)
        self.rest.request(method, target, body, {
            "X-BAPI-API-KEY": "emulated-key", "X-BAPI-TIMESTAMP": stamp, "X-BAPI-RECV-WINDOW": "5000",
            "X-BAPI-SIGN": sign.hexdigest(), "Content-Type": "application/json"})
        return json.loads(self.rest.getresponse().read())

    def rows(self, target):
        answer = self.ask("GET", target)
        assert answer["retCode"] == 0, answer
        return answer["result"]["list"]

    def buy(self):
        self.orders += 1
        return self.ask("POST", "/v5/order/create", json.dumps({
            "category": "linear", "symbol": "BTCUSDT", "side": "Buy", "orderType": "Market", "qty": "0.001",
            "orderLinkId": f"n-{self.orders}"}))

    def found(self):
        time.sleep(0.05)
        return len(self.rows(f"/v5/order/realtime?category=linear&symbol=BTCUSDT&orderLinkId=n-{self.orders}"))


def use_account(port, ca, path):
    control, account = Control(path), Account(port, ca)
    assert account.buy()["retCode"] == 0 and account.found() == 1
    for word, error, found in (("post_reset_before", ConnectionResetError, 0), ("post_reset_after", ConnectionResetError, 1),
                               ("post_shut_before", http.client.RemoteDisconnected, 0),
                               ("post_shut_after", http.client.RemoteDisconnected, 1)):
        control.fault(word)
        local = account.rest.sock.getsockname()
        try:
            account.buy()
            raise AssertionError(word + " was not felt")
        except error as felt:  # RemoteDisconnected is a ConnectionResetError, too
            assert type(felt) is error or word.startswith("post_reset"), (word, felt)
        account.rest.close()
        assert account.found() == found, word
        assert account.rest.sock.getsockname() != local, "another connection"
    size = account.rows("/v5/position/list?category=linear&symbol=BTCUSDT")[0]["size"]
    assert float(size) == 0.003, size
    control.lines.write("books\n")
    control.lines.flush()
    lines = list(iter(lambda: control.lines.readline().strip(), "ok"))
    books = [json.loads(line) for line in lines]
    sums = books[-1]["balance"]
    fills = [line for line in books if "execution" in line]
    assert len(fills) == 3 and sums["wrong"] == 0
    assert sums["wallet"] == sums["start"] - sum(line["fee"] for line in fills)
    wallet = account.rows("/v5/account/wallet-balance?accountType=UNIFIED")[0]["totalWalletBalance"]
    assert round(float(wallet) * 1e8) == sums["wallet"]
    print("the account is in order:", len(books), "lines of books")


if __name__ == "__main__":
    what, port, ca, path = sys.argv[1:]
    {"clock": follow_clock, "faults": feel_faults, "account": use_account}[what](int(port), ca, path)
