# shellcheck shell=bash
# Writes torn, dropped and reordered by a power cut. Sourced by faults.sh.

torn() { python3 -B "$here/Tools/faults/torn" "$@"; }
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
    echo "    python3 -B $here/Tools/faults/torn cut --trace traced --vault $BEVIS_VAULT --base base-traced --before before" \
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
