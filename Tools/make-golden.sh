#!/usr/bin/env bash
# Makes the golden vault: a vault, its people's homes and their known contents, which every later version must open.
# Run it once for a new layout and keep the old one: Tests/Golden/example-vault-N is never made again.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
out=${1:?usage: make-golden.sh Tests/Golden/example-vault-N}
export PATH="${BEVIS_BIN:-$here/.build/release}:$PATH"
work=$(mktemp -d /tmp/golden.XXXXXX)
export BEVIS_VAULT=$work/vault BEVIS_PASSPHRASE_FILE=$work/passphrase
halt() { pkill -f "^bevis serve --vault $work/vault" || true; while pgrep -f "^bevis serve --vault $work/vault" >/dev/null; do :; done; }
trap 'halt; rm -rf "$work"' EXIT
umask 077
cd "$work"
printf 'example passphrase, not secret\n' >passphrase
as() { BEVIS_HOME=$work/home-$1 "${@:2}"; }

as signe bevis identity create --name 'Signe Eksempel'
as mads bevis identity create --name 'Mads Eksempel'
as revisor bevis identity create --name 'Revisor Eksempel'
as mads bevis card show >mads.card
as revisor bevis card show >revisor.card
as signe bevis vault init
as signe bevis vault trust --auditor revisor.card --keys-out Keys
as signe bevis case create --title 'Eksempel' >sheet.txt
as signe bevis add "$here/Tests/Media/statement.txt" "$here/Tests/Media/hallway.jpg" "$here/Tests/Media/hallway.mp4"
as signe bevis grant 2 3 --to mads.card --purpose 'Eksempel' --for 36500d
as signe bevis grant 1 --to mads.card --purpose 'Eksempel' --for 36500d >granted
as mads bevis open 1 --grant "$(as mads bevis grants | awk 'NR == 1 { print $1 }')" --purpose 'Eksempel' -o opened.jpg
as signe bevis revoke "$(awk '/^grant:/ { print $2 }' granted)"
as revisor bevis audit export --out bundle
halt
rm -f vault/socket vault/lock home-*/lock home-*/vaults/*/lock opened.jpg
mkdir -p "$here/$out"
cp -r passphrase vault home-* Keys bundle sheet.txt mads.card "$here/$out"
du -sh "$here/$out"
