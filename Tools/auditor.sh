#!/usr/bin/env bash
# Builds bevis-audit alone, in a folder of its own, as an auditor would who has only Swift and libsodium, and checks
# that nothing else got into it: no database, no HTTP client, no OpenSSL.
#
# Why: who checks the custodian must not need the custodian's code. The trait Custody switches off all that keeps
# evidence or speaks to the network; without it neither is fetched, built or linked.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scratch=.build-auditor
swift build --configuration release --product bevis-audit --disable-default-traits --scratch-path "$scratch" --quiet
auditor=$scratch/release/bevis-audit

libraries=$(ldd "$auditor")
grep -q 'libsodium' <<<"$libraries" || {
    echo "bevis-audit does not link libsodium: is this the right file?" >&2
    exit 1
}
if grep -E 'libsqlite|libcurl|libcrypto|libssl' <<<"$libraries" >&2; then
    echo "bevis-audit links what an auditor does not need" >&2
    exit 1
fi
"$auditor" --version
echo "built: $auditor"
