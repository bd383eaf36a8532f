#!/usr/bin/env bash
# Faults, with the real custodian: killed or failed at its system calls, a full disk, a power cut, writes that it tears,
# drops and reorders, flipped bits, two custodians, a wrong clock, an old copy put back. After each fault the vault has to
# be intact, everything that was acknowledged has to be there, and nothing may have been opened without a line in the log.
#
#   Tools/faults.sh [--sample] [--seed N] [PART...]
#
# Parts: system_calls flush_fails two_custodians ended records_lost objects_flipped records_flipped clock_moved
# old_copy memory torn_writes full_disk power_cut; all without any. --sample takes a few of everything, in about three
# minutes.
# BEVIS_BIN names the folder of the commands. What needs root is skipped, loudly, where it is missing.
set -euo pipefail
# In mounts of its own: whoever else copies the machine's (every sandbox does) would keep a disk alive after its power was
# cut, and mounting it again would bring back the dead one.
if [ -z "${own_mounts:-}" ] && [ "$(id -u)" = 0 ] && unshare --mount true 2>/dev/null; then
    own_mounts=1 exec unshare --mount bash "$0" "$@"
fi
here=$(cd "$(dirname "$0")/.." && pwd)
parts=(
    system_calls flush_fails two_custodians ended records_lost objects_flipped records_flipped clock_moved old_copy
    memory torn_writes full_disk power_cut
)
sample='' seed=$RANDOM chosen=()
while [ $# -gt 0 ]; do
    case $1 in
    --sample) sample=1 ;;
    --seed) seed=$2 && shift ;;
    [a-z]*) [[ " ${parts[*]} " == *" $1 "* ]] && chosen+=("$1") || { echo "faults: no part $1" >&2 && exit 2; } ;;
    *) sed -n '2,11s/^# \{0,1\}//p' "$0" && exit 2 ;;
    esac
    shift
done
RANDOM=$seed
bin=${BEVIS_BIN:-$here/.build/release}
[ -x "$bin/bevis" ] || { echo "faults: there is no $bin/bevis; run: make build" >&2 && exit 3; }
for tool in strace faketime python3 pgrep mkfs.ext4; do
    PATH=$PATH:/usr/sbin:/sbin command -v "$tool" >/dev/null || { echo "faults: $tool is missing; run: make setup-test" >&2 && exit 3; }
done
python3 -c 'import cryptography' 2>/dev/null ||
    { echo "faults: Python's cryptography is missing; run: make setup-test" >&2 && exit 3; }
work=$(mktemp -d /tmp/bf-XXXXXX)
export PATH="$bin:$PATH:/usr/sbin:/sbin" TZ=UTC SWIFT_BACKTRACE=enable=no
export BEVIS_VAULT=$work/v BEVIS_PASSPHRASE_FILE=$work/passphrase
mounted=''
passed=0 failed=0 skipped=0
umask 077
cd "$work"

# --- Helpers

# moment: a twentieth of a second without a process.
moment() { read -rt 0.05 <> <(:) || true; }
# custodians: every process that serves this vault, found by its command line: the disk below it may be gone.
custodians() { pgrep -f "^bevis serve --vault $BEVIS_VAULT( |\$)" || true; }
# halt [SIGNAL]: ends the custodian and waits until it is gone.
halt() {
    local pid
    for pid in $(custodians); do
        kill "-${1:-KILL}" "$pid" 2>/dev/null || true
        while kill -0 "$pid" 2>/dev/null; do moment; done
    done
}
clean() {
    halt || true
    if [ -n "$mounted" ]; then umount "$mounted" || umount -l "$mounted" || true; fi
    cd / && rm -rf "$work"
}
trap clean EXIT
as() { BEVIS_HOME=$work/h-$1 timeout 100 "${@:2}"; }
good() { passed=$((passed + 1)) && echo "ok: $*"; }
bad() {
    failed=$((failed + 1))
    echo "FAILED: $* (seed $seed)"
}
# skip PART NEED: says that a part did not run, and why not.
skip() { skipped=$((skipped + 1)) && echo "SKIPPED, NEEDS $2: $1" >&2; }
# field NAME: the field of the JSON object on standard input.
field() { python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }

