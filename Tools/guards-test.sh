#!/usr/bin/env bash
# Plants each violation that Tools/guards.sh is for, in a copy of the project, and sees it caught by the right guard.
set -euo pipefail
cd "$(dirname "$0")/.."

project=$PWD
scratch=$(mktemp -d)
copy=$scratch/copy
trap 'rm -rf "$scratch"' EXIT
passed=0
failed=0

fresh_copy() {
    cd "$project"
    rm -rf "$copy"
    mkdir "$copy"
    { git ls-files -z --cached --others --exclude-standard 2>/dev/null ||
        find . -name .git -prune -o -name '.build*' -prune -o -type f -print0; } |
        while IFS= read -r -d '' file; do
            if [ -f "$file" ]; then printf '%s\0' "$file"; fi
        done | tar c --null -T - | tar x -C "$copy"
    cd "$copy"
    git init -q 2>/dev/null || true
    # The rest of the project may still lack these; the copy must start whole.
    put Tests/GuardTests/Fine.swift 'import Testing'
    put Docs/Fine.md 'A [page](../Docs/Fine.md).'
}

put() { # put PATH LINE...
    local path=$1
    shift
    mkdir -p "$(dirname "$path")"
    printf '%s\n' "$@" >"$path"
}

lines() { # lines COUNT PATH
    mkdir -p "$(dirname "$2")"
    seq -f '// %g' "$1" >"$2"
}

