import AgeFile
import Foundation
import Sodium
import Testing

/// One file of C2SP's vectors, with the outcome that it declares.
struct Vector: CustomTestStringConvertible, Sendable {
    enum Expectation: String {
        case success
        case noMatch = "no match"
        case macFailure = "HMAC failure"
        case headerFailure = "header failure"
        case payloadFailure = "payload failure"
        case armorFailure = "armor failure"
    }

    let name: String
    let expectation: Expectation
    let payloadDigest: String?
    let identities: [String]
    let passphrases: [String]
    let isArmored: Bool
    let file: [UInt8]

    var testDescription: String { name }

    init(_ url: URL) throws {
        name = url.lastPathComponent
        let bytes = [UInt8](try Data(contentsOf: url))
        let separator = try #require((0..<bytes.count - 1).first { bytes[$0] == 0x0A && bytes[$0 + 1] == 0x0A })
        file = [UInt8](bytes[(separator + 2)...])
        var fields: [String: [String]] = [:]
        for line in String(decoding: bytes[..<separator], as: UTF8.self).split(separator: "\n") {
            let colon = try #require(line.range(of: ": "))
            fields[String(line[..<colon.lowerBound]), default: []].append(String(line[colon.upperBound...]))
        }
        expectation = try #require(fields["expect"]?.first.flatMap(Expectation.init(rawValue:)))
        payloadDigest = fields["payload"]?.first
        identities = fields["identity"] ?? []
        passphrases = fields["passphrase"] ?? []
        isArmored = fields["armored"] == ["yes"]
    }

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Vectors/cctv-examples")

    static let all: [Vector] = {
        let urls = try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return (urls ?? []).compactMap { try? Vector($0) }.sorted { $0.name < $1.name }
    }()

    /// Where in the file a failure lies, and what was released before it.
    struct Outcome: Equatable {
        var expectation: Expectation
        var digest: String?
    }

    var declared: Outcome { Outcome(expectation: expectation, digest: payloadDigest) }

    func bare() throws(AgeError) -> [UInt8] {
        guard isArmored else { return file }
        return try Armor.decode(file)
    }

    func fileKey(_ header: AgeHeader) throws(AgeError) -> FileKey {
        if let passphrase = passphrases.first, identities.isEmpty {
            return try header.open(passphrase: secret(passphrase))
        }
        var keys: [AgeIdentity] = []
        for identity in identities { keys.append(try AgeIdentity(parsing: secret(identity))) }
        return try header.open(with: keys)
    }

    static func expectation(for code: AgeError.Code) -> Expectation {
        switch code {
        case .malformedHeader, .workFactorTooHigh: .headerFailure
        case .noMatch: .noMatch
        case .headerNotAuthentic: .macFailure
        case .malformedArmor: .armorFailure
        case .malformedPayload, .payloadNotAuthentic, .truncated: .payloadFailure
        default: .success
        }
    }
}

