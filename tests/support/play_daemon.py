#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Answers a control socket by the book: each question that it knows with its line, any other by hanging up.

usage: play_daemon.py SOCKET QUESTION ANSWER [QUESTION ANSWER]...      prints "listening", then each question
"""
import socket
import sys


def main():
    path, words = sys.argv[1], sys.argv[2:]
    book = dict(zip(words[::2], words[1::2]))
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        print("listening", flush=True)
        while True:
            client, _ = listener.accept()
            with client:
                question = client.recv(256).decode().rstrip("\n")
                print(question, flush=True)
                if question in book:
                    client.sendall(book[question].encode() + b"\n")


if __name__ == "__main__":
    main()
