"""Reads a log by C2SP's tlog-tiles, signed-note and RFC 6962 alone: nothing here knows Bevis.

    tiles.py FOLDER VERIFIER_KEY     prints the log's size, or says what is wrong and exits with 1
"""

import base64
import hashlib
import os
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

WIDTH = 256


def sha256(*parts):
    return hashlib.sha256(b''.join(parts)).digest()


def root(hashes):
    """RFC 6962, section 2.1, of leaf hashes."""
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return sha256(b'\1', root(hashes[:split]), root(hashes[split:]))


def checkpoint(folder, verifier):
    """The size and root that the key signed (signed-note; tlog-checkpoint)."""
    name, key_id, key = verifier.split('+', 2)
    public = base64.b64decode(key)
    assert public[0] == 1, 'not an Ed25519 key'
    assert key_id == sha256(name.encode() + b'\n', public)[:4].hex(), 'the key does not have its ID'
    with open(os.path.join(folder, 'checkpoint'), encoding='utf-8') as file:
        text, _, lines = file.read().rpartition('\n\n')
    text += '\n'
    signed = False
    for line in lines.splitlines():
        mark, signer, value = line.split(' ')
        signature = base64.b64decode(value)
        if (mark, signer, signature[:4].hex()) == ('\u2014', name, key_id):
            Ed25519PublicKey.from_public_bytes(public[1:]).verify(signature[4:], text.encode())
            signed = True
    assert signed, 'the checkpoint has no signature by this key'
    origin, size, value = text.splitlines()[:3]
    assert origin == name, 'the checkpoint is another log\'s'
    return int(size), base64.b64decode(value)


def tile(folder, kind, number, width):
    """A tile or bundle; a full one where there is one."""
    path = f'{number % 1000:03}'
    while number >= 1000:
        number //= 1000
        path = f'x{number % 1000:03}/{path}'
    path = os.path.join(folder, 'tile', kind, path)
    with open(path if width == WIDTH else f'{path}.p/{width}', 'rb') as file:
        return file.read()


def tiles(folder, kind, size):
    """All of a level that a tree of this size has."""
    for number in range(-(-size // WIDTH)):
        yield tile(folder, kind, number, min(WIDTH, size - number * WIDTH))


def entries(bundle):
    while bundle:
        end = 2 + int.from_bytes(bundle[:2], 'big')
        assert len(bundle) >= end, 'an entry is cut off'
        yield bundle[2:end]
        bundle = bundle[end:]


def main(folder, verifier):
    size, signed = checkpoint(folder, verifier)
    leaves = [sha256(b'\0', entry) for bundle in tiles(folder, 'entries', size) for entry in entries(bundle)]
    assert len(leaves) == size, 'the bundles have another number of entries than the checkpoint'
    level, hashes = 0, leaves
    while hashes:
        assert b''.join(tiles(folder, str(level), len(hashes))) == b''.join(hashes), f'a tile of level {level} is wrong'
        level += 1
        hashes = [root(hashes[n:n + WIDTH]) for n in range(0, len(hashes) - WIDTH + 1, WIDTH)]
    assert root(leaves) == signed, 'the checkpoint has another root'
    print(size)


if __name__ == '__main__':
    try:
        main(*sys.argv[1:])
    except (AssertionError, InvalidSignature, OSError, ValueError) as problem:
        sys.exit(f'{type(problem).__name__}: {problem}')
