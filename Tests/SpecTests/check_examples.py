#!/usr/bin/env python3
"""Computes the specification's worked example and its vectors again, from the pages and the stated secrets alone.

Usage: check_examples.py Docs/Spec/Examples. Exits with 0 when everything is as stored, with 1 otherwise. Needs the
`cryptography` package (PyPI, or Debian's python3-cryptography) for Ed25519, X25519 and ChaCha20-Poly1305.
"""

import base64
import hashlib
import hmac
import pathlib
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

RAW = (Encoding.Raw, PublicFormat.Raw)
LOG = "bevis.example/log/0123456789abcdef"
PERSON, ISSUER, CUSTODIAN = "bevis.example/person", "bevis.example/issuer", "bevis.example/custodian"
# Who has to sign which note: key name and the byte of the seed.
NOTES = {
    "card-owner": [(PERSON, 1)], "card-officer": [(PERSON, 2), (ISSUER, 3)], "trust": [(PERSON, 6)],
    "case-card": [(PERSON, 1)], "ingest": [(PERSON, 1)], "grant": [(PERSON, 1)],
    "one-time-recipient": [(CUSTODIAN, 4)], "request": [(PERSON, 2)], "response": [(CUSTODIAN, 4)],
    "revocation": [(PERSON, 1)], "withdrawal": [(ISSUER, 3)], "recovery": [(PERSON, 1)], "query": [(PERSON, 2)],
}


class Differs(Exception):
    """Something is not as stored."""


def same(name, stored, computed):
    if stored != computed:
        raise Differs(f"{name}: stored {stored!r}, computed {computed!r}")
    return 1


def label(word):
    return b"bevis/v1/" + word.encode() + b"\0"


def sha256(*pieces):
    return hashlib.sha256(b"".join(pieces)).digest()


def hkdf(secret, salt, info):
    prk = hmac.new(salt or bytes(32), secret, hashlib.sha256).digest()
    return hmac.new(prk, info + b"\x01", hashlib.sha256).digest()


def number(value):
    return value.to_bytes(8, "big")


def leaf_hash(entry):
    return sha256(b"\0", entry)