make_world() {
    printf 'four words made up\n' >passphrase
    local who
    for who in politi mads signe revisor; do as "$who" bevis identity create --name "$who" >/dev/null; done
    as signe bevis vault init >/dev/null
    as politi bevis issuer create politi --role police --name Politi -o politi.issuer
    as mads bevis card request --name Mads --role police --organisation Politi -o mads.request
    as politi bevis issuer sign politi mads.request -o mads.card
    as mads bevis card accept mads.card >/dev/null
    as revisor bevis card show >revisor.card
    as signe bevis vault trust --issuer politi.issuer --auditor revisor.card --keys-out Keys >/dev/null
    as signe bevis case create --title Noter >/dev/null
    head -c 300000 /dev/urandom >first
    as signe bevis add first "$here/Tests/Media/hallway.jpg" >/dev/null
    grant=$(as signe bevis grant --all --to mads.card --purpose Brud --json | field grant)
    grant=${grant:0:12}
    as mads bevis grants >/dev/null
    # Most of a command's time would go into the passphrase.
    "$here/Tools/faults/cheapen.py" passphrase h-*/identity.age
    halt TERM
    cp -a . "$work.base" && mv "$work.base" base
}
# fresh: the world as it was made.
fresh() {
    halt
    rm -rf v h-* acks
    cp -a base/v base/h-* .
    mkdir acks
}

# client NUMBER: adds or opens, and keeps what was acknowledged.
client() {
    if [ $(($1 % 2)) = 0 ]; then
        head -c $((1000 + $1 * 40000)) /dev/urandom >"new-$1"
        as signe bevis add "new-$1" --json >"acks/add-$1" 2>"acks/err-$1" || rm -f "acks/add-$1"
    else
        as mads bevis open 1 --grant "$grant" --purpose Brud --journal "j-$1" --force -o "acks/opened-$1" \
            2>"acks/err-$1" || true
    fi
}
clients() {
    local number pids=()
    for number in $(seq "$1"); do client "$number" & pids+=($!); done
    wait "${pids[@]}" || true
}

# audited: what an auditor says of the log, in one line.
audited() {
    rm -rf bundle
    as revisor bevis audit export --out bundle >/dev/null && as revisor bevis-audit verify bundle --keys Keys \
        -i h-revisor/identity.age
}
# said WANTED STATUS OUTPUT NAME: what a command said, word for word but for what a pattern leaves open.
said() {
    # shellcheck disable=SC2053
    if [[ "$2 $3" == $1 ]]; then good "$4"; else bad "$4: said: $2 $3"; fi
}

# check NAME: after a fault. The next command works; everything acknowledged is there; no release without a leaf.
check() {
    local name=$1 problems='' out
    if ! out=$(as signe bevis vault verify 2>&1); then problems+=" verify: $out;"; fi
    case $out in *intact:*) ;; *) problems+=" not intact: $out;" ;; esac
    if ! as signe bevis list --json >list 2>err; then problems+=" list: $(cat err);"; fi
    if ! as signe bevis log --json >log 2>err; then problems+=" log: $(cat err);"; fi
    if [ -z "$problems" ] && ! out=$(python3 "$work/compare.py" 2>&1); then problems+=" $out"; fi
    if grep -l 'unexpected failure' acks/err-* >/dev/null 2>&1; then problems+=" a failure without words;"; fi
    if [ -n "$problems" ]; then bad "$name:$problems"; else good "$name: $out"; fi
}

cat >compare.py <<'P'
import glob, json, sys

items = {row['item'] for row in json.load(open('list'))}
log = json.load(open('log'))
opened = {line['journal'] for line in log if line['event'] == 'opened'}
entries = {line['entry']: line for line in log}
problems, adds, opens = [], 0, 0
for path in glob.glob('acks/add-*'):
    for row in json.load(open(path)):
        adds += 1
        if row['item'] not in items or entries.get(row['entry'], {}).get('event') != 'item-added':
            problems.append(f"acknowledged item {row['item']} is gone")
original = open('first', 'rb').read()
for path in glob.glob('acks/opened-*'):
    opens += 1
    if open(path, 'rb').read() != original:
        problems.append(f'{path} has other bytes')
    if 'j-' + path.rsplit('-', 1)[1] not in opened:
        problems.append(f'{path} was opened without a line in the log')
times = [line['time'] for line in log]
if times != sorted(times):
    problems.append('times in the log go back')
if problems:
    sys.exit('; '.join(problems))
print(f'{adds} added and {opens} opened, all there')
P

# --- A custodian killed, or refused a system call, while clients work

