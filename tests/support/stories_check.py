#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Is every file and every test that docs/stories.md names there, and does its program run it? Is no story without one,
and none left out of the count?

usage: stories_check.py ROOT [PAGE]      prints each offence; exit code 1 if there is one
"""
import os
import re
import sys

ROW = re.compile(r"^\| (\w+) \|")
FILE = re.compile(r"`([\w/.-]+\.(?:c|h|sh|service))`(:?)")


def names_of(cell):
    """(file, [tests]) of a cell: `file.c`: `test`, `test`; `script.sh`; ..."""
    for part in cell.split(";"):
        found = FILE.match(part.strip())
        if not found:
            yield part.strip(), None
            continue
        yield found.group(1), re.findall(r"`(\w+)`", part[part.index(found.group(0)) + len(found.group(0)):])


def check_tests(root, cell):
    count = 0
    for path, tests in names_of(cell):
        if tests is None:
            yield f"cannot be read: {path}"
            continue
        whole = os.path.join(root, "tests", path)
        if not os.path.isfile(whole):
            yield f"no file tests/{path}"
            continue
        count += 1
        if path.endswith(".sh"):
            if tests:
                yield f"tests/{path} is a script and has no tests inside"
            continue
        if not tests:
            yield f"tests/{path}: names no test"
        with open(whole, encoding="utf-8") as file:
            text = file.read()
        for test in tests:
            if f"static void {test}(void **state)" not in text:
                yield f"tests/{path} has no test {test}"
            elif not re.search(r"(TEST|cmocka_unit_test\w*)\(" + test + r"\b", text):
                yield f"tests/{path} does not run {test}"
    if count == 0:
        yield "no test"


def check(root, page):
    with open(page, encoding="utf-8") as file:
        lines = file.read().split("\n")
    seen = []
    for number, line in enumerate(lines, 1):
        row = ROW.match(line)
        if not row:
            continue
        cells = [c.strip() for c in line.strip().strip("|").split(" | ")]
        if len(cells) != 4:
            if len(cells) > 2:
                yield number, f"{len(cells)} cells"
            continue
        seen.append(cells[0])
        for path, _ in FILE.findall(cells[2]):
            if not os.path.isfile(os.path.join(root, path)):
                yield number, f"no file {path}"
        for what in check_tests(root, cells[3]):
            yield number, f"story {cells[0]}: {what}"
    stories = [s for s in seen if s.isdigit()]
    if stories != [str(i) for i in range(1, len(stories) + 1)] or len(stories) < 50:
        yield 0, f"stories are not counted from 1 on: {stories}"
    text = "\n".join(lines)
    for i in range(1, 33):
        if seen.count(f"D{i}") != 1 and f"(D{i})" not in text:
            yield 0, f"D{i} is not told, or told twice"


def main():
    root = sys.argv[1]
    found = list(check(root, sys.argv[2] if len(sys.argv) > 2 else os.path.join(root, "docs/stories.md")))
    for number, what in found:
        print(f"docs/stories.md:{number}: {what}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
