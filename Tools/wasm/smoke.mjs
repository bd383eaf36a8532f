// Runs the smoke module and compares what it does with published vectors and with Node's own cryptography.
//
//     node smoke.mjs smoke.wasm

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as crypto from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const file = process.argv[2];
assert(file, 'usage: node smoke.mjs smoke.wasm');

let memory;
const drawn = { count: 0 };
const wasi = {
    random_get(pointer, count) {
        crypto.randomFillSync(new Uint8Array(memory.buffer, pointer, count));
        drawn.count += count;
        return 0;
    },
};
// libc names more than this program ever reaches: a call to any of them is a failure, and says which.
const module = await WebAssembly.compile(readFileSync(file));
const imports = {};
for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    assert.equal(from, 'wasi_snapshot_preview1', `unexpected import ${from}.${name}`);
    (imports[from] ??= {})[name] = wasi[name] ?? (() => { throw new Error(`the module called ${name}`); });
}
const { exports: core } = await WebAssembly.instantiate(module, imports);
memory = core.memory;
core._initialize?.();

const place = (bytes) => {
    const pointer = core.smoke_allocate(bytes.length);
    new Uint8Array(memory.buffer, pointer, bytes.length).set(bytes);
    return pointer;
};
const take = (pointer, count) => Buffer.from(new Uint8Array(memory.buffer, pointer, count));
const hex = (text) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const sha256 = (...parts) => crypto.createHash('sha256').update(Buffer.concat(parts)).digest();

function hash(message) {
    const output = core.smoke_allocate(32);
    core.smoke_sha256(place(message), message.length, output);
    return take(output, 32);
}

function seal(plaintext, key, nonce, aad) {
    const output = core.smoke_allocate(plaintext.length + 16);
    const code = core.smoke_seal(
        place(plaintext), plaintext.length, place(key), place(nonce), place(aad), aad.length, output);
    assert.equal(code, 0);
    return take(output, plaintext.length + 16);
}

function unseal(sealed, key, nonce, aad) {
    const output = core.smoke_allocate(sealed.length - 16);
    const code = core.smoke_unseal(
        place(sealed), sealed.length, place(key), place(nonce), place(aad), aad.length, output);
    return { code, plaintext: take(output, sealed.length - 16) };
}

function sign(seed, message) {
    const publicKey = core.smoke_allocate(32);
    const output = core.smoke_allocate(64);
    assert.equal(core.smoke_sign(place(seed), place(message), message.length, publicKey, output), 0);
    return { publicKey: take(publicKey, 32), signature: take(output, 64) };
}

const verify = (key, message, signature) =>
    core.smoke_verify(place(key), place(message), message.length, place(signature));

function ageSeal(plaintext, secret) {
    const output = core.smoke_allocate(plaintext.length + 1_000);
    const count = core.smoke_age_seal(place(plaintext), plaintext.length, place(secret), output);
    assert(count > plaintext.length);
    return take(output, count);
}

function ageOpen(file, secret) {
    const output = core.smoke_allocate(file.length);
    const count = core.smoke_age_open(place(file), file.length, place(secret), output);
    return count < 0 ? null : take(output, count);
}

function ageKeys(secret) {
    const [identity, recipient] = [core.smoke_allocate(74), core.smoke_allocate(62)];
    assert.equal(core.smoke_age_keys(place(secret), identity, recipient), 0);
    return { identity: take(identity, 74).toString(), recipient: take(recipient, 62).toString() };
}

function stockAge() {
    try {
        return execFileSync('age', ['--version'], { stdio: ['ignore', 'pipe', 'ignore'] }).toString().trim();
    } catch {
        return null;
    }
}

const flipped = (bytes) => Buffer.from(bytes.map((byte, at) => (at === bytes.length - 1 ? byte ^ 1 : byte)));

