public import Sodium

/// Seals and opens whole small files in memory (age v1; formats A1). Long ones go through `StreamSealer`,
/// `StreamOpener` or `PayloadKey`.
public enum AgeFile {
    /// Seals `plaintext` to `recipients`; `fileKey` must be fresh.
    /// - Throws: as `AgeHeader.init(sealing:to:)`.
    public static func seal(
        _ plaintext: UnsafeRawBufferPointer, fileKey: FileKey = .random(), to recipients: [AgeRecipient]
    ) throws(AgeError) -> SealedAgeFile {
        try seal(plaintext, fileKey: fileKey, under: try AgeHeader(sealing: fileKey, to: recipients))
    }

    /// Seals `plaintext` to `recipients`; `fileKey` must be fresh.
    /// - Throws: as `AgeHeader.init(sealing:to:)`.
    public static func seal(
        _ plaintext: [UInt8], fileKey: FileKey = .random(), to recipients: [AgeRecipient]
    ) throws(AgeError) -> SealedAgeFile {
        try plaintext.lend { bytes throws(AgeError) in try seal(bytes, fileKey: fileKey, to: recipients) }
    }

    /// Seals a secret to `recipients`; `fileKey` must be fresh.
    /// - Throws: as `AgeHeader.init(sealing:to:)`.
    public static func seal(
        _ plaintext: SecretBytes, fileKey: FileKey = .random(), to recipients: [AgeRecipient]
    ) throws(AgeError) -> SealedAgeFile {
        try plaintext.withUnsafeBytes { bytes throws(AgeError) in
            try seal(bytes, fileKey: fileKey, to: recipients)
        }
    }

    /// Seals `plaintext` under a passphrase; `fileKey` must be fresh.
    /// - Throws: as `AgeHeader.init(sealing:passphrase:logN:)`.
    public static func seal(
        _ plaintext: UnsafeRawBufferPointer, fileKey: FileKey = .random(), passphrase: SecretBytes,
        logN: UInt8 = AgeHeader.defaultLogN
    ) throws(AgeError) -> SealedAgeFile {
        let header = try AgeHeader(sealing: fileKey, passphrase: passphrase, logN: logN)
        return try seal(plaintext, fileKey: fileKey, under: header)
    }

    /// Seals `plaintext` under a passphrase; `fileKey` must be fresh.
    /// - Throws: as `AgeHeader.init(sealing:passphrase:logN:)`.
    public static func seal(
        _ plaintext: [UInt8], fileKey: FileKey = .random(), passphrase: SecretBytes,
        logN: UInt8 = AgeHeader.defaultLogN
    ) throws(AgeError) -> SealedAgeFile {
        try plaintext.lend { bytes throws(AgeError) in
            try seal(bytes, fileKey: fileKey, passphrase: passphrase, logN: logN)
        }
    }

    /// Seals a secret under a passphrase; `fileKey` must be fresh.
    /// - Throws: as `AgeHeader.init(sealing:passphrase:logN:)`.
    public static func seal(
        _ plaintext: SecretBytes, fileKey: FileKey = .random(), passphrase: SecretBytes,
        logN: UInt8 = AgeHeader.defaultLogN
    ) throws(AgeError) -> SealedAgeFile {
        try plaintext.withUnsafeBytes { bytes throws(AgeError) in
            try seal(bytes, fileKey: fileKey, passphrase: passphrase, logN: logN)
        }
    }

    /// Opens a whole file, not armored, into guarded memory. It holds nothing unless every chunk verified.
    /// - Throws: as `SealedAgeFile.init(parsing:)`, `AgeHeader.open(with:)` and `SealedAgeFile.open(_:)`.
    public static func open(_ bytes: [UInt8], with identities: [AgeIdentity]) throws(AgeError) -> SecretBytes {
        let file = try SealedAgeFile(parsing: bytes)
        return try file.open(try file.header.open(with: identities))
    }

    /// Opens a whole passphrase file, not armored, into guarded memory.
    /// - Throws: as `SealedAgeFile.init(parsing:)`, `AgeHeader.open(passphrase:maximumLogN:)` and
    ///   `SealedAgeFile.open(_:)`.
    public static func open(
        _ bytes: [UInt8], passphrase: SecretBytes, maximumLogN: UInt8 = AgeHeader.maximumLogN
    ) throws(AgeError) -> SecretBytes {
        let file = try SealedAgeFile(parsing: bytes)
        return try file.open(try file.header.open(passphrase: passphrase, maximumLogN: maximumLogN))
    }

    private static func seal(
        _ plaintext: UnsafeRawBufferPointer, fileKey: FileKey, under header: AgeHeader
    ) throws(AgeError) -> SealedAgeFile {
        let nonce = PayloadNonce.random()
        var payload = nonce.bytes
        payload.reserveCapacity(Int(PayloadLayout(plaintextSize: UInt64(plaintext.count)).payloadSize))
        var sealer = StreamSealer(fileKey: fileKey, nonce: nonce)
        sealer.update(plaintext) { payload.append(contentsOf: $0) }
        sealer.finish { payload.append(contentsOf: $0) }
        return try SealedAgeFile(header: header, payload: payload)
    }
}