writes=write,writev,pwrite64,pwritev,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,ftruncate,fallocate

# injected WHAT WHEN: serves with the fault planted from its WHEN-th write-class call in any of its threads on.
injected() {
    halt
    rm -f serving
    # In a shell of its own, which alone says that somebody was killed.
    (
        strace -f -qq -o /dev/null -e trace="$writes" -e inject="$writes:$1:when=$2" \
            bevis serve --vault "$BEVIS_VAULT" 2>>serving >/dev/null || true
        echo ended >>serving
    ) 2>/dev/null &
    tracer=$!
    # The call that fails may be the one that wakes a thread: then it never serves, and clients have to cope with that.
    for _ in $(seq 200); do
        [ ! -s serving ] || break
        moment
    done
}

system_calls() {
    local round kinds=(signal=KILL error=EIO error=ENOSPC) rounds=60 count=8 what when
    if [ -n "$sample" ]; then rounds=3; fi
    for round in $(seq "$rounds"); do
        what=${kinds[round % 3]}
        when=$((1 + RANDOM % 40))
        fresh
        injected "$what" "$when"
        clients "$count"
        halt
        wait "$tracer" || true
        check "$what at write $when, $count clients"
    done
}

# --- A flush that fails once

flush_fails() {
    local out status pid round rounds=6 restart='start the custodian anew'
    if [ -n "$sample" ]; then rounds=1; fi
    for round in $(seq "$rounds"); do
        fresh
        as signe bevis vault info >/dev/null
        pid=$(custodians)
        rm -f tracing traced
        # The journal's: SQLite also flushes the folder, and does not look whether it could. The custodian has done so
        # before it serves, which is tried below.
        strace -f -qq -o traced -p "$pid" -P "$BEVIS_VAULT/records.sqlite-wal" -e trace=fsync,fdatasync \
            -e inject="fsync,fdatasync:error=EIO:when=$round" 2>tracing &
        tracer=$!
        until [ -n "$(sed -n 's/^TracerPid:[[:space:]]*\([1-9]\)/\1/p' "/proc/$pid/status")" ]; do moment; done
        # The calls are counted in each thread, and which one flushes is not said: until it came to it.
        for _ in $(seq 40); do
            status=0
            rm -f got
            out=$(as mads bevis open 1 --grant "$grant" --purpose Brud --force -o got 2>&1) || status=$?
            if [ "$status" != 0 ] || grep -q INJECTED traced; then break; fi
        done
        grep -q INJECTED traced || { bad "flush $round was not reached" && continue; }
        [ "$status" != 0 ] || { bad "flush $round failed and nobody was told" && continue; }
        said "3 bevis: writing to the vault failed; nothing more is served; $restart" "$status" "$out" \
            "flush $round fails: nothing is released"
        [ ! -e got ] || bad "a part was released although a flush failed"
        # The disk is well again; the custodian does not believe it.
        for command in "mads bevis open 1 --grant $grant --purpose Brud --force -o got" "signe bevis add first"; do
            status=0
            # shellcheck disable=SC2086
            out=$(as $command 2>&1) || status=$?
            said "3 bevis: writing to the vault failed; nothing more is served; $restart" "$status" "$out" \
                "read-only until it is started anew"
        done
        halt TERM
        wait "$tracer" || true
        client 1
        check "flush $round failed, custodian started anew"
    done
    # A journal whose name may be lost: nothing is served at all.
    fresh
    status=0
    out=$(timeout 20 strace -f -qq -o traced -P "$BEVIS_VAULT" -e trace=fsync,fdatasync \
        -e inject=fsync,fdatasync:error=EIO bevis serve --vault "$BEVIS_VAULT" 2>&1) || status=$?
    if grep -q INJECTED traced && [ "$status" != 0 ] && [ "$status" != 124 ] && [ ! -e "$BEVIS_VAULT/socket" ]; then
        good "the folder's flush fails at the start: nothing is served"
    else
        bad "the folder's flush failed at the start: exit $status: $out"
    fi
    client 1
    check "the folder's flush failed, custodian started anew"
}

# --- A custodian that is told to end