const checks = {
    'random bytes come from the host and differ'() {
        const output = core.smoke_allocate(64);
        core.smoke_random(64, output);
        const first = take(output, 64);
        core.smoke_random(64, output);
        assert.notDeepEqual(first, take(output, 64));
        assert(drawn.count > 0);
    },
    'SHA-256 gives the known answer of FIPS 180-4 and agrees with Node'() {
        assert.equal(hash(Buffer.from('abc')).toString('hex'),
            'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
        for (const count of [0, 1, 63, 64, 65, 100_000]) {
            const message = crypto.randomBytes(count);
            assert.deepEqual(hash(message), sha256(message));
        }
    },
    'ChaCha20-Poly1305 gives the known answer of RFC 8439, section 2.8.2'() {
        const plaintext = Buffer.from('Ladies and Gentlemen of the class of \'99: If I could offer you only one tip'
            + ' for the future, sunscreen would be it.');
        const sealed = seal(plaintext, hex('80818283 84858687 88898a8b 8c8d8e8f 90919293 94959697 98999a9b 9c9d9e9f'),
            hex('07000000 40414243 44454647'), hex('50515253 c0c1c2c3 c4c5c6c7'));
        assert.equal(sealed.subarray(-16).toString('hex'), '1ae10b594f09e26a7e902ecbd0600691');
        assert.equal(sealed.subarray(0, 8).toString('hex'), 'd31a8d34648e60db');
    },
    'sealing agrees with Node, and an altered byte is refused'() {
        for (const count of [0, 1, 65_536]) {
            const [plaintext, key, nonce, aad] = [count, 32, 12, 20].map((size) => crypto.randomBytes(size));
            const sealed = seal(plaintext, key, nonce, aad);
            const peer = crypto.createDecipheriv('chacha20-poly1305', key, nonce, { authTagLength: 16 });
            peer.setAAD(aad).setAuthTag(sealed.subarray(-16));
            assert.deepEqual(Buffer.concat([peer.update(sealed.subarray(0, -16)), peer.final()]), plaintext);
            const opened = unseal(sealed, key, nonce, aad);
            assert.equal(opened.code, 0);
            assert.deepEqual(opened.plaintext, plaintext);
            assert.equal(unseal(flipped(sealed), key, nonce, aad).code, 2);
            assert.equal(unseal(sealed, key, nonce, flipped(aad)).code, 2);
        }
    },
    'Ed25519 gives the known answer of RFC 8032, section 7.1, test 2'() {
        const { publicKey, signature } = sign(
            hex('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb'), hex('72'));
        assert.equal(publicKey.toString('hex'), '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c');
        assert.equal(signature.toString('hex'),
            '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da'
            + '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00');
    },
    'signatures agree with Node, and an altered message or key is refused'() {
        const message = crypto.randomBytes(500);
        const { publicKey, signature } = sign(crypto.randomBytes(32), message);
        const peer = crypto.createPublicKey({
            key: { kty: 'OKP', crv: 'Ed25519', x: publicKey.toString('base64url') }, format: 'jwk' });
        assert(crypto.verify(null, message, peer, signature));
        assert.equal(verify(publicKey, message, signature), 0);
        assert.equal(verify(publicKey, flipped(message), signature), 2);
        assert.equal(verify(Buffer.alloc(32), message, signature), 1);
    },
    'Merkle roots agree with RFC 6962 worked out here'() {
        const over = (entries) => {
            if (entries.length === 0) return sha256();
            if (entries.length === 1) return sha256(hex('00'), entries[0]);
            let split = 1;
            while (split * 2 < entries.length) split *= 2;
            return sha256(hex('01'), over(entries.slice(0, split)), over(entries.slice(split)));
        };
        for (const count of [0, 1, 2, 3, 7, 8, 300]) {
            const output = core.smoke_allocate(32);
            core.smoke_root(count, output);
            const entries = Array.from({ length: count }, (_, at) => {
                const entry = Buffer.alloc(4);
                entry.writeUInt32BE(at);
                return entry;
            });
            assert.deepEqual(take(output, 32), over(entries), `${count} leaves`);
        }
    },
    'an age file opens with its key, and not with another or altered'() {
        const [secret, other] = [crypto.randomBytes(32), crypto.randomBytes(32)];
        for (const count of [0, 1, 65_536, 65_537, 300_000]) {
            const plaintext = crypto.randomBytes(count);
            const file = ageSeal(plaintext, secret);
            assert.equal(file.subarray(0, 22).toString(), 'age-encryption.org/v1\n');
            assert.deepEqual(ageOpen(file, secret), plaintext);
            assert.equal(ageOpen(file, other), null);
            assert.equal(ageOpen(flipped(file), secret), null);
            assert.equal(ageOpen(file.subarray(0, -1), secret), null);
        }
    },
    'the stock age tool opens what the module seals, and the module what it seals'() {
        if (!stockAge()) return 'not run: no age here (Debian\'s age)';
        const folder = mkdtempSync(join(tmpdir(), 'bevis-smoke-'));
        try {
            const secret = crypto.randomBytes(32);
            const { identity, recipient } = ageKeys(secret);
            const plaintext = crypto.randomBytes(200_000);
            writeFileSync(join(folder, 'identity'), identity, { mode: 0o600 });
            const opened = execFileSync('age', ['-d', '-i', join(folder, 'identity')],
                { input: ageSeal(plaintext, secret) });
            assert.deepEqual(opened, plaintext);
            assert.deepEqual(ageOpen(execFileSync('age', ['-r', recipient], { input: plaintext }), secret), plaintext);
        } finally {
            rmSync(folder, { recursive: true });
        }
        return stockAge();
    },
};

for (const [name, check] of Object.entries(checks)) {
    const remark = check();
    console.log(`ok: ${name}${remark ? ` (${remark})` : ''}`);
}
console.log(`${Object.keys(checks).length} checks under Node ${process.version}, every one as it should be`);
