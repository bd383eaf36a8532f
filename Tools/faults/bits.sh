# shellcheck shell=bash
# Flipped bits. Sourced by faults.sh.

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
