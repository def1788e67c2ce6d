#!/usr/bin/env python3
"""Overlay environment variables on Pulsar key=value configuration files.

The contract of the script of this name in the official image, which charts rely on:
  bin/apply-config-from-env.py [--prefix PULSAR_PREFIX_] conf/file [conf/file ...]
* A variable whose name equals a key already in the file (set, or commented out
  as "#key=") replaces that line.
* PULSAR_PREFIX_<key> replaces the key, or appends it when the file lacks it;
  it wins over the bare name.
* <key> is taken verbatim, so dotted/any-case keys work if the env allows them.
"""

import argparse
import os
import pathlib
import re
import sys

SECRET = re.compile(r"password|authenticationparameters|tokensecretkey|secret", re.I)
ASSIGN = re.compile(r"^\s*#?\s*([A-Za-z0-9_.\-]+)\s*=")


def shown(key, value):
    """A value as the log may show it."""
    return "********" if SECRET.search(key) else value


def overlay(path, env, prefix):
    """Set the keys that the environment names in one file."""
    lines = pathlib.Path(path).read_text(encoding="utf-8").split("\n")
    where = {}
    live = set()
    for number, line in enumerate(lines):
        match = ASSIGN.match(line)
        if not match:
            continue
        key = match.group(1)
        commented = line.lstrip().startswith("#")
        if commented and key in live:
            continue  # an active line beats a commented sample below it
        where[key] = number
        if not commented:
            live.add(key)
    plain = {k: v.strip() for k, v in env.items() if k in where}
    prefixed = {k[len(prefix) :]: v.strip() for k, v in env.items() if k.startswith(prefix) and len(k) > len(prefix)}
    for key, value in sorted({**plain, **prefixed}.items()):
        text = f"{key}={value}"
        if key in where:
            lines[where[key]] = text
        else:
            where[key] = len(lines)
            lines.append(text)
        print(f"[{path}] Applying config {key} = {shown(key, value)}")
    pathlib.Path(path).write_text("\n".join(lines).rstrip("\n") + "\n", encoding="utf-8")


def main():
    """Overlay every file that the command line names."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--prefix", default="PULSAR_PREFIX_")
    parser.add_argument("conf_files", nargs="+")
    args = parser.parse_args()
    for path in args.conf_files:
        overlay(path, os.environ, args.prefix)


if __name__ == "__main__":
    sys.exit(main())
