# shellcheck shell=bash
# Full disks and power cuts. Need root. Sourced by faults.sh.

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
