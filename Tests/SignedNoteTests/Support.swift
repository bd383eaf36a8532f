import SignedNote
import Sodium

func bytes(_ text: String) -> [UInt8] { [UInt8](text.utf8) }

func secret(_ bytes: [UInt8]) -> SecretBytes { bytes.withUnsafeBytes { SecretBytes(copying: $0) } }

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

func signingKey(_ seed: UInt8) throws -> SigningKey {
    try SigningKey(seed: secret([UInt8](repeating: seed, count: 32)))
}

func signer(_ name: String, seed: UInt8) throws -> NoteSigner {
    NoteSigner(name: try KeyName(name.utf8), key: try signingKey(seed))
}

/// The error that `body` throws, or `nil`.
func failure(_ body: () throws -> Void) -> NoteError? {
    do { try body() } catch { return error as? NoteError }
    return nil
}
