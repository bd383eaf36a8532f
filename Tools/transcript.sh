#!/usr/bin/env bash
# Runs the first ```console block of a page, README.md without an argument, in a throw-away folder, and compares.
#
#   Tools/transcript.sh [PAGE]
#
# A line that begins with "$ " is a command; one that ends in a backslash goes on in the next line. What stands between
# commands is what they print, on either output. Hexadecimal ids of eight digits and more, keys, dates, times, sizes,
# absolute paths and whole numbers may differ; a line of "..." stands for any lines. Every command has to succeed, unless
# the page says what it refuses: an expected line "tool: ..." allows exit code 1. BEVIS_BIN names the folder of the
# commands; pictures and other media of Tests/Media lie in the folder at the start. A page with a line
# "<!-- transcript: with people -->" also begins with a vault whose operator trusts police and municipality, the cards of
# Birgit (caseworker) and Mads (police), and a folder of her own for each person.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
export BEVIS_BIN=${BEVIS_BIN:-$here/.build/release}
[ -x "$BEVIS_BIN/bevis" ] || { echo "transcript: there is no $BEVIS_BIN/bevis; run: make build" >&2 && exit 3; }
page=$(realpath "${1:-$here/README.md}")
work=$(mktemp -d /tmp/bt-XXXXXX)
clean() {
    local pid
    # Custodians that the page's commands started, by the folder that they were started in.
    for pid in $(pgrep -f '^bevis serve --vault ' || true); do
        case $(readlink "/proc/$pid/cwd" || true) in "$work"*) kill "$pid" 2>/dev/null || true ;; esac
    done
    rm -rf "$work"
}
trap clean EXIT
umask 077
cp "$here"/Tests/Media/* "$work"
printf 'four words made up\n' >"$work/.passphrase"
cd "$work"
export PATH="$BEVIS_BIN:$PATH" HOME="$work" TZ=UTC LC_ALL=C.UTF-8 SWIFT_BACKTRACE=enable=no
export BEVIS_HOME="$work/home" BEVIS_VAULT="$work/vault" BEVIS_PASSPHRASE_FILE="$work/.passphrase"
as() { BEVIS_HOME="$work/$1" "${@:2}" >/dev/null; }
make_people() {
    as drift bevis identity create --name Drift
    as drift bevis vault init
    for role in 'politi police mads Mads Krag' 'kommune caseworker birgit Birgit Lund'; do
        read -r issuer role person name <<<"$role"
        as "$issuer" bevis identity create --name "$issuer"
        as "$issuer" bevis issuer create "$issuer" --role "$role" --name "${issuer^}" -o "$issuer.issuer"
        as "$person" bevis identity create --name "$name"
        as "$person" bevis card request --name "$name" --role "$role" --organisation "${issuer^}" -o "$person.request"
        as "$issuer" bevis issuer sign "$issuer" "$person.request" -o "$person.card"
        as "$person" bevis card accept "$person.card"
    done
    as revisor bevis identity create --name Revisor
    BEVIS_HOME="$work/revisor" bevis card show >revisor.card
    as drift bevis vault trust --issuer politi.issuer --issuer kommune.issuer --auditor revisor.card --keys-out Keys
    as signe bevis identity create --name 'Signe Holm'
}
if grep -q '^<!-- transcript: with people -->$' "$page"; then make_people; fi
python3 - "$page" <<'P'
import re, subprocess, sys, tempfile

page = sys.argv[1]
lines, block, inside = [], [], False
for number, line in enumerate(open(page, encoding='utf-8'), 1):
    line = line.rstrip('\n')
    if inside and line.startswith('```'):
        break
    if inside:
        block.append((number, line))
    elif line.strip() == '```console':
        inside = True
steps = []
for number, line in block:
    if steps and steps[-1]['open']:
        steps[-1]['command'] += '\n' + line
        steps[-1]['open'] = line.endswith('\\')
    elif line.startswith('$ '):
        steps.append({'line': number, 'command': line[2:], 'open': line.endswith('\\'), 'output': []})
    elif steps:
        steps[-1]['output'].append(line)
    elif line.strip():
        sys.exit(f'{page}:{number}: the block begins with output')
if not steps:
    sys.exit(f'{page}: no command in a ```console block: nothing was tested')

# Most special first. What stands for a pattern in the page must be one in the output, digits aside.
patterns = [
    (r'\+[0-9a-f]{8}\+[A-Za-z0-9+/]{43,}=*', '<key>'),
    (r'age1[0-9a-z]{50,}', '<recipient>'),
    (r'\b\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?( ?[A-Z]{1,5}| ?[+-]\d\d:?\d\d)?', '<time>'),
    (r'\b\d{4}-\d\d-\d\d\b', '<date>'),
    (r'\b[0-9a-f]{8,64}\b', '<id>'),
    (r'(?<![\w.>])/(?:[\w.+-]+/)*[\w.+-]+', '<path>'),
    (r'\b\d+(\.\d+)? ([kMGT]i?B|bytes)\b', '<size>'),
    (r'(?<![\w.-])\d+(?![\w.-])', '<number>'),
]


def shape(line):
    for pattern, name in patterns:
        line = re.sub(pattern, name, line)
    return re.sub(r'\s+', ' ', line).strip()


def fits(expected, got):
    if not expected:
        return not got
    if expected[0] == '...':
        return any(fits(expected[1:], got[skip:]) for skip in range(len(got) + 1))
    return bool(got) and expected[0] == got[0] and fits(expected[1:], got[1:])


# One shell for all, so that `cd` and variables last; outputs go to a file, which no child can hold open.
failures = 0
shell = subprocess.Popen(['bash'], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
for step in steps:
    with tempfile.NamedTemporaryFile() as output:
        # Ids differ from page to run: $grant and the like are set by the page's own commands.
        shell.stdin.write(f"{{ {step['command']}\n}} >{output.name} 2>&1 </dev/null; echo $?\n")
        shell.stdin.flush()
        answer = shell.stdout.readline().strip()
        text = output.read().decode('utf-8', 'replace')
    expected = [shape(line) for line in step['output'] if line.strip()]
    got = [shape(line) for line in text.splitlines() if line.strip()]
    refusal = any(re.match(r'(bevis|bevis-audit): ', line) for line in step['output'])
    if not fits(expected, got) or answer != ('1' if refusal else '0'):
        failures += 1
        print(f"{page}:{step['line']}: $ {step['command']}\n  exit code {answer or 'none: the shell ended'}; expected:")
        print(''.join(f'    {line}\n' for line in step['output']) + '  got:')
        print(''.join(f'    {line}\n' for line in text.splitlines()), end='')
    if not answer:
        break
shell.stdin.close()
shell.wait()
print(f'transcript: {len(steps)} commands, {failures} differ')
sys.exit(1 if failures else 0)
P
