#!/usr/bin/env python3
"""Computes the vectors for capsules, commitments and item lists again, from their inputs alone.

Usage: check_vectors.py FILE. Exits with 0 when every value is as stored, with 1 otherwise. Needs the `cryptography`
package (PyPI, or Debian's python3-cryptography) for ChaCha20-Poly1305; all else is hashlib and hmac.
"""

import hashlib
import hmac
import sys

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305


def label(word):
    return b"bevis/v1/" + word.encode() + b"\0"


def sha256(*pieces):
    return hashlib.sha256(b"".join(pieces)).digest()


def hkdf(secret, salt, info):
    prk = hmac.new(salt, secret, hashlib.sha256).digest()
    return hmac.new(prk, info + b"\x01", hashlib.sha256).digest()


def tree_root(leaves):
    """RFC 6962: split at the largest power of two below the number of leaves."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01", tree_root(leaves[:split]), tree_root(leaves[split:]))


def check_capsule(fields):
    values = iter(fields)

    def take(name):
        key, value = next(values)
        if key != name:
            raise ValueError(f"expected {name}, found {key}")
        return bytes.fromhex(value)

    file_id, file_key = take("id"), take("file-key")
    yield "file-key-commitment", take("file-key-commitment"), sha256(label("fk"), file_id, file_key)
    content, layers = file_key, (len(fields) - 3) // 6
    if layers < 1:
        raise ValueError("a capsule without layers")
    for _ in range(layers):
        secret, gid = take("secret"), take("grant")
        part = hkdf(secret, gid, label("part") + file_id)
        yield "part", take("part"), part
        yield "part-hash", take("part-hash"), sha256(label("p"), gid, file_id, part)
        kek = hkdf(part, gid, label("kek") + file_id)
        content = ChaCha20Poly1305(kek).encrypt(bytes(12), content, label("capsule") + gid + file_id)
        yield "capsule", take("capsule"), content
        yield "capsule-hash", take("capsule-hash"), sha256(content)


def check_log_key(fields):
    values = {key: bytes.fromhex(value) for key, value in fields}
    yield "commitment", values["commitment"], sha256(label("logkey"), values["subject"], values["key"])


def check_original(fields):
    values = {key: bytes.fromhex(value) for key, value in fields}
    yield "commitment", values["commitment"], sha256(label("original"), values["salt"], values["digest"])


def check_item_list(fields):
    entries = [value.encode() for key, value in fields if key == "entry"]
    root = [bytes.fromhex(value) for key, value in fields if key == "root"]
    yield "root", root[0], tree_root([sha256(b"\0", entry) for entry in entries])


CHECKS = {
    "capsule": check_capsule, "log-key": check_log_key, "original": check_original, "item-list": check_item_list,
}


def main(path):
    with open(path, encoding="ascii") as file:
        blocks = [block.splitlines() for block in file.read().strip().split("\n\n") if block]
    seen, wrong, count = set(), 0, 0
    for block in blocks:
        (word, kind), *fields = [line.split(" ", 1) for line in block]
        if word != "case" or kind not in CHECKS:
            raise ValueError(f"unknown block: {word} {kind}")
        seen.add(kind)
        for name, stored, computed in CHECKS[kind](fields):
            count += 1
            if stored != computed:
                wrong += 1
                print(f"{kind} {name}: stored {stored.hex()}, computed {computed.hex()}")
    missing = set(CHECKS) - seen
    if missing:
        print("no vector for " + ", ".join(sorted(missing)))
    print(f"{count} values computed again, {wrong} differ")
    return 1 if wrong or missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
