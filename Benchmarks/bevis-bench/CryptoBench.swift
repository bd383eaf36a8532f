import BulkHash
import Glibc
import Sodium

/// The cryptography of one opening and nothing else: no parsing, no records, no disk. What a release takes at least.
enum CryptoBench {
    static func run(count: Int) throws {
        let work = try OpeningCryptography()
        var custodian: [Double] = []
        var client: [Double] = []
        for _ in 0..<count {
            custodian.append(try seconds { try work.custodian(signsCheckpoint: true) })
            client.append(try seconds { try work.client() })
        }
        report("crypto.custodian", times: custodian)
        report("crypto.client", times: client)
        report("crypto.pairs_per_second", try pairsPerSecond(count: count))
        try bulk()
    }

    /// Processor seconds a GiB of sealing alone, and of one SHA-256, in a chunk that stays in the cache: the least that
    /// sealing and opening take.
    private static func bulk() throws {
        let size = 65_536
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: size + ChaCha20Poly1305.tagSize, alignment: 64)
        defer { chunk.deallocate() }
        chunk.copyBytes(from: Random.bytes(chunk.count))
        let key = try AEADKey(SecretBytes.random(32))
        report(
            "crypto.seal_gib_s",
            perGiB(size) {
                ChaCha20Poly1305.seal(
                    UnsafeRawBufferPointer(rebasing: chunk[..<size]), into: chunk, key: key, nonce: .zero)
            })
        report(
            "crypto.sha256_gib_s",
            perGiB(size) {
                var hash = BulkSHA256()
                hash.update(UnsafeRawBufferPointer(rebasing: chunk[..<size]))
                _ = hash.finish()
            })
    }

    // The least of several short runs, by this thread's processor time: what a busy machine cannot inflate much.
    private static func perGiB(_ size: Int, _ body: () -> Void) -> Double {
        let count = 512
        let times = (0..<15).map { _ in
            let start = threadSeconds()
            for _ in 0..<count { body() }
            return threadSeconds() - start
        }
        return (times.min() ?? 0) * Double(1 << 30) / Double(size * count)
    }

    private static func threadSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Openings a second when every processor does both sides' cryptography, a checkpoint signed for every eighth.
    static func pairsPerSecond(count: Int) throws -> Double {
        let work = try OpeningCryptography()
        let threads = processorCount
        let elapsed = try seconds {
            try inParallel(threads) { _ in
                for step in 0..<count {
                    try work.custodian(signsCheckpoint: step % 8 == 0)
                    try work.client()
                }
            }
        }
        return Double(count * threads) / elapsed
    }
}

/// The operations of B3 on texts of the real sizes.
struct OpeningCryptography: Sendable {
    private let key = SigningKey()
    private let message = Random.bytes(900)
    private let checkpoint = Random.bytes(120)
    private let stream = AgreementKey()
    private let secret = SecretBytes.random(32)
    private let salt = Random.bytes(32)
    private let signature: Signature
    private let checkpointSignature: Signature
    private let sealed: [UInt8]
    private let aead: AEADKey
    private let sender = AgreementKey().publicKey

    init() throws {
        signature = key.sign(message)
        checkpointSignature = key.sign(checkpoint)
        aead = try AEADKey(secret)
        sealed = ChaCha20Poly1305.seal(secret: secret, key: aead, nonce: .zero, associatedData: salt)
    }

    /// Verify the request and the checkpoint in it; the part; seal response and record to their recipients, which is
    /// a key pair and an agreement each; sign the response and, once a batch, the checkpoint.
    func custodian(signsCheckpoint: Bool) throws {
        guard key.verificationKey.accepts(signature, over: message),
            key.verificationKey.accepts(checkpointSignature, over: checkpoint)
        else { throw BenchError("a signature does not verify") }
        _ = HKDF.derive(from: secret, salt: salt, info: salt)
        _ = key.sign(message)
        for _ in 0..<2 {
            let ephemeral = AgreementKey()
            try wrap(try ephemeral.agree(with: stream.publicKey))
        }
        if signsCheckpoint { _ = key.sign(checkpoint) }
    }

    /// A fresh recipient; sign the request; verify checkpoint and response; open record and response; part and capsule.
    func client() throws {
        _ = AgreementKey()
        _ = key.sign(message)
        guard key.verificationKey.accepts(checkpointSignature, over: checkpoint),
            key.verificationKey.accepts(signature, over: message)
        else { throw BenchError("a signature does not verify") }
        for _ in 0..<2 { try wrap(try stream.agree(with: sender)) }
        _ = HKDF.derive(from: secret, salt: salt, info: salt)
        _ = try ChaCha20Poly1305.openSecret(sealed, key: aead, nonce: .zero, associatedData: salt)
    }

    // age's keys of one file: wrap key, header MAC, payload key, and the two things sealed.
    private func wrap(_ shared: SecretBytes) throws {
        for _ in 0..<3 { _ = HKDF.derive(from: shared, salt: salt, info: salt) }
        _ = ChaCha20Poly1305.seal(secret: secret, key: aead, nonce: .zero, associatedData: salt)
        _ = ChaCha20Poly1305.seal(secret: secret, key: aead, nonce: .zero, associatedData: message)
    }
}
