# shellcheck shell=bash
# The custodian killed, ended, or failed at its system calls; and what happens to its folder meanwhile. Sourced by faults.sh.

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
