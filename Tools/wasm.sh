#!/usr/bin/env bash
#     Tools/wasm.sh          build, link, run
#     Tools/wasm.sh modules  print the portable modules, one a line, and stop
#
# Builds the portable modules as Embedded Swift for WebAssembly, links them with libsodium's own C sources, and
# checks the result under Node against known answers and against Node's own cryptography.
#
# Why: the browser runs the same code as the custodian and the auditor. Built on every change, it stays true.
# Everything it makes or fetches lies in .build-wasm/; the system's package settings stay as they are.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# In the order of their dependencies. A folder that is missing is an error.
modules=(
    Ground/Sodium
    Formats/MerkleTree
    Formats/AgeFile
    Formats/SignedNote
    Formats/TransparencyLog
    Domain/Sharing
    Domain/AuditTrail
)

sodium_version=1.0.18
sodium_library=10.3 # what its configure script puts into version.h
debian_suite=bookworm
debian_mirror=${BEVIS_DEBIAN_MIRROR:-http://deb.debian.org/debian}
debian_keyring=/usr/share/keyrings/debian-archive-keyring.gpg
wasi_headers=/usr/include/wasm32-wasi
wasi_libraries=/usr/lib/wasm32-wasi
triple=wasm32-unknown-none-wasm
out=$PWD/.build-wasm

fail() {
    echo "wasm: $*" >&2
    exit 1
}

tool() { # the toolchain's own, next to its runtime: PATH may hold another clang, or a launcher in place of swiftc
    [ -x "$toolchain/$1" ] || fail "the Swift toolchain has no $1 in $toolchain"
    echo "$toolchain/$1"
}

find_tools() {
    command -v swiftc >/dev/null || fail "no swiftc: install Swift 6.2 or newer"
    [ -d "$wasi_headers" ] || fail "no $wasi_headers: run 'make setup-test' (Debian's wasi-libc)"
    local resources
    resources=$(swiftc -print-target-info | sed -n 's/.*"runtimeResourcePath": "\(.*\)".*/\1/p')
    toolchain=$(cd "$resources/../../bin" && pwd)
    clang=$(tool clang)
    linker=$(tool wasm-ld)
    archiver=$(tool llvm-ar)
}

# apt with its lists, cache and sources in a folder of ours.
private_apt() {
    local state=$out/apt
    mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
    echo "deb-src [signed-by=$debian_keyring] $debian_mirror $debian_suite main" >"$state/sources.list"
    apt-get -qq -o Dir::State="$state" -o Dir::State::status=/dev/null -o Dir::Cache="$state/cache" \
        -o Dir::Etc::sourcelist="$state/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o APT::Sandbox::User="$(id -un)" "$@"
}

fetch_sodium() {
    [ -f "$out/source/complete" ] && return
    command -v apt-get >/dev/null || fail "libsodium's source comes from Debian by apt-get, which is not here"
    [ -f "$debian_keyring" ] || fail "no $debian_keyring: install debian-archive-keyring"
    echo "fetching the source of libsodium $sodium_version from $debian_mirror"
    rm -rf "$out/source"
    mkdir -p "$out/source"
    private_apt update
    (cd "$out/source" && private_apt source --download-only libsodium >/dev/null)
    verify_source
    (cd "$out/source" &&
        tar xf "libsodium_$sodium_version.orig.tar.gz" &&
        tar xf libsodium_"$sodium_version"-*.debian.tar.xz &&
        cd "libsodium-$sodium_version" &&
        while read -r fix; do patch -s -p1 <"../debian/patches/$fix"; done \
            < <(grep -v '^ *\(#\|$\)' ../debian/patches/series))
    touch "$out/source/complete"
}

# apt has checked Debian's signature down to the .dsc; this checks the archives against it once more, so that a
# file changed on the way from apt to tar is seen.
verify_source() {
    local sums
    sums=$(awk '/^Checksums-Sha256:/ { on = 1; next } /^[^ ]/ { on = 0 } on { print $1 "  " $3 }' "$out"/source/*.dsc)
    [ "$(grep -c . <<<"$sums")" -ge 2 ] || fail "the .dsc of libsodium names no archives"
    (cd "$out/source" && sha256sum --quiet --strict -c <<<"$sums") || fail "an archive of libsodium was altered"
}

# A private copy: /usr/include on the search path would bring the host's libc with it.
copy_headers() {
    local source=$1/include
    rm -rf "$out/include"
    mkdir -p "$out/include"
    cp -r "$source/sodium.h" "$source/sodium" "$out/include/"
    sed -e "s/@VERSION@/$sodium_version/" \
        -e "s/@SODIUM_LIBRARY_VERSION_MAJOR@/${sodium_library%.*}/" \
        -e "s/@SODIUM_LIBRARY_VERSION_MINOR@/${sodium_library#*.}/" \
        -e "s/@SODIUM_LIBRARY_MINIMAL_DEF@//" \
        "$source/sodium/version.h.in" >"$out/include/sodium/version.h"
}

# compile_c CLANG SOURCE FILE OUT HEADERS: one file of libsodium, in a process of its own.
compile_c() {
    "$1" --target=wasm32-unknown-wasi -O2 -w -DCONFIGURED=1 -D_WASI_EMULATED_SIGNAL \
        -isystem "$5" -I"$4/include" -I"$4/include/sodium" -c -o "$4/objects/${3//\//_}.o" "$2/$3"
}

build_sodium() {
    local library=$out/libsodium.a source=$out/source/libsodium-$sodium_version/src/libsodium
    [ -f "$library" ] && [ "$library" -nt "$out/source/complete" ] && [ "$library" -nt Tools/wasm.sh ] && return
    copy_headers "$source"
    rm -rf "$out/objects"
    mkdir -p "$out/objects"
    find "$source" -name '*.c' -printf '%P\0' |
        xargs -0 -P "$(nproc)" -I{} bash Tools/wasm.sh compile-c "$clang" "$source" {} "$out" "$wasi_headers"
    rm -f "$library"
    "$archiver" rc "$library" "$out"/objects/*.o
    echo "libsodium $sodium_version: $(find "$out/objects" -name '*.o' | wc -l) C files compiled"
}

# Compiles one module; a warning is a failure.
compile() {
    local name=$1
    shift
    swiftc -target "$triple" -enable-experimental-feature Embedded -wmo -swift-version 6 -parse-as-library \
        -enable-upcoming-feature ExistentialAny -enable-upcoming-feature InternalImportsByDefault \
        -enable-upcoming-feature MemberImportVisibility -warnings-as-errors \
        -module-name "$name" -package-name bevis -Osize \
        -I Sources/Ground/CSodium -I "$out/modules" \
        -Xcc -I"$wasi_headers" -Xcc -D__wasi__ -Xcc -I"$out/include" \
        -emit-module -emit-module-path "$out/modules/$name.swiftmodule" -c -o "$out/modules/$name.o" "$@"
}

build_modules() {
    rm -rf "$out/modules"
    mkdir -p "$out/modules"
    local module count
    for module in "${modules[@]}"; do
        [ -d "Sources/$module" ] || fail "Sources/$module is missing"
        mapfile -d '' -t files < <(find "Sources/$module" -name '*.swift' -print0 | sort -z)
        count=${#files[@]}
        [ "$count" -gt 0 ] || fail "Sources/$module has no Swift file"
        compile "$(basename "$module")" "${files[@]}"
        echo "$module: $count files"
    done
    compile WasmSmoke Tools/wasm/smoke.swift
}

link_smoke() {
    local exports
    mapfile -t exports < <(sed -n 's/^@_cdecl("\(.*\)")$/--export=\1/p' Tools/wasm/smoke.swift)
    [ "${#exports[@]}" -gt 0 ] || fail "the smoke program exports nothing"
    "$clang" --target=wasm32-unknown-wasi -O2 -Wall -Werror -isystem "$wasi_headers" \
        -c -o "$out/modules/runtime.o" Tools/wasm/runtime.c
    "$linker" --no-entry --gc-sections --strip-all --fatal-warnings "${exports[@]}" -o "$out/smoke.wasm" \
        "$wasi_libraries/crt1-reactor.o" "$out"/modules/*.o "$out/libsodium.a" \
        -L"$wasi_libraries" -lc -lwasi-emulated-signal
    echo "smoke.wasm: $(stat -c %s "$out/smoke.wasm") bytes, $(gzip -9 -c "$out/smoke.wasm" | wc -c) compressed"
}

run_smoke() {
    if command -v node >/dev/null; then
        node Tools/wasm/smoke.mjs "$out/smoke.wasm"
    else
        echo "not run: no node here (Debian's nodejs)"
    fi
}

case ${1:-} in
modules)
    printf '%s\n' "${modules[@]}"
    exit
    ;;
compile-c)
    shift
    compile_c "$@"
    exit
    ;;
esac
mkdir -p "$out"
find_tools
fetch_sodium
build_sodium
build_modules
link_smoke
run_smoke
