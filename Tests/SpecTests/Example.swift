import AgeFile
import AuditTrail
import Foundation
import Sharing
import SignedNote
import Sodium

func text(_ bytes: some Collection<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

func bytes(_ text: String) -> [UInt8] { [UInt8](text.utf8) }

/// `count` equal bytes: the form of every secret and id of the example.
func equal(_ byte: UInt8, _ count: Int = 32) -> [UInt8] { [UInt8](repeating: byte, count: count) }

func secret(_ bytes: [UInt8]) -> SecretBytes { bytes.withUnsafeBytes { SecretBytes(copying: $0) } }

extension SecretBytes {
    /// For assertions only.
    var exposed: [UInt8] { withUnsafeBytes { [UInt8]($0) } }
}

/// The worked example of the specification, and the pages that quote it.
enum Example {
    static let pages = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Docs/Spec")
    static let folder = pages.appending(path: "Examples")

    static func read(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appending(path: name)))
    }

    /// Whose seed is which byte, and under which name they sign.
    enum Signer: UInt8 {
        case owner = 1, officer, issuer, custodian, log, operating

        var name: String {
            switch self {
            case .owner, .officer, .operating: "bevis.example/person"
            case .issuer: "bevis.example/issuer"
            case .custodian: "bevis.example/custodian"
            case .log: "bevis.example/log/0123456789abcdef"
            }
        }

        var signer: NoteSigner {
            get throws {
                NoteSigner(name: try KeyName(bytes(name)), key: try SigningKey(seed: secret(equal(rawValue))))
            }
        }
    }

    /// The age identities by their byte.
    enum Identity: UInt8 {
        case owner = 0x11, officer, matter, oneTime, request

        var identity: AgeIdentity {
            get throws { AgeIdentity(try AgreementKey(secret(equal(rawValue)))) }
        }
    }

    static var matter: CaseID { get throws { try CaseID(copying: equal(0xCA)) } }
    static var grant: GrantID { get throws { try GrantID(copying: equal(0x61)) } }
    static var grantSecret: GrantSecret { get throws { try GrantSecret(secret(equal(0x07))) } }
    static var matterKey: StreamKey { get throws { try StreamKey(secret(equal(0x0C))) } }
    static var vaultKey: StreamKey { get throws { try StreamKey(secret(equal(0x0D))) } }
    static var grantKey: StreamKey { get throws { try matterKey.child(grant) } }

    /// The log's entries.
    static func leaves() throws -> [[UInt8]] {
        try text(read("leaves.hex")).split(separator: "\n").map { try Hex.decode($0.utf8) }
    }
}