ended() {
    local status=0 pid size
    fresh
    # In the foreground, to see how it leaves.
    rm -f serving
    bevis serve --vault "$BEVIS_VAULT" 2>serving >/dev/null &
    pid=$!
    until [ -s serving ]; do moment; done
    client 2
    kill -TERM "$pid"
    wait "$pid" || status=$?
    size=$(stat -c %s v/records.sqlite-wal 2>/dev/null || echo 0)
    if [ "$status $size" = '0 0' ] && [ ! -e v/socket ]; then
        good "SIGTERM: the journal is merged, the socket gone, exit 0"
    else
        bad "SIGTERM: exit $status, $size bytes in the journal"
    fi
    check "a custodian that was told to end"
}

# --- The records deleted or replaced under a running custodian

records_lost() {
    local name how out status lost hows='removed replaced'
    if [ -n "$sample" ]; then hows=removed; fi
    lost="the vault's records were deleted or replaced while the custodian ran; nothing more is served; find out who "
    lost+='did it, then start the custodian anew'
    for name in records.sqlite-wal records.sqlite; do
        for how in $hows; do
            fresh
            as signe bevis vault info >/dev/null
            client 2
            case $how in
            removed) mv "v/$name" lost ;;
            replaced) cp -a "v/$name" lost && mv lost "v/$name" ;;
            esac
            for _ in 1 2; do
                status=0
                out=$(as mads bevis open 1 --grant "$grant" --purpose Brud --force -o got 2>&1) || status=$?
                said "3 bevis: $lost" "$status" "$out" "$name $how: nothing is released"
                [ ! -e got ] || bad "$name $how: a part was released"
            done
            halt TERM
            if [ "$name$how" = records.sqlite-walremoved ]; then check "$name was removed, custodian started anew"; fi
            rm -f lost
        done
    done
}

# --- Two custodians on one folder

two_custodians() {
    fresh
    as signe bevis vault info >/dev/null
    local pid out status=0
    pid=$(custodians)
    out=$(bevis serve 2>&1) || status=$?
    case "$status $out" in
    "3 bevis: the vault is in use by process $pid"*) good "a second custodian is refused: in use by process $pid" ;;
    *) bad "a second custodian: $status $out" ;;
    esac
    kill -KILL "$pid"
    clients 4
    halt
    check "the holder was killed, and four clients came at once"
}

# --- Flipped bits

# flip FILE: one bit, somewhere.
flip() {
    python3 - "$1" $((RANDOM * 32768 + RANDOM)) <<'P'
import os, sys
path, number = sys.argv[1], int(sys.argv[2])
with open(path, 'r+b') as file:
    place = number % os.path.getsize(path)
    file.seek(place)
    byte = file.read(1)[0] ^ 1 << number % 8
    file.seek(place)
    file.write(bytes([byte]))
print(place)
P
}

objects_flipped() {
    local out status place id rounds=10
    if [ -n "$sample" ]; then rounds=1; fi
    for _ in $(seq "$rounds"); do
        fresh
        id=$(as signe bevis list --json | python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["item"])')
        halt TERM
        place=$(flip "v/objects/${id:0:2}/$id")
        status=0
        out=$(as signe bevis vault verify 2>&1) || status=$?
        case "$status $out" in
        "1 item 1 (${id:0:12}) is damaged or cannot be read"*"1 of 2 items are not what was stored"*) ;;
        *) bad "object flipped at $place: $status $out" && continue ;;
        esac
        status=0
        out=$(as mads bevis open 1 --grant "$grant" --purpose Brud -o broken 2>&1) || status=$?
        case "$status $out" in
        1\ *"item ${id:0:12}"*) ;;
        *) bad "damaged object opened: $status $out" && continue ;;
        esac
        [ ! -e broken ] || bad "bytes of a damaged object were kept"
        as mads bevis open 2 --grant "$grant" --purpose Brud --force -o whole 2>/dev/null &&
            cmp -s whole "$here/Tests/Media/hallway.jpg" || { bad "the other item does not open" && continue; }
        good "object flipped at $place: item named, the other one opens"
    done
}

