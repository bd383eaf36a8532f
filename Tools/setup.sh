#!/usr/bin/env bash
# Installs what is missing, from Debian and a few wheels from PyPI; says nothing when everything is there.
#
#     Tools/setup.sh build [handover] [test]
#
# What counts is whether a thing is there, not which package brought it: on another system, install it your own way.
set -euo pipefail
cd "$(dirname "$0")/.."

swift_needed=6.2

# package: the command that succeeds where it is there
build_needs=(
    'binutils: command -v ld'
    'pkg-config: command -v pkg-config'
    'libsodium-dev: pkg-config --exists libsodium'
    'libssl-dev: pkg-config --exists libcrypto'
    'libcurl4-openssl-dev: pkg-config --exists libcurl'
    'libsqlite3-dev: pkg-config --exists sqlite3'
    'libimage-exiftool-perl: command -v exiftool'
    'bubblewrap: command -v bwrap'
)
# A handover's ZIP and PDF; without them the folder is written all the same. Debian has no package of the typesetter: a
# wheel in a folder of the project's own, where the command looks, apart from the system's Python.
handover_needs=(
    'zip: command -v zip'
    'python3: command -v python3'
    'python3-pip: python3 -m pip --version'
)
typst_version=0.15.2
typst_folder=/usr/local/lib/bevis/typst
# Programs of others that must accept a handover: Debian has neither, so they lie in an ignored folder of the project.
peers_folder=.build-peers
peers=('bagit==1.9.0' 'case-utils==0.18.0')
# age is the peer that must read our files and write ours; strace, faketime and small file systems bring the faults;
# Python computes the specification's example a second time, and what a power cut may leave; ffmpeg makes stills and
# films for handovers; the others build and run the modules of the browser.
test_needs=(
    'ffmpeg: command -v ffmpeg'
    'age: command -v age'
    'strace: command -v strace'
    'faketime: command -v faketime'
    'procps: command -v pgrep'
    'e2fsprogs: PATH=$PATH:/usr/sbin:/sbin command -v mkfs.ext4'
    'xfsprogs: PATH=$PATH:/usr/sbin:/sbin command -v mkfs.xfs'
    'python3: command -v python3'
    'python3-cryptography: python3 -c "import cryptography"'
    'wasi-libc: test -d /usr/include/wasm32-wasi'
    'patch: command -v patch'
    'nodejs: command -v node'
)

fail() {
    echo "setup: $*" >&2
    exit 1
}

check_swift() {
    local where='see https://www.swift.org/install/linux/' version
    command -v swift >/dev/null || fail "Swift is not installed; $swift_needed or newer is needed: $where"
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9][0-9.]*[0-9]\).*/\1/p' | head -n 1)
    [ -n "$version" ] || fail "'swift --version' gave no version; $swift_needed or newer is needed: $where"
    [ "$(printf '%s\n' "$swift_needed" "$version" | sort -V | head -n 1)" = "$swift_needed" ] ||
        fail "Swift $version is too old; $swift_needed or newer is needed: $where"
}

missing_packages() {
    local need
    for need in "$@"; do
        bash -c "${need#*: }" >/dev/null 2>&1 || echo "${need%%: *}"
    done
}

install_packages() {
    command -v apt-get >/dev/null || fail "missing here: $*. There is no apt-get; install them your own way"
    local -a as_root=(env DEBIAN_FRONTEND=noninteractive)
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || fail "missing here: $*. Ask an administrator to run: apt-get install $*"
        echo "setup: installing with sudo: $*"
        as_root=(sudo "${as_root[@]}")
    else
        echo "setup: installing: $*"
    fi
    # A list that cannot be renewed may be one that is not needed: installing decides.
    "${as_root[@]}" apt-get -qq update || echo "setup: not every package list could be renewed; going on"
    "${as_root[@]}" apt-get -qq install --yes --no-install-recommends "$@" >"$log" 2>&1 || {
        cat "$log" >&2
        fail "could not install: $*"
    }
}

install_typesetter() {
    [ ! -e "$typst_folder/typst-$typst_version.dist-info" ] || return 0
    local -a as_root=()
    if [ "$(id -u)" != 0 ]; then as_root=(sudo); fi
    echo "setup: installing typst $typst_version into $typst_folder"
    "${as_root[@]}" python3 -m pip install --quiet --upgrade --no-deps --only-binary :all: --target "$typst_folder" \
        "typst==$typst_version" ||
        echo "setup: typst could not be installed; handovers are written without a PDF until it is"
}

# The tests need them: what cannot be installed is a failure, and not a test less.
install_peers() {
    local wanted="${peers[*]}"
    [ "$(cat "$peers_folder/installed" 2>/dev/null)" != "$wanted" ] || return 0
    echo "setup: installing $wanted into $peers_folder"
    rm -rf "$peers_folder"
    local said
    said=$(PIP_ROOT_USER_ACTION=ignore python3 -m pip install --quiet --target "$peers_folder" "${peers[@]}" 2>&1) || {
        echo "$said" >&2
        fail "could not install $wanted from PyPI, which the tests of handovers need"
    }
    echo "$wanted" >"$peers_folder/installed"
}

check_swift
needs=()
typesetter=no
with_peers=no
for part in "$@"; do
    case $part in
    build) needs+=("${build_needs[@]}") ;;
    handover)
        needs+=("${handover_needs[@]}")
        typesetter=yes
        ;;
    test)
        needs+=("${test_needs[@]}")
        with_peers=yes
        ;;
    *) fail "no such part: $part (build, handover, test)" ;;
    esac
done
[ "${#needs[@]}" -gt 0 ] || fail 'say what for: build, handover, test'

finish() {
    if [ "$typesetter" = yes ]; then install_typesetter; fi
    if [ "$with_peers" = yes ]; then install_peers; fi
    exit 0
}

mapfile -t missing < <(missing_packages "${needs[@]}")
# Without pkg-config nothing else can be seen: what it looks for is installed too, and is a no-op where it was there.
[ "${#missing[@]}" -gt 0 ] || finish
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install_packages "${missing[@]}"
mapfile -t missing < <(missing_packages "${needs[@]}")
[ "${#missing[@]}" = 0 ] || fail "still missing after installing: ${missing[*]}"
finish
