"""Checks a folder that was handed over: every file, the owner's signature over it, and each proof in the log.

    python3 check-handover.txt FOLDER [--log KEY] [--owner KEY]

FOLDER may also be the one in which the folders of a divided handover lie. Needs Python 3.8; signatures need its package
"cryptography" too, all else is checked without it. Have the log's key from the vault's operator, or the owner's from
herself: without either, this tells only that the folder holds together. It ends with 0 when all of it holds, 1 when
something was altered, added, or nothing can be checked, 3 when something cannot be read or no signature was checked,
4 when something is missing. It opens no file outside the folder and writes none.
"""
import base64, hashlib, os, re, sys
try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    InvalidSignature, Ed25519PublicKey = ValueError, None

VERDICTS = {  # from the best to the worst: with what the program ends, and what it says
    "holds": (0, "holds"),
    "incomplete": (4, "incomplete: something is missing, and what it would say cannot be checked"),
    "added": (1, "more than was handed over: somebody put files there that do not belong to it"),
    "uncheckable": (1, "nothing here can be checked: what would say so is gone"),
    "altered": (1, "altered: do not rely on this folder"),
}
TAGS = ["bag-info.txt", "bagit.txt", "index.html", "manifest-sha256.txt"]
KNOWN = r"data/(dossier\.pdf|incidents\.csv|case\.jsonld|custody/check-handover\.txt|(exhibits|copies|texts)/[^/]+" \
        r"|custody/items/[0-9a-f]{64}\.txt|custody/notes/[0-9a-f]{64}\.note" \
        r"|custody/log/([0-9]{6}|[1-9][0-9]{6,})\.(record|salt|tag|tlog-proof))"
BEHIND = {"case-opened": "case-card", "case-card-changed": "case-card", "item-added": "ingest", "granted": "grant",
          "lent-on": "grant", "expired": "grant", "extended": "extension", "listed": "request", "opened": "request",
          "exported": "request", "refused": "request", "approved": "approval", "declined": "decline",
          "revoked": "revocation"}  # the kind of note that each event of the log names first
TOP = TAGS + ["handover.note", "tagmanifest-sha256.txt", "data"]
LEFT_BY_SYSTEMS = r"(?i)(.*/)?(\.ds_store|thumbs\.db|desktop\.ini|\._[^/]*)"
faults, remarks, added, files = [], [], [], {}


def need(holds, place, what, missing=False):
    if not holds and (place, what, missing) not in faults:
        faults.append((place, what, missing))
    return bool(holds)


def unless_missing(holds, place, what):
    """As need, of what a file that is missing would explain."""
    return need(holds, place, what, missing=any(missing for _, _, missing in faults))


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def unhex(text, size):
    if not re.fullmatch("[0-9a-f]{%d}" % (2 * size), text):
        raise ValueError("no hexadecimal digits")
    return bytes.fromhex(text)


def unbase64(text):
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("no canonical base64")
    return data


def read(place):
    """A small file; nothing, and a fault, where there is none."""
    if need(place in files, place, "is missing", missing=True):
        most = 1 << 25 if "manifest" in place else 1 << 20
        if need(os.path.getsize(files[place]) <= most, place, "is longer than it can be"):
            with open(files[place], "rb") as file:
                return file.read()
    return b""


def digest(place):
    total = hashlib.sha256()
    with open(files[place], "rb") as file:
        for piece in iter(lambda: file.read(1 << 20), b""):
            total.update(piece)
    return total.hexdigest()


class Text(dict):
    """Lines of `key value` behind a type line. Text("x") of one that cannot be read is empty and of no kind."""

    def __init__(self, place, data):
        self.place, self.kind, self.text = place, None, data
        try:
            first, *lines, end = data.decode().split("\n")
            for name, value in [line.split(" ", 1) for line in lines]:
                self.setdefault(name, []).append(value)
            self.kind = re.fullmatch(r"bevis\.example/([a-z-]+)/v1", first)[1] if not end else None
        except (ValueError, TypeError):
            self.clear()
        need(self.kind or not data, place, "cannot be read")

    def one(self, name):
        """The value of a line that stands exactly once."""
        values = self.get(name, [])
        need(len(values) == 1 or not self.text, self.place, "does not state one " + name)
        return values[0] if values else ""


