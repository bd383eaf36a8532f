import AgeFile
import Sodium
import Testing

@testable import Sharing

@Suite struct CapsuleTests {
    private let gid: GrantID = fixed("grant")
    private let file: AgeFileID = fixed("photo")

    private func fileKey() throws -> FileKey { try FileKey(fixedSecret("file key", count: 16)) }

    private func part(_ secret: String = "T") throws -> Part {
        try GrantSecret(fixedSecret(secret)).part(for: file, in: gid)
    }

    private func code(_ body: () throws -> Void) -> SodiumError.Code? {
        do { try body() } catch { return (error as? SodiumError)?.code }
        return nil
    }

    @Test func partOpensItsCapsule() throws {
        let capsule = Capsule(sealing: try fileKey(), of: file, in: gid, with: try part())
        #expect(capsule.bytes.count == 32)
        #expect(try capsule.open(of: file, in: gid, with: try part()).exposed == fileKey().secret.exposed)
        #expect(try Capsule(capsule.bytes) == capsule)
        #expect(capsule.hash == SHA256.hash(capsule.bytes))
    }

    @Test func anotherPartGrantOrFileDoesNotOpen() throws {
        let capsule = Capsule(sealing: try fileKey(), of: file, in: gid, with: try part())
        let other = try GrantSecret(fixedSecret("T"))
        let attempts: [(AgeFileID, GrantID, Part)] = [
            (file, gid, try part("another T")), (fixed("film"), gid, try part()), (file, fixed("grant 2"), try part()),
            (fixed("film"), gid, other.part(for: fixed("film"), in: gid)),
            (file, fixed("grant 2"), other.part(for: file, in: fixed("grant 2"))),
            (file, gid, other.part(for: fixed("film"), in: gid)),
            (file, gid, other.part(for: file, in: fixed("grant 2"))),
        ]
        for (file, gid, part) in attempts {
            #expect(code { _ = try capsule.open(of: file, in: gid, with: part) } == .notAuthentic)
        }
    }

    /// A description's capsule does not open as its content's, whose id is another.
    @Test func contentAndDescriptionAreNotExchanged() throws {
        let world = try World()
        let capsules = try world.capsules()
        let secret = try world.secret()
        for (index, capsule) in capsules.enumerated() {
            for other in world.files where other.id != world.files[index].id {
                let part = secret.part(for: other.id, in: world.gid)
                #expect(
                    code { _ = try capsule.open(of: other.id, in: world.gid, with: part) } == .notAuthentic)
            }
        }
    }

    @Test func everyFlippedBitIsRefused() throws {
        let capsule = Capsule(sealing: try fileKey(), of: file, in: gid, with: try part())
        let part = try part()
        for index in capsule.bytes.indices {
            for bit in 0..<8 {
                var altered = capsule.bytes
                altered[index] ^= 1 << UInt8(bit)
                #expect(code { _ = try Capsule(altered).open(of: file, in: gid, with: part) } == .notAuthentic)
            }
        }
    }

    @Test func otherLengthsAreRefused() throws {
        for count in 0...600 {
            let isCapsule = count >= 32 && count <= 544 && count % 16 == 0
            let failure = code { _ = try Capsule([UInt8](repeating: 7, count: count)) }
            #expect(failure == (isCapsule ? nil : .wrongLength), "\(count)")
        }
        let capsule = Capsule(sealing: try fileKey(), of: file, in: gid, with: try part())
        #expect(code { _ = try Capsule([UInt8](capsule.bytes.dropLast())) } == .wrongLength)
        #expect(code { _ = try Capsule([UInt8](capsule.bytes.dropLast(16))) } == .wrongLength)
        #expect(
            code {
                _ = try Capsule(capsule.bytes + [UInt8](repeating: 0, count: 16)).open(
                    of: file, in: gid, with: try part())
            } == .notAuthentic)
    }

    @Test func partsDifferByGrantFileAndSecret() throws {
        let parts = try [
            try part().secret.exposed, try part("another T").secret.exposed,
            GrantSecret(fixedSecret("T")).part(for: fixed("film"), in: gid).secret.exposed,
            GrantSecret(fixedSecret("T")).part(for: file, in: fixed("grant 2")).secret.exposed,
        ]
        #expect(Set(parts).count == parts.count)
        let hashes = [
            try part().hash(for: file, in: gid), try part().hash(for: fixed("film"), in: gid),
            try part().hash(for: file, in: fixed("grant 2")), try part("another T").hash(for: file, in: gid),
        ]
        #expect(Set(hashes).count == hashes.count)
    }

    @Test func secretsOfOtherLengthsAreRefused() {
        for count in [0, 16, 31, 33, 64] {
            let bytes = secret([UInt8](repeating: 1, count: count))
            #expect(code { _ = try GrantSecret(bytes) } == .wrongLength)
            #expect(code { _ = try Part(bytes) } == .wrongLength)
        }
    }

    @Test func randomSecretsDiffer() {
        #expect(GrantSecret.random().secret.exposed != GrantSecret.random().secret.exposed)
        #expect(GrantSecret.random().secret.count == 32)
    }
}

@Suite struct LayeredCapsuleTests {
    private let file: AgeFileID = fixed("photo")

    private func part(_ layer: Int) throws -> Part {
        try GrantSecret(fixedSecret("secret \(layer)")).part(for: file, in: gid(layer))
    }

    private func gid(_ layer: Int) -> GrantID { fixed("grant \(layer)") }

    private func capsule(layers: Int) throws -> Capsule {
        let key = try FileKey(fixedSecret("file key", count: 16))
        var capsule = Capsule(sealing: key, of: file, in: gid(1), with: try part(1))
        for layer in 1..<layers {
            capsule = try Capsule(sealing: capsule, of: file, in: gid(layer + 1), with: try part(layer + 1))
        }
        return capsule
    }

    @Test func eachLayerIsSixteenBytesAndPeels() throws {
        for layers in 1...33 {
            var capsule = try capsule(layers: layers)
            #expect(capsule.bytes.count == 16 + 16 * layers)
            for layer in (1..<layers).reversed() {
                capsule = try capsule.peel(of: file, in: gid(layer + 1), with: try part(layer + 1))
            }
            let key = try capsule.open(of: file, in: gid(1), with: try part(1))
            #expect(key.exposed == fixedSecret("file key", count: 16).exposed)
        }
    }

    @Test func layersComeOffInTheirOrderOnly() throws {
        let capsule = try capsule(layers: 3)
        for layer in [1, 2] {
            #expect(throws: SodiumError(.notAuthentic, "")) {
                try capsule.peel(of: file, in: gid(layer), with: try part(layer))
            }
        }
        let below = try capsule.peel(of: file, in: gid(3), with: try part(3))
        #expect(throws: SodiumError(.notAuthentic, "")) { try below.open(of: file, in: gid(1), with: try part(1)) }
    }

    @Test func fileKeyIsNotTakenForACapsule() throws {
        let capsule = try capsule(layers: 1)
        #expect(throws: SodiumError(.wrongLength, "")) {
            try capsule.peel(of: file, in: gid(1), with: try part(1))
        }
    }

    @Test func layerBeyondTheMostIsRefused() throws {
        let capsule = try capsule(layers: 33)
        #expect(capsule.bytes.count == Capsule.maximumSize)
        #expect(throws: SodiumError(.wrongLength, "")) {
            try Capsule(sealing: capsule, of: file, in: gid(34), with: try part(34))
        }
    }
}
