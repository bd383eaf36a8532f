#!/usr/bin/env python3
"""Makes identity files under a passphrase cheap to open, so that rounds of faults wait for the faults alone.

    cheapen.py PASSPHRASE_FILE IDENTITY...

The passphrase stays and so does everything sealed: the file key is wrapped anew, under 2^4 steps of scrypt and not 2^18
(age's `scrypt` stanza). Nothing that is for use is ever written like this.
"""

import base64
import hashlib
import hmac
import os
import sys

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

LABEL = b'age-encryption.org/v1/scrypt'
CHEAP = 4


def plain(text):
    return base64.b64decode(text + b'=' * (-len(text) % 4))


def text(data):
    return base64.b64encode(data).rstrip(b'=')


def wrapping(passphrase, salt, steps):
    key = hashlib.scrypt(passphrase, salt=LABEL + salt, n=1 << steps, r=8, p=1, maxmem=1 << 29, dklen=32)
    return ChaCha20Poly1305(key)


def header_mac(file_key, header):
    extracted = hmac.digest(bytes(32), file_key, 'sha256')
    return hmac.digest(hmac.digest(extracted, b'header\1', 'sha256'), header, 'sha256')


def cheapened(passphrase, data):
    version, stanza, body, last, payload = data.split(b'\n', 4)
    _, kind, salt, steps = stanza.split(b' ')
    assert kind == b'scrypt' and last.startswith(b'--- ')
    file_key = wrapping(passphrase, plain(salt), int(steps)).decrypt(bytes(12), plain(body), None)
    salt = os.urandom(16)
    body = wrapping(passphrase, salt, CHEAP).encrypt(bytes(12), file_key, None)
    header = b'%s\n-> scrypt %s %d\n%s\n---' % (version, text(salt), CHEAP, text(body))
    return header + b' ' + text(header_mac(file_key, header)) + b'\n' + payload


def main():
    with open(sys.argv[1], 'rb') as file:
        passphrase = file.read().rstrip(b'\n')
    for path in sys.argv[2:]:
        with open(path, 'r+b') as file:
            data = cheapened(passphrase, file.read())
            file.seek(0)
            file.write(data)
            file.truncate()


main()