def tree_root(leaves):
    """RFC 6962: split at the largest power of two below the number of leaves."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01", tree_root(leaves[:split]), tree_root(leaves[split:]))


def inclusion(leaves, index):
    if len(leaves) == 1:
        return []
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if index < split:
        return inclusion(leaves[:split], index) + [tree_root(leaves[split:])]
    return inclusion(leaves[split:], index - split) + [tree_root(leaves[:split])]


# Notes.

def signature_line(text, name, byte):
    key = Ed25519PrivateKey.from_private_bytes(bytes([byte]) * 32)
    public = b"\x01" + key.public_key().public_bytes(*RAW)
    key_id = sha256(name.encode() + b"\n" + public)[:4]
    return f"\u2014 {name} {base64.b64encode(key_id + key.sign(text)).decode()}\n".encode()


def note_text(note):
    return note[:note.rindex(b"\n\n") + 1]


def check_note(name, note, signers):
    text = note_text(note)
    lines = b"".join(signature_line(text, *signer) for signer in signers)
    return same(name, note, text + b"\n" + lines)


def fields(text):
    """All values of each key of a line text."""
    found = {}
    for line in text.decode().splitlines()[1:]:
        key, value = line.split(" ", 1)
        found.setdefault(key, []).append(value)
    return found


# age files.

def payload(file_key, nonce, plaintext):
    key = ChaCha20Poly1305(hkdf(file_key, nonce, b"payload"))
    chunks = [plaintext[start:start + 65536] for start in range(0, len(plaintext), 65536)] or [b""]
    sealed = []
    for index, chunk in enumerate(chunks):
        last = b"\x01" if index == len(chunks) - 1 else b"\0"
        sealed.append(key.encrypt(index.to_bytes(11, "big") + last, chunk, None))
    return [nonce] + sealed


def decode(text):
    return base64.b64decode(text + "=" * (-len(text) % 4))


def check_age(name, file, byte, file_key, nonce, plaintext):
    """One X25519 stanza: gives the file key, which seals the plaintext to the same payload."""
    end = file.index(b"\n--- ") + len(b"\n---")
    header_end = file.index(b"\n", end) + 1
    lines = file[:end].decode().splitlines()
    same(name + " version", lines[0], "age-encryption.org/v1")
    share = decode(lines[1].removeprefix("-> X25519 "))
    mine = X25519PrivateKey.from_private_bytes(bytes([byte]) * 32)
    secret = mine.exchange(X25519PublicKey.from_public_bytes(share))
    wrap = hkdf(secret, share + mine.public_key().public_bytes(*RAW), b"age-encryption.org/v1/X25519")
    opened = ChaCha20Poly1305(wrap).decrypt(bytes(12), decode(lines[2]), None)
    mac = hmac.new(hkdf(opened, b"", b"header"), file[:end], hashlib.sha256).digest()
    same(name + " MAC", decode(file[end + 1:header_end - 1].decode()), mac)
    if file_key is not None:
        same(name + " file key", opened, file_key)
    nonce = nonce or file[header_end:header_end + 16]
    same(name + " payload", file[header_end:], b"".join(payload(opened, nonce, plaintext)))
    return sha256(file[:header_end])


# Vectors: blocks of `key value` lines.

def check_file_id(values):
    plaintext = bytes(i % 251 for i in range(int(values["size"][0])))
    entries = payload(bytes.fromhex(values["file-key"][0]), bytes.fromhex(values["nonce"][0]), plaintext)
    leaves = [leaf_hash(entry) for entry in entries]
    return same("leaf", values["leaf"], [leaf.hex() for leaf in leaves]) + same(
        "id", values["id"][0], tree_root(leaves).hex())


def check_payload(values):
    entries = [bytes.fromhex(values["nonce"][0])] + [bytes.fromhex(chunk) for chunk in values["chunk"]]
    leaves = [leaf_hash(entry) for entry in entries]
    return same("leaf", values["leaf"], [leaf.hex() for leaf in leaves]) + same(
        "id", values["id"][0], tree_root(leaves).hex())


def check_file_key(values):
    file_id, key = (bytes.fromhex(values[name][0]) for name in ("id", "file-key"))
    return same("commitment", values["commitment"][0], sha256(label("fk"), file_id, key).hex())


def check_original(values):
    salt, digest = (bytes.fromhex(values[name][0]) for name in ("salt", "sha256"))
    return same("commitment", values["commitment"][0], sha256(label("original"), salt, digest).hex())


def check_capsule(values):
    file_id, content = (bytes.fromhex(values[name][0]) for name in ("id", "file-key"))
    count = 0
    for layer, gid in enumerate(map(bytes.fromhex, values["grant"])):
        part = hkdf(bytes.fromhex(values["secret"][layer]), gid, label("part") + file_id)
        kek = hkdf(part, gid, label("kek") + file_id)
        content = ChaCha20Poly1305(kek).encrypt(bytes(12), content, label("capsule") + gid + file_id)
        for name, value in [
            ("part", part), ("part-hash", sha256(label("p"), gid, file_id, part)), ("kek", kek),
            ("capsule", content), ("capsule-hash", sha256(content)),
        ]:
            count += same(name, values[name][layer], value.hex())
    return count


def check_item_list(values):
    leaves = [leaf_hash(entry.encode()) for entry in values["entry"]]
    return same("leaf", values["leaf"], [leaf.hex() for leaf in leaves]) + same(
        "root", values["root"][0], tree_root(leaves).hex())


def check_log_keys(values):
    case, case_key, gid = (bytes.fromhex(values[name][0]) for name in ("case", "case-key", "grant"))
    key = hkdf(case_key, gid, label("log"))
    identity = hkdf(key, b"", label("records"))
    count = same("grant-key", values["grant-key"][0], key.hex())
    count += same("case-commitment", values["case-commitment"][0], sha256(label("logkey"), case, case_key).hex())
    count += same("grant-commitment", values["grant-commitment"][0], sha256(label("logkey"), gid, key).hex())
    count += same("record-identity", values["record-identity"][0], identity.hex())
    for n, tag in zip(values["number"], values["tag"], strict=True):
        count += same("tag", tag, tag_of(key, int(n)).hex())
    return count


def tag_of(key, n):
    return hmac.new(key, label("tag") + number(n), hashlib.sha256).digest()[:16]


def check_leaf(values):
    record = (FOLDER / values["record-file"][0]).read_bytes()
    tag = tag_of(bytes.fromhex(values["log-key"][0]), int(values["number"][0]))
    commitment = sha256(label("leaf"), bytes.fromhex(values["salt"][0]), record)
    return same("tag", values["tag"][0], tag.hex()) + same(
        "commitment", values["commitment"][0], commitment.hex()) + same(
        "leaf-hash", values["leaf-hash"][0], leaf_hash(tag + commitment).hex())


VECTORS = {
    "payload": check_payload, "file-id": check_file_id, "file-key": check_file_key, "original": check_original,
    "capsule": check_capsule, "item-list": check_item_list, "log-keys": check_log_keys, "leaf": check_leaf,
}


def check_vectors(text):
    seen, count = set(), 0
    for block in text.strip().split("\n\n"):
        first, _, rest = block.partition("\n")
        kind = first.removeprefix("vector ")
        seen.add(kind)
        count += VECTORS[kind](fields((first + "\n" + rest + "\n").encode()))
    same("kinds of vectors", sorted(seen), sorted(VECTORS))
    return count


# The example as a whole.

def check_example(read):
    count = 0
    for name, signers in NOTES.items():
        count += check_note(name, read(name + ".note"), signers)
    content, description = b"He stood at the door at 22:41.\n", read("description.txt")
    ingest = fields(note_text(read("ingest.note")))
    for name, byte, plaintext in [("content", 0x21, content), ("description", 0x22, description)]:
        key, nonce = bytes([byte]) * 16, bytes([byte + 0x10]) * 16
        header = check_age(name, read(name + ".age"), 0x13, key, nonce, plaintext)
        file_id = tree_root([leaf_hash(entry) for entry in payload(key, nonce, plaintext)])
        count += same(name + "-header", ingest[name + "-header"], [header.hex()])
        count += same(name, ingest[name], [file_id.hex()])
        count += same(name + "-key", ingest[name + "-key"], [sha256(label("fk"), file_id, key).hex()])
    for name, byte in [("recipient-envelope", 0x12), ("custodian-envelope", 0x14)]:
        check_age(name, read(name + ".age"), byte, None, None, read(name + ".txt"))
        grant = fields(note_text(read("grant.note")))
        count += same(name, grant[name], [sha256(read(name + ".age")).hex()])
    leaves = [bytes.fromhex(line) for line in read("leaves.hex").decode().splitlines()]
    keys = [(b"\x0d" * 32, n) for n in (1, 2, 3, 4)] + [(b"\x0c" * 32, n) for n in (1, 2)]
    keys.append((hkdf(b"\x0c" * 32, b"\x61" * 32, label("log")), 1))
    count += same("tags", [leaf[:16] for leaf in leaves], [tag_of(key, n) for key, n in keys])
    hashes = [leaf_hash(leaf) for leaf in leaves]
    head = f"{LOG}\n{len(leaves)}\n{base64.b64encode(tree_root(hashes)).decode()}\n".encode()
    checkpoint = head + b"\n" + signature_line(head, LOG, 5)
    count += same("checkpoint", read("checkpoint"), checkpoint)
    path = "".join(base64.b64encode(node).decode() + "\n" for node in inclusion(hashes, 6))
    receipt = b"c2sp.org/tlog-proof@v1\nindex 6\n" + path.encode() + b"\n" + checkpoint
    return count + same("receipt", read("receipt-6.tlog-proof"), receipt)


FOLDER = pathlib.Path(sys.argv[1])


def main():
    def read(name):
        return (FOLDER / name).read_bytes()

    try:
        count = check_example(read) + check_vectors(read("vectors.txt").decode())
    except Exception as error:  # whatever cannot be read is not as stored
        print(f"{type(error).__name__}: {error}")
        return 1
    print(f"{count} values computed again, none differs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