# What a flip in the records may do: nothing, or a message that names the trouble. Never other bytes, never silence.
records_flipped() {
    local out status place command round file rounds=40
    if [ -n "$sample" ]; then rounds=2; fi
    for round in $(seq "$rounds"); do
        fresh
        # Every other time in the database itself, otherwise in what was written last.
        file=v/records.sqlite-wal
        if [ $((round % 2)) = 0 ] || [ ! -s "$file" ]; then
            file=v/records.sqlite
            python3 -c 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute("PRAGMA wal_checkpoint(TRUNCATE)")' \
                "$file"
        fi
        place="$(flip "$file") of ${file#v/}"
        for command in 'signe bevis log' 'signe bevis vault verify' \
            "mads bevis open 1 --grant $grant --purpose Brud --force -o got"; do
            status=0
            rm -f got
            # shellcheck disable=SC2086
            out=$(as $command 2>&1) || status=$?
            case $status in
            0) if [ -e got ] && ! cmp -s got first; then bad "records flipped at $place: other bytes came out"; fi ;;
            1 | 3 | 4)
                case $out in
                *'unexpected failure'* | *'ended before it was ready'*) bad "records flipped at $place: $command: $out" ;;
                *bevis:*) ;;
                *) bad "records flipped at $place: $command: no words, $status" ;;
                esac
                ;;
            *) bad "records flipped at $place: $command: exit $status $out" ;;
            esac
        done
        good "records flipped at $place: $(tail -n 1 <<<"$out" | head -c 100)"
    done
}

# --- Clocks

serve_at() {
    halt
    rm -f serving
    (
        faketime -f "$1" bevis serve --vault "$BEVIS_VAULT" 2>>serving >/dev/null || true
        echo ended >>serving
    ) 2>/dev/null &
    until [ -s serving ]; do moment; done
}

clock_moved() {
    local out status=0
    fresh
    echo note >cards.txt
    serve_at -30d
    out=$(as mads faketime -f -30d bevis open 1 --grant "$grant" --purpose Brud --force -o late 2>&1) || status=$?
    said "1 bevis: refused: the grant does not count yet; the custodian's clock has moved back: it stands ?? days \
behind its log, which has come to 20??-??-??T??:??:??Z (the refusal is entry *" "$status" "$out" \
        "a clock that moved back opens no grant, and is named"
    as signe faketime -f -30d bevis open 1 --purpose Se --force -o got 2>/dev/null && cmp -s got first ||
        bad "the owner cannot open her own under a clock that moved back"
    as signe faketime -f -30d bevis add cards.txt --json >acks/add-back || bad "nothing is added under such a clock"
    halt
    check "the machine's clock 30 days back"
    status=0
    fresh
    serve_at +30d
    # The grant ends as soon as the custodian sees the clock; then the clock is right again.
    out=$(as mads faketime -f +30d bevis open 1 --grant "$grant" --purpose Brud --force -o late 2>&1) || status=$?
    case "$status $out" in
    1\ *"bevis: refused: "*"the grant has expired"*) good "a grant expires by the custodian's clock" ;;
    *) bad "a grant outlived the custodian's clock: $status $out" ;;
    esac
    halt
    status=0
    out=$(as mads bevis open 1 --grant "$grant" --purpose Brud --force -o late 2>&1) || status=$?
    case "$status $out" in
    1\ *"bevis: refused: the grant has expired; the custodian's clock has moved back: it stands "??" days behind its log, which has come to "*) good "a grant that expired stays so when the clock goes back" ;;
    *) bad "a grant came back with the clock: $status $out" ;;
    esac
    [ ! -e late ] || bad "an expired grant opened"
    check "the custodian's clock 30 days ahead, then right"
    # The owner is not kept from her own: by the right clock, though the log has come to the wrong one.
    as signe bevis open 1 --purpose Se --force -o got 2>/dev/null && cmp -s got first ||
        bad "the owner cannot open her own after the clock was set right"
    status=0
    out=$(as signe faketime -f +30d bevis open 1 --purpose Se --force -o got 2>&1) || status=$?
    said "1 bevis: refused: the request's time is more than five minutes away from the custodian's clock; the \
custodian's clock has moved back: it stands ?? days behind its log, which has come to 20??-??-??T??:??:??Z; it says \
20??-??-??T??:??:??Z, this machine's 20??-??-??T??:??:??Z: set the one that is wrong (the refusal is entry *" \
        "$status" "$out" "whoever's clock is wrong is not told that it is hers"
    status=0
    out=$(audited 2>&1) || status=$?
    said '0 *intact*' "$status" "$out" "an auditor decides the same"
    status=0
    out=$(bevis-audit list bundle --keys Keys -i h-revisor/identity.age 2>&1 | grep -c clock-moved-back) || status=$?
    said '0 1' "$status" "$out" "the vault's stream tells once that the clock moved back"
}

# --- An old copy of the vault

