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

for file in world process bits clock memory torn disks; do
    # shellcheck source=/dev/null
    . "$here/Tools/faults/$file.sh"
done

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
