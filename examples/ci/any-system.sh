#!/usr/bin/env bash
# The same on any system that checks out a branch and runs a command (Atlantis, Jenkins, Buildkite, …).
# Usage: any-system.sh BASE, such as origin/main. It ends with 1 where a stack's data is at risk, or a change is refused.
set -euo pipefail
base=$1
make .venv/.ready
worst=0
for stack in $(.venv/bin/python -m review touched --base "$base"); do
  make review STACK="$stack" BASE="$base" ARGS="--format markdown --out review-$stack.md --fail-on data" || worst=1
  cat "review-$stack.md"
done
exit "$worst"