old_copy() {
    local out status=0
    fresh
    cp -a v old
    client 2
    halt TERM
    # The records alone: the custodian itself sees that its published checkpoint is newer.
    mv v/records.sqlite* . && cp -a old/records.sqlite* v/
    out=$(as mads bevis grants 2>&1) || status=$?
    case "$status $out" in
    3\ *"bevis: the vault's records lack what its published checkpoint covers: they were altered, or an older copy was put back; nothing is served; keep this folder as it is, and put the newest whole copy in its place") good "old records under a newer checkpoint: nothing is served" ;;
    *) bad "old records were served: $status $out" ;;
    esac
    halt
    rm -rf v && mv old v
    status=0
    out=$(as signe bevis list 2>&1) || status=$?
    case "$status $out" in
    "1 bevis: this vault is older than the checkpoint of "*) good "an old copy is noticed by who saw more" ;;
    *) bad "an old copy was not noticed: $status $out" ;;
    esac
    rm -f records.sqlite*
}

# --- What is left in memory: needs root

# looked NAME [gone GRANT]: the custodian's secrets lie in guarded memory or nowhere.
looked() {
    local out
    if out=$("$here/Tools/faults/memory.py" look "$(custodians)" known "${@:2}"); then
        good "memory, $1: $out"
    else
        bad "memory, $1: $out"
    fi
}

memory() {
    local round rounds=20
    if [ -n "$sample" ]; then rounds=3; fi
    fresh
    as signe bevis vault info >/dev/null
    # It forbids others of its own user to look.
    if ! { : <"/proc/$(custodians)/mem"; } 2>/dev/null; then skip memory 'ROOT THAT MAY TRACE' && return; fi
    "$here/Tools/faults/memory.py" secrets "$BEVIS_VAULT" >known
    for round in $(seq "$rounds"); do
        as mads bevis open 1 --grant "$grant" --purpose Brud --force -o got 2>/dev/null
        looked "opening $round"
    done
    as signe bevis grant --all --to mads.card --purpose Mere >/dev/null
    "$here/Tools/faults/memory.py" secrets "$BEVIS_VAULT" >known
    looked 'a grant was taken'
    as signe bevis revoke "$grant" >/dev/null
    looked 'a grant was revoked' gone "$grant"
    rm -f known
}

# --- Writes torn, dropped and reordered by a power cut

torn() { python3 "$here/Tools/faults/torn.py" "$@"; }
replayed=openat,open,creat,close,close_range,read,readv,recvfrom,recvmsg,write,writev,sendto,sendmsg,sendfile,splice
replayed+=,accept,accept4,dup,dup2,dup3,pwrite64,pwritev,pwritev2,copy_file_range,truncate,ftruncate,fallocate,lseek
replayed+=,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,link,linkat,symlink,symlinkat,mkdir,mkdirat,rmdir
replayed+=,mmap,io_uring_setup,openat2

