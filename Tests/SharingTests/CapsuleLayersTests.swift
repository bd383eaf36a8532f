import AgeFile
import Sodium
import Testing

@testable import Sharing

/// Opening through layers says whose layer is wrong.
@Suite struct CapsuleLayersTests {
    private let file: AgeFileID = fixed("photo")

    /// What the lists, the custodian and the recipient hold, each part open to change.
    private struct Held {
        let key: FileKey
        var capsule: Capsule
        /// From the recipient's own grant up to the owner's.
        var layers: [CapsuleLayer] = []
        var parts: [Part] = []
        var commitment: Digest

        func open() throws(LayerFault) -> FileKey {
            try capsule.fileKey(
                through: layers[0], Array(layers.dropFirst()), parts: parts, commitment: commitment)
        }
    }

    private func part(_ layer: Int) throws -> Part {
        try GrantSecret(fixedSecret("secret \(layer)")).part(for: file, in: fixed("grant \(layer)"))
    }

    private func layer(_ level: Int, _ capsule: Capsule) throws -> CapsuleLayer {
        CapsuleLayer(
            grant: fixed("grant \(level)"), grantor: fixed("grantor \(level)"),
            entry: ListedFile(
                kind: .content, item: file, id: file,
                part: try part(level).hash(for: file, in: fixed("grant \(level)")), capsule: capsule.hash))
    }

    /// - Parameter wrong: the layer whose grantor seals something else than the capsule or key below it.
    private func held(layers count: Int, wrong: Int? = nil) throws -> Held {
        let key = try FileKey(fixedSecret("file key", count: 16))
        let other = try FileKey(fixedSecret("another key", count: 16))
        let top = count - 1
        var capsule = Capsule(
            sealing: wrong == top ? other : key, of: file, in: fixed("grant \(top)"), with: try part(top))
        var layers = [try layer(top, capsule)]
        for level in (0..<top).reversed() {
            let strange = Capsule(sealing: other, of: file, in: fixed("grant 9"), with: try part(9))
            capsule = try Capsule(
                sealing: wrong == level ? strange : capsule, of: file, in: fixed("grant \(level)"),
                with: try part(level))
            layers.insert(try layer(level, capsule), at: 0)
        }
        return Held(
            key: key, capsule: capsule, layers: layers, parts: try (0..<count).map { try part($0) },
            commitment: key.commitment(to: file))
    }

    private func found(_ held: Held) -> LayerFault? {
        do throws(LayerFault) { _ = try held.open() } catch { return error }
        return nil
    }

    @Test func everyNumberOfLayersOpens() throws {
        for count in 1...33 {
            let held = try held(layers: count)
            #expect(try held.open().secret.exposed == held.key.secret.exposed)
        }
    }

    @Test func wrongPartConvictsTheCustodianAtItsLayer() throws {
        for count in 1...4 {
            for level in 0..<count {
                var held = try held(layers: count)
                held.parts[level] = try part(9)
                let fault = try #require(found(held))
                #expect(fault.party == .custodian && fault.layer == level)
                #expect(fault.grant == fixed("grant \(level)") && fault.file == file)
            }
        }
    }

    @Test func missingOrSurplusPartConvictsTheCustodian() throws {
        var held = try held(layers: 2)
        held.parts.append(try part(9))
        #expect(found(held)?.party == .custodian)
        held.parts.removeLast(2)
        #expect(found(held)?.party == .custodian)
    }

    @Test func wrongLayerConvictsWhoSealedIt() throws {
        for count in 1...4 {
            for level in 0..<count {
                let fault = try #require(found(try held(layers: count, wrong: level)))
                #expect(fault.party == .grantor(fixed("grantor \(level)")), "\(level) of \(count)")
                #expect(fault.layer == level)
            }
        }
    }

    @Test func capsuleThatItsOwnListDoesNotNameConvictsItsGrantor() throws {
        var held = try held(layers: 2)
        held.capsule = try self.held(layers: 2, wrong: 0).capsule
        #expect(found(held)?.party == .grantor(fixed("grantor 0")))
    }

    /// A grantor who signs a hash for a capsule that nobody can peel is found too.
    @Test func layerSealedUnderAnotherPartConvictsWhoSealedIt() throws {
        var held = try held(layers: 2)
        let below = try self.held(layers: 1).capsule
        held.capsule = try Capsule(sealing: below, of: file, in: fixed("grant 0"), with: try part(7))
        held.layers[0] = try layer(0, held.capsule)
        #expect(found(held)?.party == .grantor(fixed("grantor 0")))
    }
}