@Suite struct VectorTests {
    @Test func everyVectorFileIsRead() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Vector.folder.path)
        #expect(Vector.all.count == names.count)
        #expect(Vector.all.count >= 119)
        for kind in ["armor", "hmac", "scrypt", "stanza", "stream", "x25519"] {
            #expect(Vector.all.contains { $0.name.hasPrefix(kind) })
        }
    }

    @Test(arguments: Vector.all) func wholeFileMeetsItsDeclaredOutcome(_ vector: Vector) {
        var outcome = Vector.Outcome(expectation: .success)
        do throws(AgeError) {
            let bytes = try vector.bare()
            let plaintext: SecretBytes
            if let passphrase = vector.passphrases.first, vector.identities.isEmpty {
                plaintext = try AgeFile.open(bytes, passphrase: secret(passphrase))
            } else {
                var keys: [AgeIdentity] = []
                for identity in vector.identities { keys.append(try AgeIdentity(parsing: secret(identity))) }
                plaintext = try AgeFile.open(bytes, with: keys)
            }
            outcome.digest = digest(plaintext.exposed)
        } catch {
            outcome.expectation = Vector.expectation(for: error.code)
            #expect(error.code != .malformedKey && error.code != .unavailable)
        }
        #expect(outcome.expectation == vector.expectation)
        if vector.expectation == .success { #expect(outcome.digest == vector.payloadDigest) }
    }

    @Test(arguments: Vector.all) func streamReleasesExactlyWhatVerified(_ vector: Vector) throws {
        for step in [65552, 65553, 4096, 1_000_000] {
            #expect(try streamed(vector, step: step) == vector.declared, "slices of \(step)")
        }
    }

    @Test(arguments: Vector.all) func checkedReaderMeetsItsDeclaredOutcome(_ vector: Vector) throws {
        var outcome = Vector.Outcome(expectation: .success)
        do throws(AgeError) {
            let bytes = try vector.bare()
            let header = try complete(bytes)
            let fileKey = try vector.fileKey(header)
            outcome = checked([UInt8](bytes[header.bytes.count...]), fileKey: fileKey)
        } catch {
            outcome.expectation = Vector.expectation(for: error.code)
        }
        #expect(outcome.expectation == vector.expectation)
        if vector.expectation == .success { #expect(outcome.digest == vector.payloadDigest) }
    }

    /// Every header that parses is found again, byte for byte, at the start of the longer file and alone.
    @Test(arguments: Vector.all) func headerParsesAloneAsInTheFile(_ vector: Vector) throws {
        guard let bytes = try? vector.bare(), let header = try? AgeHeader(parsingPrefixOf: bytes) else {
            #expect([.headerFailure, .armorFailure].contains(vector.expectation))
            return
        }
        #expect(header.bytes == [UInt8](bytes.prefix(header.bytes.count)))
        #expect(try AgeHeader(parsing: header.bytes).digest == header.digest)
        #expect(code { () throws(AgeError) in _ = try AgeHeader(parsing: header.bytes + [0x0A]) } == .malformedHeader)
        #expect(header.isPassphrase == (vector.name.contains("scrypt") && vector.name != "scrypt_uppercase"))
    }

    private func streamed(_ vector: Vector, step: Int) throws -> Vector.Outcome {
        var payload: [UInt8] = []
        let fileKey: FileKey
        do throws(AgeError) {
            let bytes = try vector.bare()
            let header = try complete(bytes)
            payload = [UInt8](bytes[header.bytes.count...])
            fileKey = try vector.fileKey(header)
            _ = try PayloadNonce([UInt8](payload.prefix(PayloadNonce.size)))
        } catch {
            return Vector.Outcome(expectation: Vector.expectation(for: error.code))
        }
        let outcome = try openStream(payload, fileKey: fileKey, step: step)
        return Vector.Outcome(
            expectation: outcome.failure.map { Vector.expectation(for: $0) } ?? .success,
            digest: digest(outcome.released))
    }

    private func checked(_ payload: [UInt8], fileKey: FileKey) -> Vector.Outcome {
        do {
            let reader = try checkedReader(payload, fileKey: fileKey)
            let size = reader.layout.plaintextSize
            let last = reader.layout.chunkCount - 1
            // An empty range opens nothing: the last chunk speaks for the size.
            var chunk = [UInt8](repeating: 0, count: reader.layout.plaintextSize(ofChunk: last))
            let range = reader.layout.payloadRange(ofChunk: last)
            let sealed = [UInt8](payload[Int(range.lowerBound)..<Int(range.upperBound)])
            try sealed.withUnsafeBytes { sealed in
                try chunk.withUnsafeMutableBytes { try reader.openChunk(sealed, index: last, into: $0) }
            }
            return Vector.Outcome(expectation: .success, digest: digest(try reader.read(0..<size, of: payload)))
        } catch let error as AgeError {
            return Vector.Outcome(expectation: Vector.expectation(for: error.code))
        } catch {
            return Vector.Outcome(expectation: .armorFailure)
        }
    }

    /// A file that ends inside its header has a malformed one.
    private func complete(_ bytes: [UInt8]) throws(AgeError) -> AgeHeader {
        do throws(AgeError) {
            return try AgeHeader(parsingPrefixOf: bytes)
        } catch {
            throw error.code == .truncated ? AgeError(.malformedHeader, error.reason) : error
        }
    }

    private func digest(_ bytes: [UInt8]) -> String { String(decoding: SHA256.hash(bytes).hex, as: UTF8.self) }
}
