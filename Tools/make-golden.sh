#!/usr/bin/env bash
# Makes the golden vault: a vault, its people's homes and what is known of them, which every later version must open.
#
#     Tools/make-golden.sh Tests/Golden/example-vault-N
#
# Run it once for a new layout and keep the old ones: what is there is never made again.
set -euo pipefail
# The clock is set back, so that the vault lies in the past on any machine that ever tests it.
then='2025-01-02 09:00:00'
if [ -z "${FAKETIME:-}" ]; then
    export DONT_FAKE_MONOTONIC=1
    exec faketime -f "-$(($(date +%s) - $(date -ud "$then" +%s)))s" "$0" "$@"
fi
here=$(cd "$(dirname "$0")/.." && pwd)
out=$(realpath -m "${1:?usage: make-golden.sh Tests/Golden/example-vault-N}")
[[ ${out##*/} == *example* ]] || { echo "make-golden: the folder's name must say that it is an example" >&2 && exit 2; }
[ ! -e "$out" ] || { echo "make-golden: $out is there already; a golden vault is never made again" >&2 && exit 1; }
export PATH="${BEVIS_BIN:-$here/.build/release}:$PATH" TZ=UTC
work=$(mktemp -d /tmp/golden.XXXXXX)
export BEVIS_VAULT=$work/vault BEVIS_PASSPHRASE_FILE=$work/example-passphrase
# The custodian has written its id into the lock that it holds; the lock falls when it is gone.
halt() {
    [ -e vault/lock ] || return 0
    flock --nonblock vault/lock true || kill "$(cat vault/lock)"
    flock vault/lock true
}
trap 'halt; rm -rf "$work"' EXIT
umask 077
cd "$work"
printf 'example passphrase, not secret\n' >example-passphrase
as() { BEVIS_HOME=$work/home-$1 "${@:2}"; }
# lend FILE CARD ITEM… OPTION…: the new grant's id goes into FILE.
lend() { as signe bevis grant "${@:3}" --to "$2" --purpose 'Eksempel' | awk '/^grant:/ { print $2 }' >"$1"; }
# refused COMMAND…
refused() {
    local status=0
    as "$@" || status=$?
    [ "$status" = 1 ] || { echo "make-golden: expected a refusal (1), got $status" >&2 && exit 1; }
}

for name in Drift Politi Revisor Signe Mads Nina; do as "${name,,}" bevis identity create --name "$name Eksempel"; done
as drift bevis vault init
as politi bevis issuer create politi --role police --name 'Eksempel Politi' -o politi.issuer
for name in Mads Nina; do
    who=${name,,}
    as "$who" bevis card request --name "$name Eksempel" --role police --organisation 'Eksempel Politi' \
        -o "$who.request"
    as politi bevis issuer sign politi "$who.request" -o "$who.card"
    as "$who" bevis card accept "$who.card"
done
as revisor bevis card show >revisor.card
as drift bevis vault trust --issuer politi.issuer --auditor revisor.card --keys-out Keys

cp "$here"/Tests/Media/{statement.txt,hallway.jpg,hallway.mp4} .
as signe bevis case create --title 'Eksempel' >sheet.txt
as signe bevis add statement.txt --kind statement
as signe bevis add hallway.jpg hallway.mp4
# One grant that goes on for a lifetime, one that was revoked, one whose time has run out, one to a card withdrawn.
lend grant-open mads.card 1 2 3 --for 36500d --journal-required
lend grant-revoked mads.card 1 --for 36500d
lend grant-expired mads.card 2 --for 2s
lend grant-withdrawn nina.card 3 --for 36500d
as mads bevis list --grant "$(cat grant-open)" --purpose 'Eksempel' --journal 'EX-1'
as mads bevis open 3 --grant "$(cat grant-open)" --purpose 'Eksempel' --journal 'EX-1' -o opened.mp4
cmp opened.mp4 hallway.mp4
as signe bevis open 2 -o opened.jpg
cmp opened.jpg hallway.jpg
refused mads bevis open 1 --grant "$(cat grant-open)" --purpose 'Uden journal' -o not-opened
as signe bevis revoke "$(cat grant-revoked)" --reason 'Eksempel'
refused mads bevis open 1 --grant "$(cat grant-revoked)" --purpose 'For sent' -o not-opened
as politi bevis issuer withdraw politi nina.card --reason 'Eksempel'
refused nina bevis open 1 --grant "$(cat grant-withdrawn)" --purpose 'For sent' -o not-opened
until [ "$(date +%s)" -ge $(($(date -r grant-expired +%s) + 3)) ]; do read -rt 0.2 <> <(:) || true; done
halt # at its next start the custodian ends what has run out
as signe bevis log --json >log.json
as revisor bevis audit export --out bundle
as revisor bevis-audit verify bundle --keys Keys -i home-revisor/identity.age
sha256sum statement.txt hallway.jpg hallway.mp4 >SHA256SUMS
halt

mkdir -p "$out"
rm -f vault/lock vault/socket home-*/lock home-*/vaults/*/lock
cp -r example-passphrase vault home-* Keys bundle sheet.txt mads.card grant-* log.json SHA256SUMS "$out"
cat >"$out/README.md" <<T
# Golden vault

Made once by \`Tools/make-golden.sh\`, with a clock that stood at ${then% *}; every later version must open it, so it is
never made again. Everything in it is made up as an example, and no key here may ever be trusted: the passphrase of
every home is in \`example-passphrase\`.

| path | what |
|---|---|
| \`vault\` | the custodian's folder: a case with a statement, a photo and footage |
| \`home-drift\`, \`home-politi\` | the operator; an issuer for the police |
| \`home-signe\`, \`home-mads\`, \`home-nina\`, \`home-revisor\` | the owner, two officers, an auditor |
| \`grant-open\`, \`grant-revoked\`, \`grant-expired\` | ids of the three grants to Mads |
| \`grant-withdrawn\` | id of the grant to Nina, whose card was withdrawn |
| \`sheet.txt\` | the owner's recovery sheet |
| \`Keys\`, \`bundle\` | what the operator gives an auditor, and the audit bundle |
| \`log.json\` | what \`bevis log --json\` told the owner |
| \`SHA256SUMS\` | of the three originals, which are those of \`Tests/Media\` |

Git keeps neither modes nor locks nor empty folders: copy it, then take all rights from others (\`chmod -R go=\`).
T
du -sh --apparent-size "$out"
