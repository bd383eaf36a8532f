#!/usr/bin/env bash
# The main job from nothing, in a throw-away folder: keep, lend, open, refuse, check; then three ways of cheating, found.
# Every line that begins with `$` is the command that is run next; the README's transcript is this one's beginning.
set -euo pipefail
exec 2>&1
here=$(cd "$(dirname "$0")/.." && pwd)
bin=${BEVIS_BIN:-$here/.build/release}
media=$here/Tests/Media
work=$(mktemp -d "${TMPDIR:-/tmp}/mappen.XXXXXX")
export PATH="$bin:$PATH" BEVIS_VAULT=$work/vault BEVIS_PASSPHRASE_FILE=$work/passphrase
custodian() { pgrep -f "^bevis serve --vault $work/vault" || true; }
halt() { for pid in $(custodian); do kill "$pid" 2>/dev/null || true; while kill -0 "$pid" 2>/dev/null; do read -rt 0.05 <> <(:) || true; done; done; }
trap 'halt; rm -rf "$work"' EXIT
umask 077
printf 'four words made up\n' >"$work/passphrase"
cd "$work"

say() { printf '\n%s\n' "$*"; }
# as PERSON COMMAND…: runs a command in that person's own home and shows it.
as() {
    local who=$1
    shift
    printf '%s$ %s\n' "$who" "$*"
    BEVIS_HOME=$work/home-$who "$@"
}
quietly() { as "$@" >/dev/null; }
# fails STATUS PERSON COMMAND…: the command has to end with this exit code; no PERSON COMMAND…: it has to be refused (1).
fails() {
    local expected=$1 status=0
    shift
    as "$@" || status=$?
    [ "$status" = "$expected" ] || { echo "expected exit code $expected, got $status"; exit 1; }
}
no() { fails 1 "$@"; }
digits() { sed -n 's/^grant: *\([0-9a-f]\{8\}\).*/\1/p'; }

# card PERSON ISSUER ROLE ORGANISATION: a card that the organisation's issuer vouches for.
card() {
    quietly "$1" bevis card request --name "$(names "$1")" --role "$3" --organisation "$4" -o "$1.request"
    as "$2" bevis issuer sign "$2" "$1.request" -o "$1.card"
    quietly "$1" bevis card accept "$1.card"
}
names() {
    case $1 in
    drift) echo 'Drift' ;; politi) echo 'Politiets kortudsteder' ;; kommune) echo 'Kommunens kortudsteder' ;;
    revisor) echo 'Revisor' ;; signe) echo 'Signe Holm' ;; birgit) echo 'Birgit Lund' ;; mads) echo 'Mads Krag' ;;
    nina) echo 'Nina Dahl' ;; svend) echo 'Svend Falk' ;;
    esac
}

say "== An operator makes a vault. Its custodian runs as a process of its own."
for person in drift politi kommune revisor signe birgit mads nina svend; do
    BEVIS_HOME=$work/home-$person bevis identity create --name "$(names "$person")" >/dev/null
done
as drift bevis vault init --erasure-wait 2s
say "== Police and municipality vouch for the cards of their staff. An auditor is named."
as politi bevis issuer create politi --role police --name 'Politi' -o politi.issuer
as kommune bevis issuer create kommune --role caseworker --name 'Kommunen' -o kommune.issuer
card mads politi police Politi
card birgit kommune caseworker Kommunen
as revisor bevis card show >revisor.card
sed -i 1d revisor.card
as drift bevis vault trust --issuer politi.issuer --issuer kommune.issuer --auditor revisor.card --keys-out Keys

say "== A victim opens a case and adds a statement and a photo."
as signe bevis case create --title 'Noter' --sheet sheet.html | sed -n '1,2p;$p'
as signe bevis add "$media/statement.pdf" "$media/hallway.jpg"

say "== The camera in her hallway delivers by itself: its box adds to her case, and can read nothing."
as box bevis device create hall --name 'Gangen' -o hall.device
as signe bevis device pair hall.device -o hall.pairing 2>&1 | tee paired
as box bevis device accept hall.pairing --fingerprint "$(sed -n 's/.*has to show this: \([0-9a-f ]*\)$/\1/p' paired)"
mkdir -p camera/2026-11-12/21/hall
cp "$media/hallway.mp4" camera/2026-11-12/21/hall/15.30.mp4
as box bevis watch camera --layout frigate --settle 0s --once
fails 3 box bevis list
as signe bevis describe 3 --title 'Gangen, torsdag aften'
as signe bevis list

say "== She writes down the order against him, and what happened."
as signe bevis order add tilhold --decision '2026-77' --served 2026-09-01 --expires 2031-08-31 --protects 'Signe Holm'
printf 'Jeg turde ikke sove.\n' >for-me-alone
as signe bevis incident add --what 'Han stod ved døren og ringede på' --when '2026-11-12 22:15' --kind at-home \
    --seen certain --breach possible --order 1 --evidence 3 --highlight --private for-me-alone