class Note(Text):
    """A signed text."""

    def __init__(self, place, data):
        self.data, cut = data, data.rfind(b"\n\n") + 1
        super().__init__(place, data[:cut])

    def signed(self, key):
        return signed(self.data, key)


def signed(data, key):
    """Whether one line of a note, and no other, is by this key, and is its signature of the text. Without the package
    for signatures the last of it is not looked at; the end of the program says so."""
    try:
        (name, identity, encoded), cut = key.split("+", 2), data.rindex(b"\n\n") + 1
        raw = unbase64(encoded)
        lines = [line.split(" ") for line in data[cut + 1:].decode().split("\n")[:-1]]
        own = [unbase64(line[2]) for line in lines if line[:2] == ["\u2014", name]]
        own = [line[4:] for line in own if line[:4].hex() == identity]
        if len(own) != 1 or len(raw) != 33 or raw[0] != 1 or sha(name.encode(), b"\n", raw)[:4].hex() != identity:
            return False
        if Ed25519PublicKey:
            Ed25519PublicKey.from_public_bytes(raw[1:]).verify(own[0], data[:cut])
        return True
    except (ValueError, IndexError, InvalidSignature):
        return False


def root(leaf, index, size, path):
    """The root that an inclusion proof leads to (RFC 9162, section 2.1.3.2)."""
    last = size - 1
    for other in path:
        if index % 2 or index == last:
            leaf = sha(b"\1", other, leaf)
            while index and not index % 2:
                index, last = index // 2, last // 2
        else:
            leaf = sha(b"\1", leaf, other)
        index, last = index // 2, last // 2
    return leaf if last == 0 else None


def list_files(top):
    for folder, folders, names in os.walk(top):
        for name in folders + names:
            path = os.path.join(folder, name)
            place = os.path.relpath(path, top).replace(os.sep, "/")
            if not need(not os.path.islink(path), ascii(place), "is a link; it was not opened") or name in folders:
                continue
            if need(os.path.isfile(path), ascii(place), "is no plain file"):
                if re.fullmatch(LEFT_BY_SYSTEMS, place):
                    remarks.append("left by a computer's system, not part of the handover: " + ascii(place))
                elif re.fullmatch(r"[!-$&-\[\]-~]+", place):
                    files[place] = path
                else:
                    added.append(ascii(place))


def check_files(bound):
    """Every file is named once, has the hash beside its name, and no other is there. Gives the hashes."""
    hashes, proven, trusted = {}, {"tagmanifest-sha256.txt": bound}, 0
    for manifest in ("tagmanifest-sha256.txt", "manifest-sha256.txt"):
        data, last, named = read(manifest), "", {}
        covers = (lambda place: place in TAGS) if manifest[0] == "t" else (lambda place: place.startswith("data/"))
        need(manifest[0] == "m" or not data or bound in ("", sha(data).hex()), manifest,
             "is not the one that the owner signed")
        for line in data.decode("ascii", "replace").split("\n")[:-1]:
            fits = re.fullmatch(r"([0-9a-f]{64})  ([!-$&-\[\]-~]+)", line)
            if need(fits and covers(fits[2]) and ".." not in fits[2].split("/") and fits[2] > last, manifest,
                    "has a line that is not a hash and a path of this folder, in order"):
                last, named[fits[2]] = fits[2], fits[1]
                if need(last in files, last, "is missing", missing=True):
                    hashes[last] = digest(last)
                    need(hashes[last] == fits[1], last, "was altered: the manifest gives another SHA-256")
        if data and proven.get(manifest) == sha(data).hex():
            proven.update(named)
            trusted += 1
    for place in sorted(set(files) - {"handover.note", "tagmanifest-sha256.txt"}):
        if place not in proven and trusted == 2 or not (place in TAGS or re.fullmatch(KNOWN, place)):
            added.append(place)
            del files[place]
        elif bound:
            need(place in proven, place, "cannot be checked: what would say what it was is missing or altered",
                 missing=True)
    return hashes