mark() { if [ "$1" = 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi; }

# caught NAME RULE: the guards must fail, and RULE must be the only one broken.
caught() {
    local output code=0
    output=$(bash Tools/guards.sh 2>&1) || code=$?
    if [ "$code" = 1 ] && [ "$(grep -c '^BROKEN' <<<"$output")" = 1 ] && grep -q "^BROKEN: $2" <<<"$output"; then
        mark 0
    else
        mark 1
        echo "NOT CAUGHT: $1 (exit $code)"
        grep -A3 '^BROKEN' <<<"$output" || echo "    every guard was content"
    fi
    fresh_copy
}

content() { # content NAME: no guard may object
    local output
    if output=$(bash Tools/guards.sh 2>&1); then
        mark 0
    else
        mark 1
        echo "WRONGLY CAUGHT: $1"
        grep -A3 '^BROKEN' <<<"$output" || true
    fi
    fresh_copy
}

# In pieces, so that this file breaks no rule itself.
letters=QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L
age_key="AGE-SECRET-KEY-""1$letters$letters"
note_key="PRIVATE""+KEY+someone+0123abcd+AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAh"
undone="TO""DO"

fresh_copy
content 'the project as it is'
if [ "$failed" -gt 0 ]; then
    echo "guards-test: the project itself breaks a guard; a plant would not be told apart"
    exit 1
fi

sodium='only Sources/Ground/Sodium imports CSodium'
put Sources/Ground/BulkHash/Plant.swift 'import CSodium'
caught 'import of CSodium elsewhere' "$sodium"
put Sources/Ground/BulkHash/Plant.swift '@preconcurrency internal import struct CSodium.some_state'
caught 'import of CSodium with attribute, access and kind' "$sodium"
put Sources/Ground/CPlant/plant.h '#include <sodium.h>'
caught 'libsodium by way of another C target' "$sodium"

secrets='no secret key but marked examples'
put Docs/plant.txt "key: $age_key"
caught 'an age key' "$secrets"
put Docs/plant.txt "${age_key,,}"
caught 'an age key in lower case' "$secrets"
put Docs/plant.txt "${age_key/KEY-/KEY-PQ-}"
caught 'a post-quantum age key' "$secrets"
put Docs/plant.txt "$note_key"
caught 'a note signing key' "$secrets"
put Docs/plant.txt "-----BEGIN EC ""PRIVATE KEY-----"
caught 'a PEM key' "$secrets"
put Docs/example.txt "$age_key"
caught 'an example that is not listed' "$secrets"
put Docs/plant.txt "$age_key"
put Keys/EXAMPLES Docs/plant.txt
caught 'a listed key without the word example' "$secrets"
put Docs/example.txt 'nothing secret'
put Keys/EXAMPLES Docs/example.txt
caught 'a listed example without a key' "$secrets"
put Docs/example.txt "$age_key"
put Docs/example.txt.bak "$age_key"
put Keys/EXAMPLES Docs/example.txt
caught 'a key beside a marked example' "$secrets"

undone_rule='nothing marked as left undone'
put Sources/Ground/Sodium/Plant.swift "// $undone: later"
caught 'a mark in Sources' "$undone_rule"
put Docs/plant.md "$undone"
caught 'a mark in a page' "$undone_rule"

traps='no try!, as! or fatalError in Sources'
put Sources/Ground/Sodium/Plant.swift 'let value = try! make()'
caught 'try!' "$traps"
put Sources/Ground/Sodium/Plant.swift 'let value = other as! Int'
caught 'as!' "$traps"
put Sources/Ground/Sodium/Plant.swift 'func stop() { fatalError("no") }'
caught 'fatalError' "$traps"

lines 501 Sources/Ground/Sodium/Plant.swift
caught 'a long file in Sources' 'no file in Sources over 500 lines'
lines 500 Sources/Ground/Sodium/Plant.swift
content 'a file in Sources of exactly 500 lines'
lines 801 Tests/GuardTests/Plant.swift
caught 'a long file in Tests' 'no file in Tests over 800 lines'

layer_rule='no layer imports one above it'
put Sources/Custody/Plant/Plant.swift '// a part above'
put Sources/Ground/BulkHash/Plant.swift 'public import Plant'
caught 'an import of a layer above' "$layer_rule"
put Sources/Custody/Plant/Plant.swift 'public import Sodium'
content 'an import of a layer below'
put Sources/Elsewhere/Plant/Plant.swift '// no layer'
caught 'a layer that is not in the picture' "$layer_rule"

portable='portable parts import nothing but each other'
for module in Foundation Glibc FoundationEssentials Dispatch; do
    put Sources/Formats/MerkleTree/Plant.swift "import $module"
    caught "import of $module in a portable part" "$portable"
done
rm -r Sources/Formats/SignedNote
caught 'a portable part that is gone' "$portable"

links='links between pages lead somewhere'
put Docs/plant.md 'See [there](nowhere.md#part).'
caught 'a dead link' "$links"
put Docs/plant.md '[there]: nowhere.md'
caught 'a dead link by reference' "$links"
# shellcheck disable=SC2016 # the quoting is Markdown's
put Docs/plant.md '[page](Fine.md#x), [web](https://example.org/x), [here](#here), `[code](nowhere.md)`' \
    '```' '[code](nowhere.md)' '```'
content 'links that are fine'

rm -r Tests Tools/fuzz/seeds Keys/EXAMPLES  # the list of examples names tests and seeds
caught 'no tests to look at' 'no file in Tests over 800 lines: nothing to look at'
find . -name '*.md' -delete
caught 'no pages to look at' "$links: nothing to look at"
sed -i '/import CSodium/d' Sources/Ground/Sodium/*.swift
caught 'no import of CSodium at all' "$sodium: nothing to look at"

# Without any source nearly every guard has nothing to look at; each of them must say so.
rm -r Sources
code=0
output=$(bash Tools/guards.sh 2>&1) || code=$?
if [ "$code" = 1 ]; then mark 0; else mark 1; fi
for rule in "$sodium" "$traps" 'no file in Sources over 500 lines' "$layer_rule" "$portable"; do
    if grep -q "^BROKEN: $rule: nothing to look at" <<<"$output"; then mark 0; else
        mark 1
        echo "NOT CAUGHT: $rule without sources"
    fi
done

echo "guards-test: $((passed + failed)) plants, $failed of them not judged as they should be"
[ "$failed" = 0 ]