as signe bevis timeline

say "== She lends a caseworker what she may pass on to the police, and not read herself."
as signe bevis grant 1 3 --to birgit.card --purpose 'Kontaktperson' --rights list --lend read --lend-to police |
    tee above
no birgit bevis open 1 --lent --purpose 'Se'
say "== The caseworker lends it on, for 14 days. It counts once she has said yes."
as birgit bevis grant --all --to mads.card --purpose 'Brud 12. november' --journal-required --yes | tee granted
grant=$(digits <granted)
no mads bevis open 1 --grant "$grant" --purpose 'Brud 12. november' --journal 0100-77
as signe bevis approve "$grant" --yes

say "== The officer opens it, and gets the same bytes."
as mads bevis open 1 --grant "$grant" --purpose 'Brud 12. november' --journal 0100-77 -o statement.pdf
as mads bevis open 2 --grant "$grant" --purpose 'Brud 12. november' --journal 0100-77 -o clip.mp4
cmp statement.pdf "$media/statement.pdf" && cmp clip.mp4 "$media/hallway.mp4" && echo 'the same bytes'

say "== Nobody else does: no journal number, an officer without a grant, a forged card, an expired and a revoked grant."
no mads bevis open 1 --grant "$grant" --purpose 'Nysgerrighed'
card nina politi police Politi
no nina bevis open 1 --grant "$grant" --purpose 'Nysgerrighed'
sed 's/^name .*/name Mads Krag/' nina.request >forged.card
no signe bevis grant 1 --to forged.card --purpose 'Brud'
quietly svend bevis card request --name 'Svend Falk' --role police --organisation Politi -o svend.card
no signe bevis grant 1 --to svend.card --purpose 'Brud'
as signe bevis grant 2 --to mads.card --purpose 'Kort' --for 2s >short
until [ "$(date +%s)" -ge $(($(stat -c %Y short) + 3)) ]; do read -rt 0.2 <> <(:) || true; done
no mads bevis open 1 --grant "$(digits <short)" --purpose 'For sent'
as signe bevis revoke "$(digits <above)" --reason 'Anmeldt'
no mads bevis open 1 --grant "$grant" --purpose 'Igen' --journal 0100-77

say "== She writes the folder that an officer opens by a double click. First: what would leave that may tell where she is?"
as signe bevis handover --order 1 --check
confirm=()
for code in $(BEVIS_HOME=$work/home-signe bevis handover --order 1 --check --json | grep -o '"code":"[0-9a-f]*"' | cut -d '"' -f 4); do
    confirm+=(--confirm "$code")
done
as signe bevis handover --order 1 --language da --to 'Mads Krag, Politi' --journal 0100-77 "${confirm[@]}" --out handover
as mads bevis-audit verify-handover handover --keys Keys
cp -r handover swapped
printf 'X' | dd of="$(echo swapped/data/exhibits/*.mp4)" bs=1 seek=9000 conv=notrunc status=none
no mads bevis-audit verify-handover swapped --keys Keys

say "== She has the photo destroyed. A vault waits seven days with that, in which she can take it back; this one two seconds."
as signe bevis erase 2 --yes
until BEVIS_HOME=$work/home-signe bevis list 2>/dev/null | grep -q '(erased)'; do read -rt 0.5 <> <(:) || true; done
as signe bevis list

say "== She sees who opened what, checked by her own program."
as signe bevis log
say "== The auditor takes the log away and checks it without network, vault or evidence."
as revisor bevis audit export --out bundle
as revisor bevis-audit verify bundle --keys Keys -i home-revisor/identity.age

say "== Somebody changes one byte of the log."
cp -r bundle altered
printf '\001' | dd of=altered/log/tile/entries/000.p/"$(ls altered/log/tile/entries/000.p)" bs=1 seek=110 conv=notrunc status=none
no revisor bevis-audit verify altered --keys Keys -i home-revisor/identity.age

say "== Somebody withholds a record."
cp -r bundle withheld
python3 - withheld/records/000 <<'P'
import sys
path = sys.argv[1]
data, records = open(path, 'rb').read(), []
while data:
    size = int.from_bytes(data[:4], 'big')
    records.append(data[4:4 + size])
    data = data[4 + size:]
records[-1] = b''
open(path, 'wb').write(b''.join(len(r).to_bytes(4, 'big') + r for r in records))
P
fails 4 revisor bevis-audit verify withheld --keys Keys -i home-revisor/identity.age

say "== An old copy of the vault is put back."
halt
cp -r vault old-copy
as signe bevis add "$media/statement.txt"
halt
rm -rf vault && mv old-copy vault
no signe bevis list

say "All of it held. To use it for real:"
cat <<'T'
  export BEVIS_VAULT=~/mappen-vault
  bevis identity create --name 'Your name'
  bevis vault init
  bevis case create --sheet sheet.html     (print it, keep it elsewhere)
  bevis add FILE…
T