def check_lines(head):
    """The lines of the log, each proven under the checkpoint that the owner signed."""
    lines, (size, top) = {}, head[:head.find(b"\n\n")].decode("ascii", "replace").split("\n")[1:3]
    for stem in sorted({place.split(".")[0] for place in files if place.startswith("data/custody/log/")}):
        if not all([need(stem + end in files, stem + end, "is missing", missing=True)
                    for end in (".record", ".salt", ".tag", ".tlog-proof")]):
            continue
        entry, record, proof = int(os.path.basename(stem)), read(stem + ".record"), read(stem + ".tlog-proof")
        try:
            salt = unhex(read(stem + ".salt").decode().replace("\n", "", 1), 32)
            tag = unhex(read(stem + ".tag").decode().replace("\n", "", 1), 16)
            kind, index, *path = proof[:proof.find(b"\n\n")].decode().split("\n")
            leaf = sha(b"\0", tag, sha(b"bevis/v1/leaf\0", salt, record))
            path = [unbase64(one) for one in path]
            fits = root(leaf, entry, int(size), path) == unbase64(top) and entry < int(size)
            need(fits and (kind, index) == ("c2sp.org/tlog-proof@v1", "index %d" % entry)
                 and proof[proof.find(b"\n\n") + 2:] == head, stem + ".record", "is not what the log holds there")
            lines[entry] = Text(stem + ".record", record)
        except ValueError:
            need(False, stem, "cannot be read")
    return lines


def check_notes(lines, notes, items, said):
    """What each line says is of this case, and each note is signed by whom its kind asks for. Gives the case cards."""
    case, named, cards, actors = said.one("case"), set(), [], {}
    grants = [notes[line["note"][0]] for line in lines.values()
              if line.one("event") in ("granted", "lent-on") and line.get("note", [""])[0] in notes]
    for entry, line in sorted(lines.items()):
        event, actor, first = line.one("event"), line.one("actor"), line.get("note", [""])[0]
        if not need(first in notes and actor in [*notes, "none"], line.place, "lacks a note behind it", missing=True):
            continue
        note = notes[first]
        named |= {first, actor} | ({note.one("from"), note.one("to")} if note.kind == "grant" else set())
        actors[first] = actor
        need(note.kind == BEHIND.get(event), line.place, "names a note of another kind than its event")
        unless_missing(set(line.get("item", [])) <= set(items), line.place, "tells of an item that is not here")
        unless_missing(
             note.get("case", [case]) == [case] and (line.one("stream") == "vault") == (event == "case-opened")
             and (line.one("stream") != "case" or line.one("subject") == case)
             and (note.kind != "revocation" or note.one("grant") in [grant.one("grant") for grant in grants]),
             line.place, "is of another case")
        if note.kind == "case-card":
            last = cards[-1][1] if cards else None
            unless_missing(
                 note.one("number") == str(len(cards)) and (event == "case-opened") == (not cards)
                 and note.one("previous") == (sha(last.text).hex() if cards else "none")
                 and note.one("owner-key") == said.one("owner")
                 and (not cards or all(note.one(key) == last.one(key) for key in ("recipient", "log-key"))), line.place,
                 "names a case card that does not follow the one before it")
            cards.append((entry, note))
    for name, note in notes.items():
        unless_missing(name in named, note.place, "is named by no line of the log that is here")
        if note.kind in ("card", "case-card", "ingest"):
            key = note.one("key") if note.kind == "card" else note.one("owner-key" if "owner-key" in note else "signer")
        else:
            card = {"request": "card", "grant": "from"}.get(note.kind, "by")
            card = notes.get(actors.get(name) if note.kind == "extension" else note.one(card))
            key = card.one("key") if card is not None and card.kind == "card" else None
        if need(key, note.place, "cannot be verified: the card of who signed it is missing", missing=True):
            need(note.signed(key), note.place, "is not signed by the key that has to sign it")
    need({one for note in notes.values() if note.kind == "grant" for one in (note.one("from"), note.one("to"))}
         <= set(notes), "data/custody/notes", "lacks the card of a grant's giver or receiver", missing=True)
    need(cards, "data/custody/log", "lacks the line that opened the case", missing=True)
    return cards


