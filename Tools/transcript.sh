#!/usr/bin/env bash
# Runs the README's first console block in a throw-away folder and compares what it prints, line by line. Ids, keys,
# times and paths differ at each run: they are compared by their form.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
export PATH="${BEVIS_BIN:-$here/.build/release}:$PATH"
work=$(mktemp -d /tmp/readme.XXXXXX)
trap 'pkill -f "^bevis serve --vault $work/vault" || true; rm -rf "$work"' EXIT
umask 077
printf 'four words made up\n' >"$work/.passphrase"
cp "$here/Tests/Media/hallway.mp4" "$work"
cd "$work"
BEVIS_PASSPHRASE_FILE=$work/.passphrase python3 - "$here/README.md" <<'P'
import re, subprocess, sys

text = open(sys.argv[1], encoding="utf-8").read()
block = re.search(r"```console\n(.*?)```", text, re.S).group(1).splitlines()
steps = []
for line in block:
    if line.startswith("$ "):
        steps.append((line[2:], []))
    else:
        steps[-1][1].append(line)
if not steps:
    sys.exit("transcript: README.md has no console block")

def form(line):
    line = re.sub(r"/tmp/\S+", "PATH", line)
    line = re.sub(r"\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+", "+KEY", line)
    line = re.sub(r"age1[02-9ac-hj-np-z]{58}", "RECIPIENT", line)
    line = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d [A-Z]+", "TIME", line)
    return re.sub(r"\b[0-9a-f]{12,64}\b", "ID", line)

# One shell for all, so that what is exported stays.
mark = "-- end of step --"
script = "".join(f"{command}\necho; echo '{mark}'\n" for command, _ in steps)
run = subprocess.run(["bash", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300)
outputs = [part.strip("\n").split("\n") for part in run.stdout.split(mark)[: len(steps)]]
failed = 0
for (command, expected), output in zip(steps, outputs):
    output = [] if output == [""] else output
    if [form(line) for line in output] != [form(line) for line in expected]:
        failed += 1
        print(f"transcript: this differs\n$ {command}\n  README:  " + "\n           ".join(expected))
        print("  printed: " + "\n           ".join(output))
print(f"transcript: {len(steps) - failed} of {len(steps)} steps as the README shows them")
sys.exit(1 if failed or len(outputs) != len(steps) else 0)
P
