"""Whether the log of a running custodian continues checkpoints that were told."""

import base64
import hashlib
import re
import socket
import sys


def fetched(path, target):
    """The body of an answer over a Unix socket."""
    with socket.socket(socket.AF_UNIX) as stream:
        stream.connect(path)
        stream.sendall(f'GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'.encode())
        data = b''
        while True:
            head, blank, body = data.partition(b'\r\n\r\n')
            length = re.search(rb'(?im)^content-length: (\d+)', head) if blank else None
            if length and len(body) >= int(length[1]):
                break
            more = stream.recv(1 << 20)
            if not more:
                break
            data += more
    if not head.startswith(b'HTTP/1.1 200'):
        sys.exit(f'{target}: {head[:200]!r}')
    return body


def root(hashes):
    """The head of a tree (RFC 6962, 2.1)."""
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return hashlib.sha256(b'\1' + root(hashes[:split]) + root(hashes[split:])).digest()


def leaves(path):
    size = int(fetched(path, '/checkpoint').split(b'\n')[1])
    hashes = []
    for first in range(0, size, 256):
        width = min(256, size - first)
        partial = f'.p/{width}' if width < 256 else ''
        bundle = fetched(path, f'/tile/entries/{first // 256:03}{partial}')
        while bundle:
            length = int.from_bytes(bundle[:2], 'big')
            hashes.append(hashlib.sha256(b'\0' + bundle[2 : 2 + length]).digest())
            bundle = bundle[2 + length :]
    if len(hashes) != size:
        sys.exit(f'the log has {len(hashes)} leaves, its checkpoint says {size}')
    return hashes


def continued(options):
    with open(options.told, encoding='utf-8') as file:
        told = [line.split() for line in file]
    hashes = leaves(options.socket)
    for size, wanted in told:
        if int(size) > len(hashes) or root(hashes[: int(size)]) != base64.b64decode(wanted):
            sys.exit(f'the log, of {len(hashes)} leaves, does not continue the checkpoint of {size} that an answer told')
    print(f'{len(told)} checkpoints continued')
