# shellcheck shell=bash
# What every part uses: the world that it works on, the clients in it, and the check after a fault. Sourced by faults.sh.

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
    if [ -z "$problems" ] && ! out=$(python3 "$here/Tools/faults/compare.py" 2>&1); then problems+=" $out"; fi
    if grep -l 'unexpected failure' acks/err-* >/dev/null 2>&1; then problems+=" a failure without words;"; fi
    if [ -n "$problems" ]; then bad "$name:$problems"; else good "$name: $out"; fi
}
