import AgeFile
import CustodianProtocol
import Foundation
import Glibc
import SignedNote
import Sodium
import Testing

/// Whoever recorded a response and later gets the recipient's home and passphrase opens nothing with both.
@Suite struct RecordedResponseTests {
    @Test func recordedResponseOpensWithNoKeyThatTheRecipientKeeps() async throws {
        let world = try await World.copy()
        let grant = try await world.lend(["1"])
        let recorder = try world.record()
        defer {
            kill(recorder, SIGKILL)
            waitpid(recorder, nil, 0)
        }
        try await world.listens("recorded")
        let through = ["BEVIS_VAULT": "unix:" + world.path("recorded")]
        let opened = try await world.bevis(
            "mads", ["open", "1", "--grant", grant, "--purpose", "Brud", "-o", "x"], with: through)
        #expect(opened.status == 0, "\(opened.err)")
        #expect(try world.read("x") == World.original(1))
        #expect(try await world.bevis("mads", ["grants"], with: through).status == 0)

        let answers = try Answers(try world.read("bytes"))
        let response = try #require(answers.response)
        let envelope = try #require(answers.envelope)
        let keys = try await world.stolenKeys("mads")
        #expect(keys.count >= 2, "his age identity and his signing key at least")
        // The keys are the right ones: what is sealed to him for good opens with one of them, and only the response
        // does not. Stock age and bevis agree.
        #expect(keys.contains { (try? AgeFile.open(envelope, with: [$0])) != nil })
        for key in keys {
            #expect(throws: AgeError.self) { try AgeFile.open(response, with: [key]) }
        }
        try world.write("response.age", response)
        try world.write("envelope.age", envelope)
        let identity = try await world.bevis("mads", "unseal", "-p", "h-mads/identity.age")
        #expect(identity.status == 0, "\(identity.err)")
        let secrets = identity.outLines.filter { $0.contains("AGE-SECRET-KEY-1") }
        let secret = try #require(secrets.first.flatMap { $0.split(separator: " ").last })
        try world.write("stolen.key", Array((secret + "\n").utf8))
        for program in [["age", "-d"], ["bevis", "unseal"]] {
            let letter = try await world.tool(program + ["-i", "stolen.key", "envelope.age"])
            #expect(letter.status == 0, "\(program): \(letter.err)")
            let recorded = try await world.tool(program + ["-i", "stolen.key", "response.age"])
            #expect(recorded.status == 1)
            #expect(recorded.out == "")
        }
    }
}

/// What a recorder saw of the custodian's answers.
private struct Answers {
    /// The sealed response to a request.
    let response: [UInt8]?
    /// The envelope of the recipient's grant.
    let envelope: [UInt8]?

    init(_ bytes: [UInt8]) throws {
        let text = String(decoding: bytes, as: UTF8.self)
        func value(_ key: String) -> [UInt8]? {
            text.firstRange(of: "\"\(key)\":\"").flatMap { range in
                Data(base64Encoded: String(text[range.upperBound...].prefix { $0 != "\"" })).map { [UInt8]($0) }
            }
        }
        (response, envelope) = (value("response"), value("envelope"))
    }
}

extension Sandbox {
    /// Starts a recorder on the socket `recorded` before the custodian's own; what it answers goes to `bytes`.
    fileprivate func record() throws -> pid_t {
        let script = URL(filePath: #filePath).deletingLastPathComponent().path + "/recorder.py"
        return try Command(folder: folder).start(
            ["python3", script, path("recorded"), vault + "/socket", path("bytes")])
    }

    /// Waits until somebody listens on a socket.
    fileprivate func listens(_ name: String) async throws {
        for _ in 0..<200 where !exists(name) { try await Task.sleep(for: .milliseconds(50)) }
        guard exists(name) else { throw CommandError(description: "nobody listens on \(name)") }
    }

    fileprivate func tool(_ words: [String]) async throws -> Outcome { try await Command(folder: folder).run(words) }

    /// Every secret in a person's home that could open an age file, found by a thief who has the passphrase too: the
    /// identities, the seeds of signing keys, and any 32 bytes that stand anywhere as hexadecimal digits or base64.
    fileprivate func stolenKeys(_ person: String) async throws -> [AgeIdentity] {
        let home = URL(filePath: path("h-\(person)"))
        let files = FileManager.default.enumerator(at: home, includingPropertiesForKeys: [.isRegularFileKey])
        var texts: [String] = []
        for case let file as URL in files ?? .init() {
            guard let bytes = try? Data(contentsOf: file) else { continue }
            texts.append(String(decoding: bytes, as: UTF8.self))
            guard bytes.starts(with: Data("age-encryption.org/v1".utf8)) else { continue }
            let opened = try await bevis(person, "unseal", "-p", file.path)
            if opened.status == 0 { texts.append(opened.out) }
        }
        return try texts.flatMap { text in
            let written = text.matches(of: /AGE-SECRET-KEY-1[0-9A-Z]+/).map { match in
                var bytes = Array(match.output.utf8)
                return SecretBytes(wiping: &bytes)
            }
            let seeds = text.matches(of: /PRIVATE\+KEY\+[^+]+\+[0-9a-f]{8}\+([A-Za-z0-9+\/]{44})/).map(\.output.1)
            let encoded = text.matches(of: /[A-Za-z0-9+\/]{43,44}=?/).map(\.output)
            let hexadecimal = try text.matches(of: /[0-9a-f]{64}/).map { try Hex.decode(Array($0.output.utf8)) }
            let values = (seeds + encoded).compactMap { Data(base64Encoded: String($0)).map { [UInt8]($0) } }
            return try written.map { try AgeIdentity(parsing: $0) }
                + (values + hexadecimal).filter { $0.count == 32 || $0.count == 33 }.map { value in
                    var bytes = Array(value.suffix(32))
                    return AgeIdentity(try AgreementKey(SecretBytes(wiping: &bytes)))
                }
        }
    }
}