# world_before NUMBER: what the custodian finds when it is traced: what fresh makes; or so many leaves that tiles become
# full; or a journal that another one left when it was killed.
world_before() {
    local number
    fresh
    case $(($1 % 3)) in
    0)
        client 102
        client 101
        ;;
    2)
        rm -rf small
        mkdir small
        for number in $(seq 244); do echo "$number" >"small/$number"; done
        as signe bevis add small/* >/dev/null
        ;;
    esac
    ending=$(as signe bevis grant --all --to mads.card --purpose Slut --json | field grant)
    if [ $(($1 % 3)) = 0 ]; then halt; else halt TERM; fi
}
# traced NUMBER: what a custodian does while clients add, open, lend and take back, until it is told to end. Leaves its
# start in base-traced, acknowledgements in acks, those from before in before, and all its calls in traced.
traced() {
    local working
    world_before "$1"
    rm -rf before base-traced serving traced
    cp -a acks before
    cp -a v base-traced
    (
        strace -f -qq -xx -s 8000000 -o traced -e trace="$replayed" \
            bevis serve --vault "$BEVIS_VAULT" 2>>serving >/dev/null || true
        echo ended >>serving
    ) 2>/dev/null &
    tracer=$!
    until [ -s serving ]; do moment; done
    clients 6 &
    working=$!
    as signe bevis grant --all --to mads.card --purpose Mere --json >acks/granted
    as signe bevis revoke "$ending" >acks/revoked
    wait "$working"
    halt TERM
    wait "$tracer"
}
# cut_off NUMBER OPTIONS...: makes folders in cuts, as a disk could hold them after a power cut during traced NUMBER.
cut_off() {
    rm -rf cuts
    torn cut --trace traced --vault "$BEVIS_VAULT" --base base-traced --before before --acks acks-traced \
        --seed "$seed-$1" --out cuts "${@:2}"
}
# reopened CUT NAME: checks one of these folders with the real commands, after the script's own check.
reopened() {
    local out lent status=0 before=$failed
    halt
    rm -rf v h-* acks
    cp -a base/h-* .
    cp -a "$1/v" v
    cp -a "$1/acks" acks
    check "$2"
    if ! out=$(torn continued --socket v/socket --told "$1/told" 2>&1); then bad "$2: $out"; fi
    if [ -s acks/granted ]; then
        lent=$(field grant <acks/granted)
        out=$(as mads bevis open 1 --grant "$lent" --purpose Brud --force -o got 2>&1) || status=$?
        if [ "$status" != 0 ] || ! cmp -s got first; then bad "$2: a grant that was given opens nothing: $out"; fi
    fi
    if [ -s acks/revoked ] && compgen -G "v/secrets/$ending*" >/dev/null; then
        bad "$2: the secret of a grant that was revoked is still there"
    fi
    [ "$failed" = "$before" ]
}
# kept NUMBER ROUND: keeps what is needed to see it again, outside the folder that is removed at the end.
kept() {
    local to
    halt
    to=$(mktemp -d "/tmp/bevis-torn-$seed-$1-$2-XXXX")
    cp -a base base-traced before acks-traced traced passphrase "$to"
    cp -a "cuts/$2" "$to/cut"
    cp -a v "$to/reopened"
    echo "kept: $to/cut as it was cut off, $to/reopened as the custodian left it; made again, in $to, by"
    echo "    $here/Tools/faults/torn.py cut --trace traced --vault $BEVIS_VAULT --base base-traced --before before" \
        "--acks acks-traced --seed $seed-$1 --rounds $2 --only $2 --out again"
}
# noticed PATTERN PATH: the check is worth something. On a disk that does not flush such files or folders, though it says
# so, what the first answer for PATH acknowledged is gone, and the check has to say so.
noticed() {
    local loss='acknowledged item .* is gone|is damaged or cannot be read|a grant that was given opens nothing'
    cut_off liar --rounds 1 --after "$2" --chance 0 --ignore-flushes "$1"
    (reopened cuts/1 lying) >lie 2>&1 || true
    if grep -Eq "^FAILED: lying: .*($loss)" lie; then
        good "a disk that lies about $1 is noticed: $(grep -m 1 FAILED lie | head -c 150)"
    else
        bad "a disk that lied about $1 went unnoticed: $(cat lie)"
    fi
}

torn_writes() {
    local number round traces=6 rounds=50
    if [ -n "$sample" ]; then traces=1 rounds=6; fi
    for number in $(seq "$traces"); do
        traced "$number"
        rm -rf acks-traced
        mv acks acks-traced
        if [ "$number" = 1 ]; then
            noticed records.sqlite-wal /v1/items
            noticed 'objects*' /v1/items
            noticed 'secrets*' /v1/grants
        fi
        cut_off "$number" --rounds "$rounds"
        for round in $(seq "$rounds"); do
            reopened "cuts/$round" "$(cat "cuts/$round/choices")" || kept "$number" "$round"
        done
    done
    rm -rf cuts traced
}

# --- Disks: need root

# make_disk KIND MIB: a file system in the file image.
make_disk() {
    truncate -s "$2M" image
    case $1 in
    ext4) mkfs.ext4 -q -F -m 0 image ;;
    xfs) mkfs.xfs -q -f image ;;
    esac
}
# mountable KIND: whether such a disk can be had. Not every machine that says root lets one mount, and not every kernel
# knows every kind.
mountable() {
    local answer=1
    mkdir probed
    if make_disk "$1" 300 && mount -o loop image probed; then umount probed && answer=0; fi
    rmdir probed
    rm -f image
    return "$answer"
}
# disk KIND MIB: the vault moves to a file system of its own.
disk() {
    make_disk "$1" "$2"
    mv v v-files
    mkdir v
    mount -o loop image v
    mounted=$work/v
    cp -a v-files/. v/
    if [ -d v/lost+found ]; then rmdir v/lost+found; fi
    chmod 700 v
    sync -f v
    rm -rf v-files
}
no_disk() {
    halt
    umount v
    mounted=''
    rm -rf v image
}

# refused_for_room WHEN: an opening is refused for want of room, by a leaf.
refused_for_room() {
    local out status=0
    rm -f got
    out=$(as mads bevis open 1 --grant "$grant" --purpose Brud --force -o got 2>&1) || status=$?
    said '1 bevis: refused: disk full: access refused (the refusal is entry [0-9]* of the log)' "$status" "$out" \
        "disk full, $1: access is refused, and the refusal is logged"
    [ ! -e got ] || bad "a part was released on a full disk"
}

full_disk() {
    local out status number
    fresh
    disk ext4 8
    head -c 900000 /dev/urandom >large
    head -c 2500000 /dev/urandom >v/ballast
    for number in $(seq 12); do
        status=0
        out=$(as signe bevis add large --json 2>&1) || status=$?
        [ "$status" = 0 ] || break
        echo "$out" >"acks/add-$number"
    done
    case "$status $out" in
    *"disk full"* | *"disk is full"*) good "a full disk refuses in words, exit $status: $out" ;;
    *) bad "a full disk: $status $out" ;;
    esac
    # Sealed payloads leave odd bytes; with these nothing is left but the reserve.
    cat /dev/zero >v/filler 2>/dev/null || true
    # What the journal holds already takes some more.
    for number in $(seq 40); do
        as mads bevis open 1 --grant "$grant" --purpose Brud --force -o got 2>/dev/null || break
    done
    refused_for_room 'before a restart'
    halt TERM
    refused_for_room 'after one'
    status=0
    out=$(as signe bevis vault verify 2>&1) || status=$?
    said '0 *intact:*' "$status" "$out" "a vault on a full disk verifies"
    as signe bevis log 2>/dev/null | grep -q "refused .* because disk full: access refused" || bad "refusals were not logged"
    status=0
    out=$(as signe bevis revoke "$grant" 2>&1) || status=$?
    said '0 *' "$status" "$out" "a grant can be revoked on a full disk"
    halt
    rm -f v/filler v/ballast
    number=$(audited 2>&1) || bad "full disk: $number"
    client 2
    [ -s acks/add-2 ] || bad "nothing is taken although there is room again: $(cat acks/err-2)"
    [ -s v/reserve ] || bad "the reserve was not made again"
    check "the disk is full, custodian started again"
    no_disk
}

# acknowledged: how many clients have been told that it is done.
acknowledged() {
    local file count=0
    for file in acks/add-* acks/opened-*; do
        if [ -s "$file" ]; then count=$((count + 1)); fi
    done
    echo "$count"
}

power_cut() {
    local round goal rounds=40 working kinds=(ext4) kind
    if mountable xfs 2>/dev/null; then kinds+=(xfs); else skip 'power_cut on XFS' 'MKFS.XFS AND A KERNEL WITH XFS'; fi
    if [ -n "$sample" ]; then rounds=2; fi
    for round in $(seq "$rounds"); do
        kind=${kinds[round % ${#kinds[@]}]}
        fresh
        # XFS makes none that is smaller.
        disk "$kind" 300
        as signe bevis vault info >/dev/null
        goal=$((1 + RANDOM % 16))
        clients 24 &
        working=$!
        until [ "$(acknowledged)" -ge "$goal" ] || ! kill -0 "$working" 2>/dev/null; do moment; done
        # FS_IOC_SHUTDOWN without a flush of the journal: what was not synchronised is gone. XFS had it first, under the
        # same number.
        python3 -c 'import fcntl, os; fcntl.ioctl(os.open("v", os.O_RDONLY), 0x8004587d, b"\x02\0\0\0")'
        halt
        wait "$working"
        halt
        umount v
        mount -o loop image v
        check "power cut $round on $kind after $goal acknowledgements"
        no_disk
    done
}

# --- All of it

echo "faults: seed $seed${sample:+, a sample}"
make_world
disks=''
if [ "$(id -u)" = 0 ] && mountable ext4 2>/dev/null; then disks=1; fi
if [ ${#chosen[@]} = 0 ]; then chosen=("${parts[@]}"); fi
for part in "${chosen[@]}"; do
    case $part in
    full_disk | power_cut) if [ -n "$disks" ]; then $part; else skip "$part" ROOT; fi ;;
    *) $part ;;
    esac
done
echo "faults: $passed held, $failed failed, $skipped skipped, $SECONDS s"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
