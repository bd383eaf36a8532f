// The exports that smoke.mjs calls: each portable part does its work once, on bytes that the host placed in memory.
// Pointers come from `smoke_allocate`; a result of 0 means done, or yes, and anything else is the number of the failure.

import AgeFile
import MerkleTree
import Sodium

typealias Bytes = UnsafePointer<UInt8>
typealias MutableBytes = UnsafeMutablePointer<UInt8>

private func array(_ start: Bytes, _ count: Int) -> [UInt8] { [UInt8](UnsafeBufferPointer(start: start, count: count)) }

private func give(_ bytes: [UInt8], to output: MutableBytes) {
    for index in bytes.indices { output[index] = bytes[index] }
}

private func secret(_ start: Bytes) -> SecretBytes {
    SecretBytes(copying: UnsafeRawBufferPointer(start: start, count: 32))
}

@_cdecl("smoke_allocate")
func allocate(_ count: Int) -> MutableBytes { MutableBytes.allocate(capacity: max(count, 1)) }

@_cdecl("smoke_random")
func random(_ count: Int, _ output: MutableBytes) { give(Random.bytes(count), to: output) }

@_cdecl("smoke_sha256")
func sha256(_ message: Bytes, _ count: Int, _ output: MutableBytes) {
    give(SHA256.hash(array(message, count)).bytes.array, to: output)
}

@_cdecl("smoke_seal")
func seal(
    _ plaintext: Bytes, _ count: Int, _ key: Bytes, _ nonce: Bytes, _ aad: Bytes, _ aadCount: Int,
    _ output: MutableBytes
) -> Int32 {
    guard let key = try? AEADKey(secret(key)), let nonce = try? AEADNonce(array(nonce, 12)) else { return 1 }
    ChaCha20Poly1305.seal(
        UnsafeRawBufferPointer(start: plaintext, count: count),
        into: UnsafeMutableRawBufferPointer(start: output, count: count + ChaCha20Poly1305.tagSize), key: key,
        nonce: nonce, associatedData: array(aad, aadCount))
    return 0
}

@_cdecl("smoke_unseal")
func unseal(
    _ sealed: Bytes, _ count: Int, _ key: Bytes, _ nonce: Bytes, _ aad: Bytes, _ aadCount: Int, _ output: MutableBytes
) -> Int32 {
    guard let key = try? AEADKey(secret(key)), let nonce = try? AEADNonce(array(nonce, 12)) else { return 1 }
    do throws(SodiumError) {
        try ChaCha20Poly1305.open(
            UnsafeRawBufferPointer(start: sealed, count: count),
            into: UnsafeMutableRawBufferPointer(start: output, count: max(count - ChaCha20Poly1305.tagSize, 0)),
            key: key, nonce: nonce, associatedData: array(aad, aadCount))
    } catch {
        return error.code == .notAuthentic ? 2 : 3
    }
    return 0
}

@_cdecl("smoke_sign")
func sign(_ seed: Bytes, _ message: Bytes, _ count: Int, _ publicKey: MutableBytes, _ output: MutableBytes) -> Int32 {
    guard let key = try? SigningKey(seed: secret(seed)) else { return 1 }
    give(key.verificationKey.bytes.array, to: publicKey)
    give(key.sign(array(message, count)).bytes, to: output)
    return 0
}

@_cdecl("smoke_verify")
func verify(_ publicKey: Bytes, _ message: Bytes, _ count: Int, _ signature: Bytes) -> Int32 {
    guard let key = try? VerificationKey(checking: array(publicKey, 32)),
        let signature = try? Signature(array(signature, 64))
    else { return 1 }
    return key.accepts(signature, over: array(message, count)) ? 0 : 2
}

/// The root over `leaves` entries of four bytes each, the big-endian numbers from 0.
@_cdecl("smoke_root")
func root(_ leaves: Int, _ output: MutableBytes) {
    var tree = TreeBuilder()
    for number in 0..<UInt32(leaves) {
        let entry = (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * UInt32($0))) }
        tree.append(TreeHash.leaf(entry))
    }
    give(tree.root.bytes.array, to: output)
}

/// Writes the identity of a 32-byte secret, `AGE-SECRET-KEY-1…`, and its recipient, `age1…`: 74 and 62 bytes.
@_cdecl("smoke_age_keys")
func ageKeys(_ scalar: Bytes, _ identity: MutableBytes, _ recipient: MutableBytes) -> Int32 {
    guard let key = try? AgreementKey(secret(scalar)) else { return 1 }
    let age = AgeIdentity(key)
    age.text.withUnsafeBytes { give([UInt8]($0), to: identity) }
    give(age.recipient.text, to: recipient)
    return 0
}

/// Seals to the recipient of a 32-byte secret; the result is the size of the age file, or 0.
@_cdecl("smoke_age_seal")
func ageSeal(_ plaintext: Bytes, _ count: Int, _ scalar: Bytes, _ output: MutableBytes) -> Int {
    guard let key = try? AgreementKey(secret(scalar)),
        let file = try? AgeFile.seal(array(plaintext, count), to: [AgeIdentity(key).recipient])
    else { return 0 }
    give(file.bytes, to: output)
    return file.bytes.count
}

/// Opens an age file with a 32-byte secret; the result is the size of the plaintext, or -1 when it was refused.
@_cdecl("smoke_age_open")
func ageOpen(_ sealed: Bytes, _ count: Int, _ scalar: Bytes, _ output: MutableBytes) -> Int {
    guard let key = try? AgreementKey(secret(scalar)),
        let plaintext = try? AgeFile.open(array(sealed, count), with: [AgeIdentity(key)])
    else { return -1 }
    return plaintext.withUnsafeBytes {
        give([UInt8]($0), to: output)
        return $0.count
    }
}
