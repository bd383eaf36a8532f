# shellcheck shell=bash
# Clocks that are wrong, and old copies put back. Sourced by faults.sh.

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
