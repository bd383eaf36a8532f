#!/usr/bin/env bash
# Feeds every parser of the portable modules mutated input under libFuzzer and AddressSanitizer.
#
#     Tools/fuzz.sh [SECONDS] [TARGET...]
#
# A target is a file in Tools/fuzz; its seeds lie in Tools/fuzz/seeds/TARGET. What the fuzzer finds worth keeping
# grows in .build-fuzz/corpus, an input that breaks something is left in .build-fuzz/broken and named.
set -euo pipefail
cd "$(dirname "$0")/.."
export SWIFT_BACKTRACE=enable=no

seconds=${1:-10}
shift || true
out=$PWD/.build-fuzz
mkdir -p "$out/modules" "$out/bin" "$out/broken"
mapfile -t modules < <(bash Tools/wasm.sh modules)

targets=("$@")
if [ "${#targets[@]}" = 0 ]; then
    for file in Tools/fuzz/*.swift; do
        target=$(basename "$file" .swift)
        if [ "$target" != Shared ]; then targets+=("$target"); fi
    done
fi
[ "${#targets[@]}" -gt 0 ] || {
    echo "fuzz: no targets" >&2
    exit 1
}

compile() { # debug checks stay in: an overflow is a finding
    swiftc -sanitize=fuzzer,address -use-ld=lld -O -wmo -parse-as-library -swift-version 6 -warnings-as-errors \
        -enable-upcoming-feature ExistentialAny -enable-upcoming-feature InternalImportsByDefault \
        -enable-upcoming-feature MemberImportVisibility -package-name bevis \
        -I Sources/Ground/CSodium -I "$out/modules" "$@"
}

# Built again only when a source is newer: a run of some seconds should not wait a minute each time.
newest=$(find Sources Tools/fuzz Tools/fuzz.sh -type f -newer "$out/built" 2>/dev/null | head -n 1 || true)
if [ ! -f "$out/built" ] || [ -n "$newest" ]; then
    rm -f "$out/built" "$out"/modules/* "$out"/bin/*
    for module in "${modules[@]}"; do
        name=$(basename "$module")
        mapfile -d '' -t files < <(find "Sources/$module" -name '*.swift' -print0)
        compile -module-name "$name" -emit-module -emit-module-path "$out/modules/$name.swiftmodule" \
            -c -o "$out/modules/$name.o" "${files[@]}"
    done
    for file in Tools/fuzz/*.swift; do
        target=$(basename "$file" .swift)
        [ "$target" = Shared ] || compile -module-name "Fuzz$target" -o "$out/bin/$target" \
            "$file" Tools/fuzz/Shared.swift "$out"/modules/*.o -lsodium
    done
    touch "$out/built"
fi

broken=0
for target in "${targets[@]}"; do
    mkdir -p "$out/corpus/$target" "Tools/fuzz/seeds/$target"
    log=$out/$target.log
    if "$out/bin/$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=8192 -verbosity=1 \
        -print_final_stats=1 -artifact_prefix="$out/broken/$target-" \
        "$out/corpus/$target" "Tools/fuzz/seeds/$target" >"$log" 2>&1; then
        runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
        [ "${runs:-0}" -gt 0 ] || {
            echo "fuzz: $target ran no input" >&2
            exit 1
        }
        echo "$target: $runs inputs in $seconds s, none broke a promise"
    else
        broken=$((broken + 1))
        echo "$target: BROKEN"
        grep -aE 'broken promise|Fatal error|ERROR: |SUMMARY: |Test unit written' "$log" | head -n 8 || tail -n 20 "$log"
    fi
done
[ "$broken" = 0 ]