def check_items(items, lines, notes, cards, hashes):
    """Each original is the one that was taken in, and every file for people belongs to an item."""
    used = []
    for name, item in items.items():
        entry, line, ingest = int(item.one("entry") or 0), {}, notes.get(item.one("ingest"), Note)
        if need(entry in lines, item.place, "names an entry of the log that is not here", missing=True) and \
                need(ingest is not Note, item.place, "names a note that is not here", missing=True):
            line, salt = lines[entry], unhex(item.one("salt"), 32) + unhex(item.one("sha256"), 32)
            need(line["event"] == ["item-added"] and line.get("item") == [name] and line["note"] == item["ingest"]
                 and ingest.kind == "ingest" and ingest.one("content") == name
                 and ingest.one("original") == sha(b"bevis/v1/original\0", salt).hex(), item.place,
                 "is not what was signed when the item was taken in")
            counted = [card for at, card in cards if at < entry][-1:]
            if not any(ingest["signer"][0] in card["owner-key"] + card.get("signer", []) for card in counted):
                remarks.append("not attested: a key that the case card did not name took in " + item.place)
        path = item.one("file")
        used += [one for one in [path] + item.get("copy", []) if one != "none"]
        if path in files:
            size = str(os.path.getsize(files[path]))
            need((hashes.get(path) or digest(path), size) == (item.one("sha256"), item.one("size")), path,
                 "is not the original that was taken in")
    for path in used:
        need(path in files, path, "is missing", missing=True)
        need(used.count(path) == 1, path, "is named by two items")
    for place in files:
        if re.match(r"data/(exhibits|copies|texts)/", place) and place not in used:
            beside = place[:-len(".sha256")]
            sums = ("%s  %s\n" % (hashes.get(beside), beside.split("/")[-1])).encode()
            unless_missing(beside in used and read(place) == sums, place,
                           "belongs to no item, or does not give the hash of the file beside it")


def check_folder(top, log, owner):
    """Checks one folder, and gives its note, empty where it is missing."""
    list_files(top)
    note = Note("handover.note", read("handover.note"))
    hashes = check_files(note.one("tag-manifest"))
    if not note.text:
        return note
    need(note.kind == "handover" and owner in (None, note.one("owner")) and note.signed(note.one("owner")),
         "handover.note", "is not signed by the owner")
    head = unbase64(note.one("checkpoint"))
    if need(signed(head, note.one("log")) and note.one("log").split("+")[0].encode() == head.split(b"\n")[0]
            and log in (None, note.one("log")), "handover.note", "holds no checkpoint that the log has signed"):
        notes, items = {}, {}
        for place in sorted(files):
            if place.startswith("data/custody/notes/"):
                one = Note(place, read(place))
                if need(place.endswith("/" + sha(one.text).hex() + ".note"), place, "is not the note of its name"):
                    notes[place[-69:-5]] = one
            elif place.startswith("data/custody/items/"):
                one = Text(place, read(place))
                if need(place.endswith("/" + one.one("item") + ".txt"), place, "speaks of another item than its name"):
                    items[one.one("item")] = one
        lines = check_lines(head)
        check_items(items, lines, notes, check_notes(lines, notes, items, note), hashes)
        remarks.append("%d items, %d lines of the log, folder %s of %s, signed by %s" % (
            len(items), len(lines), note.one("volume"), note.one("volumes"), note.one("owner")))
    return note


