#!/usr/bin/env python3
"""Looks into the memory of a running custodian for secrets that should not be there. Needs root.

    memory.py secrets VAULT        the custodian's keys, and the key, secret and parts of each grant, as JSON
    memory.py look PID SECRETS     says where in the process they are, raw, as hexadecimal or as base64

Secrets in use lie in guarded memory, which the kernel was told to leave out of dumps (libsodium's `sodium_malloc`): what
lies there is told apart from what lies anywhere else. Exit 1 where a secret is anywhere else, or where a grant that
`gone` names is in guarded memory too:

    memory.py look PID SECRETS gone GRANT
"""

import base64
import glob
import hmac
import json
import mmap
import re
import shutil
import sqlite3
import sys
import tempfile

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

TOKEN = 8
PAGE = mmap.PAGESIZE


def derived(secret, salt, info):
    """HKDF-SHA256, 32 bytes."""
    return hmac.digest(hmac.digest(salt, secret, 'sha256'), info + b'\1', 'sha256')


def read(path):
    with open(path, 'rb') as file:
        return file.read()


def own_keys(vault):
    for name in ('custodian-identity', 'vault-stream'):
        yield name, read(f'{vault}/keys/{name}')
    for name in ('custodian-key', 'log-key'):
        # PRIVATE+KEY+name+hex8+base64 of one byte and the seed
        yield name, base64.b64decode(read(f'{vault}/keys/{name}').split(b'+', 4)[4])[1:]


def grant_secrets(vault):
    with tempfile.TemporaryDirectory() as copy:
        # The custodian keeps its own locked.
        for path in glob.glob(f'{vault}/records.sqlite*'):
            shutil.copy(path, copy)
        records = sqlite3.connect(f'{copy}/records.sqlite')
        lent = records.execute('SELECT id, secret FROM lending WHERE secret IS NOT NULL').fetchall()
        for grant, sealed in lent:
            key = read(f'{vault}/secrets/{grant.hex()}-{sealed[:TOKEN].hex()}')
            secret = ChaCha20Poly1305(key).decrypt(bytes(12), sealed[TOKEN:], grant)
            yield f'the key of the secret of grant {grant.hex()}', key
            yield f'the secret of grant {grant.hex()}', secret
            for (file,) in records.execute('SELECT id FROM lent_file WHERE lending = ?', (grant,)):
                part = derived(secret, grant, b'bevis/v1/part\0' + file)
                yield f'the part for {file.hex()[:12]} of grant {grant.hex()}', part
        records.close()


def forms(value):
    """How a value may stand in memory: also within the base64 of something longer, at each of the three offsets."""
    yield value
    yield value.hex().encode()
    for before in range(3):
        text = base64.b64encode(bytes(before) + value)
        # The first and last digits also hold bits of what stands beside.
        yield text[4 if before else 0:-4]


def regions(pid):
    """Start, end and whether it is guarded, of all the memory of a process that can hold what it wrote."""
    with open(f'/proc/{pid}/smaps') as smaps:
        lines = smaps.read().splitlines()
    for line in lines:
        head = re.match(r'([0-9a-f]+)-([0-9a-f]+) (\S+) ', line)
        if head:
            start, end, mode = int(head[1], 16), int(head[2], 16), head[3]
        elif line.startswith('VmFlags:') and 'w' in mode:
            yield start, end, 'dd' in line.split()


def stretches(memory, start, end):
    """What can be read from `start` to `end`, in pieces without a gap, and how many bytes could not be."""
    pieces, data, unseen = [], bytearray(), 0
    while start < end:
        try:
            memory.seek(start)
            read = memory.read(end - start)
        except OSError:
            read = b''  # a guard page, or it went meanwhile
        if read:
            data += read
            start += len(read)
            continue
        if data:
            pieces.append(bytes(data))
            data = bytearray()
        # Only whole pages can fail, so the next may be there.
        after = min((start // PAGE + 1) * PAGE, end)
        unseen += after - start
        start = after
    return [*pieces, bytes(data)], unseen


def look(pid, secrets):
    """For each name in `secrets`, how often it lies in guarded memory and how often elsewhere; and the bytes not seen."""
    found = {name: [0, 0] for name in secrets}
    unseen = 0
    with open(f'/proc/{pid}/mem', 'rb', 0) as memory:
        for start, end, guarded in regions(pid):
            pieces, missing = stretches(memory, start, end)
            unseen += missing
            for name, value in secrets.items():
                found[name][0 if guarded else 1] += sum(piece.count(form) for piece in pieces for form in forms(value))
    return found, unseen


def main():
    if sys.argv[1] == 'secrets':
        print(json.dumps({name: value.hex() for name, value in (*own_keys(sys.argv[2]), *grant_secrets(sys.argv[2]))}))
        return
    secrets = {name: bytes.fromhex(value) for name, value in json.loads(read(sys.argv[3])).items()}
    gone = sys.argv[5] if len(sys.argv) > 5 else None
    found, unseen = look(sys.argv[2], secrets)
    problems = []
    for name, (guarded, elsewhere) in found.items():
        if elsewhere:
            problems.append(f'{name} lies {elsewhere} times in memory that is not guarded')
        if guarded and gone and f'grant {gone}' in name:
            problems.append(f'{name} is still in memory')
    if unseen:
        problems.append(f'{unseen} bytes of its memory could not be read')
    # Who finds nothing at all may have looked in the wrong place.
    if not all(found[name][0] for name in ('custodian-identity', 'custodian-key', 'log-key')):
        problems.append('the keys in use were not found: the look itself is wrong')
    print('; '.join(problems) or f'{len(found)} secrets, none outside guarded memory')
    sys.exit(bool(problems))


if __name__ == '__main__':
    main()
