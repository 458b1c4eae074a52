#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The digest of a run, from its journal and docs/journal.md alone: shares nothing with the daemon.

usage: recompute_digest.py JOURNAL.db docs/journal.md
"""
import sqlite3
import sys

MASK = 2**64 - 1
FACTORS = (0xBB67AE8584CAA73B, 0x3C6EF372FE94F82B, 0x510E527FADE682D1, 0x9B05688C2B3E6C1F)
FACTOR, START = 0x6A09E667F3BCC909, 0xA54FF53A5F1D36F1


def turn(lane, word):
    mixed = (lane ^ word) & MASK
    return ((mixed << 29 | mixed >> 35) & MASK) * FACTOR & MASK


class Digest:
    def __init__(self):
        self.lanes = [START * (i + 1) & MASK for i in range(8)]
        self.records = 0

    def take(self, words):
        self.records += 1
        for i, word in enumerate(words):
            self.lanes[i % 8] = turn(self.lanes[i % 8], word & MASK)

    def hex(self):
        out = ""
        for factor in FACTORS:
            word = self.records * factor + START & MASK
            for lane in self.lanes:
                word = (word ^ lane) * factor & MASK
                word ^= word >> 32
            word = word * FACTOR & MASK
            out += f"{word ^ word >> 29:016x}"
        return out


def name_word(name):
    word = 0
    text = (name or "").encode().ljust(32, b"\0")
    for at in range(0, 32, 8):
        word = turn(word, int.from_bytes(text[at:at + 8], "little"))
    return word


def tables_of(path):
    """{table: [(column, meaning, is in the digest)]} and {notes | refusals: [word]} as the page says."""
    tables, at = {}, None
    for line in open(path):
        if line.startswith("### "):
            at = tables.setdefault(line[4:].strip(), [])
        elif at is not None and line.startswith("| `"):
            name, meaning, *rest = [cell.strip() for cell in line.strip().strip("|").split("|")]
            at.append((name.strip("`"), meaning, rest == ["digest"]))
    return tables


def integer(value, meaning, words):
    if value is None:
        return -2**63
    if not isinstance(value, str):
        return value
    if meaning == "instrument":
        return name_word(value)
    listed = meaning.split(", ")
    if listed == ["short", "none", "long"]:
        return listed.index(value) - 1
    return (listed if value in listed else words).index(value)


def main():
    journal, tables = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True), tables_of(sys.argv[2])
    words = {"note": [row[0] for row in tables["Notes"]], "rule": [row[0] for row in tables["Refusals"]]}
    records = []
    for tag, table in (("D", "decisions"), ("F", "fills"), ("T", "trades")):
        columns = [column for column in tables[table] if column[2]]
        chosen = ", ".join(["seq"] + [f'"{name}"' for name, _, _ in columns])
        for seq, *values in journal.execute(f"SELECT {chosen} FROM {table}"):
            records.append((seq, [ord(tag)] + [integer(value, meaning, words.get(name, []))
                                               for value, (name, meaning, _) in zip(values, columns)]))
    digest = Digest()
    for _, record in sorted(records):
        digest.take(record)
    print(digest.hex())


main()
