# shellcheck shell=bash
# What is left in memory. Needs root. Sourced by faults.sh.

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
