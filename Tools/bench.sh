#!/usr/bin/env bash
# Measures against age, openssl and the bare cryptography; writes Docs/Performance.md and its plots.
#   Tools/bench.sh            everything, about ten minutes on two cores; needs 25 GiB of disk, or measures smaller items
#   Tools/bench.sh --quick    tiny sizes: only that it runs; writes nothing into Docs
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
cd "$here"
export SWIFT_BACKTRACE=enable=no
build=${BEVIS_BUILD:-.build}
for tool in age openssl sha256sum python3; do
    command -v "$tool" >/dev/null || { echo "bench: $tool is missing; run: make setup-test" >&2; exit 3; }
done
for product in bevis bevis-audit bevis-bench AuditBench; do swift build -c release --scratch-path "$build" --product "$product" --quiet; done
exec env PYTHONDONTWRITEBYTECODE=1 python3 Tools/bench/run.py --bin "$build/release" "$@"
