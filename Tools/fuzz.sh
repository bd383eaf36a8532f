#!/usr/bin/env bash
# Feeds every parser mutated input under libFuzzer and AddressSanitizer.
#
#     Tools/fuzz.sh [SECONDS] [TARGET...]
#
# A target is a file in Tools/fuzz; its seeds lie in Tools/fuzz/seeds/TARGET, and the specification's examples are
# seeds of every target that reads notes. What the fuzzer finds worth keeping grows in .build-fuzz/corpus, an input
# that breaks something is left in .build-fuzz/broken and named.
set -euo pipefail
cd "$(dirname "$0")/.."
export SWIFT_BACKTRACE=enable=no

seconds=${1:-10}
shift || true
out=$PWD/.build-fuzz
mkdir -p "$out/modules" "$out/bin" "$out/broken"

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
        -enable-upcoming-feature MemberImportVisibility -package-name bevis -enable-testing \
        -I Sources/Ground/CSodium -I Sources/Ground/CCrypto -I "$out/modules" "$@"
}

# module NAME FILES: compiles a module out of some of its files.
module() {
    local name=$1
    shift
    compile -module-name "$name" -emit-module -emit-module-path "$out/modules/$name.swiftmodule" \
        -c -o "$out/modules/$name.o" "$@"
}

# whole FOLDER: compiles all of a module.
whole() {
    local files
    mapfile -d '' -t files < <(find "Sources/$1" -name '*.swift' -print0)
    module "$(basename "$1")" "${files[@]}"
}

# The portable modules and those that stand on them. Of what speaks to curl, to a terminal or through a server's
# framework only the parsers, which need none of these.
build_modules() {
    local part files parts
    mapfile -t parts < <(bash Tools/wasm.sh modules)
    for part in "${parts[@]}" Ground/BulkHash Domain/Vault Domain/Dossier Domain/Camera Faces/Home \
        Services/CustodianProtocol; do
        whole "$part"
    done
    files=(Sources/Faces/Terminal/{CommandFailure,Escaped,JSONValue,LocalTime,SafeName,Sizes,TimeArgument}.swift)
    module Terminal "${files[@]}"
    module HTTPTransport Sources/Services/HTTPTransport/{HTTPError,HTTPResponse,HTTPEndpoint,HeadReader}.swift
    module CustodianServer Sources/Services/CustodianServer/Socket/SocketServer{Range,Hosts}.swift
    module AgeStreams Sources/Faces/bevis/AgeStreams/ArmorStream.swift
    ar rcs "$out/modules/parts.a" "$out"/modules/*.o
}

build_target() {
    compile -module-name "Fuzz$1" -o "$out/bin/$1" "Tools/fuzz/$1.swift" Tools/fuzz/Shared.swift \
        "$out/modules/parts.a" -lsodium -lcrypto
}

# The words of our formats, out of the sources: the fuzzer puts whole ones in.
write_words() {
    find Sources -name '*.swift' -exec grep -ohE '"[ -!#-[^-~]{3,40}"' {} + | grep -v '\\' | sort -u |
        awk 'length($0) < 42' >"$out/words"
    [ -s "$out/words" ] || {
        echo "fuzz: no words" >&2
        exit 1
    }
}

# Built again only when a source is newer: a run of some seconds should not wait a minute each time.
newest=$(find Sources Tools/fuzz/*.swift Tools/fuzz.sh -type f -newer "$out/built" 2>/dev/null | head -n 1 || true)
if [ ! -f "$out/built" ] || [ -n "$newest" ]; then
    rm -rf "$out/built" "$out"/modules/* "$out"/bin/*
    build_modules
    write_words
    export -f compile build_target
    export out
    find Tools/fuzz -name '*.swift' ! -name Shared.swift -printf '%f\0' | sed -z 's/\.swift$//' |
        xargs -0 -n 1 -P "$(nproc)" bash -euc 'build_target "$0"'
    touch "$out/built"
fi

# seeds TARGET: the folders of its stored inputs.
seeds() {
    echo "Tools/fuzz/seeds/$1"
    case $1 in
    Bodies | Checkpoints | Notes | Policies | Records) printf '%s\n' Docs/Spec/Examples Tests/SharingTests/Examples ;;
    esac
}

broken=0
for target in "${targets[@]}"; do
    mapfile -t folders < <(seeds "$target")
    for folder in "${folders[@]}"; do
        [ -n "$(find "$folder" -type f 2>/dev/null | head -n 1)" ] || {
            echo "fuzz: $folder holds no seeds for $target" >&2
            exit 1
        }
    done
    mkdir -p "$out/corpus/$target"
    log=$out/$target.log
    if "$out/bin/$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=8192 -verbosity=1 \
        -print_final_stats=1 -dict="$out/words" -artifact_prefix="$out/broken/$target-" \
        "$out/corpus/$target" "${folders[@]}" >"$log" 2>&1; then
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
