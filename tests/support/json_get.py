#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prints values of one strict JSON document on stdin (no duplicate keys, no NaN), one a line.

usage: json_get.py KEY...      KEY may be a path: violations.books; without KEY it only checks the document
"""
import json
import sys


def unique(pairs):
    seen = dict(pairs)
    if len(seen) != len(pairs):
        raise ValueError("duplicate keys: " + ", ".join(k for k, _ in pairs))
    return seen


def no_constant(text):
    raise ValueError(text + " is no JSON")


def main():
    try:
        document = json.load(sys.stdin, object_pairs_hook=unique, parse_constant=no_constant, parse_float=str)
    except ValueError as error:
        sys.exit(f"not JSON: {error}")
    for path in sys.argv[1:]:
        value = document
        for key in path.split("."):
            if not isinstance(value, dict) or key not in value:
                sys.exit(f"no key {path}")
            value = value[key]
        print(value if isinstance(value, (str, int)) else json.dumps(value, sort_keys=True))


if __name__ == "__main__":
    main()