def judge(top, log, owner):
    """Checks one folder and prints what there is to say of it. Gives the verdict and the note."""
    for known in (faults, remarks, added, files):
        known.clear()
    note = Note("handover.note", b"")
    try:
        note = check_folder(top, log, owner)
    except (ValueError, KeyError, IndexError, TypeError) as error:
        need(False, "the folder", "holds something that cannot be read: %s" % ascii(str(error)))
    verdict = ("altered" if any(not missing for _, _, missing in faults) else "added" if added and note.text
               else "uncheckable" if not note.text else "incomplete" if faults else "holds")
    for remark in remarks:
        print(remark)
    for place, what, _ in faults:
        print("  %s: %s" % (place, what))
    for place in added:
        print("  %s: does not belong to the handover" % place)
    return verdict, note


def judge_parts(top, names, log, owner):
    """Checks the folders of a divided handover, and whether they are all there. Gives the verdict."""
    verdicts, notes = [], []
    for name in names:
        verdict, note = judge(os.path.join(top, name), log, owner)
        print("%s: %s" % (ascii(name), VERDICTS[verdict][1]))
        verdicts.append(verdict)
        notes += [note] if note.text else []
    same = {tuple(note.one(key) for key in ("case", "owner", "log", "checkpoint", "volumes")) for note in notes}
    numbers = sorted(int(note.one("volume")) for note in notes)
    if len(same) > 1 or len(set(numbers)) < len(numbers):
        print("  these folders are not of one handover, or one of them is there twice")
        verdicts.append("altered")
    count = max(int(note.one("volumes")) for note in notes) if notes else 0
    for number in sorted(set(range(1, count + 1)) - set(numbers)):
        print("  folder %d of %d is missing" % (number, count))
        verdicts.append("incomplete")
    if count and numbers == list(range(1, count + 1)):
        print("all %d folders of the handover are here" % count)
    for name in sorted(set(os.listdir(top)) - set(names)):
        if re.fullmatch(r"[0-9]+\.zip(\.age)?", name):
            print("  %s was not looked into" % ascii(name))
        elif re.fullmatch(LEFT_BY_SYSTEMS, name):
            print("left by a computer's system, not part of the handover: " + ascii(name))
        else:
            print("  %s: does not belong to the handover" % ascii(name))
            verdicts.append("added")
    return max(verdicts, key=list(VERDICTS).index)


def main(top, log=None, owner=None):
    beside = os.listdir(top)
    parts = [name for name in sorted(beside, key=lambda name: (len(name), name))
             if any(os.path.isfile(os.path.join(top, name, one)) for one in TOP)]
    verdict = judge_parts(top, parts, log, owner) if parts and not set(beside) & set(TOP) else judge(top, log, owner)[0]
    code, words = VERDICTS[verdict]
    if not Ed25519PublicKey:
        print('No signature was checked: the Python package "cryptography" is not here, only hashes and proofs were '
              "looked at.\nInstall it and run this again: python3 -m pip install cryptography")
        code, words = code or 3, words if code else "what was checked holds, but no signature was checked"
    print(words)
    if not log and not owner:
        print("The keys come from the folder itself: this tells only that it holds together.")
    return code


options = dict(zip(sys.argv[2::2], sys.argv[3::2]))
if len(sys.argv) % 2 or set(options) - {"--log", "--owner"}:
    print(__doc__)
    sys.exit(2)
try:
    sys.exit(main(sys.argv[1], options.get("--log"), options.get("--owner")))
except OSError as error:
    print("cannot be read: %s" % error)
    sys.exit(3)
