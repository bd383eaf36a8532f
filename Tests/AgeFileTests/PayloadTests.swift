import AgeFile
import MerkleTree
import Sodium
import Testing

/// Sizes at and around the borders of chunks.
let sizes = [0, 1, 65535, 65536, 65537, 131072, 131073, 3_000_001]

@Suite struct PayloadTests {
    let fileKey = FileKey.random()

    @Test(arguments: sizes) func everyWayOfReadingGivesThePlaintext(_ size: Int) throws {
        var random = SeededRandom(seed: UInt64(size))
        let plaintext = random.bytes(size)
        let identity = AgeIdentity.random()
        let file = try AgeFile.seal(plaintext, fileKey: fileKey, to: [identity.recipient])
        #expect(try AgeFile.open(file.bytes, with: [identity]).exposed == plaintext)
        #expect(try AgeFile.openText(file.bytes, with: [identity]) == plaintext)
        for step in [1000, 65536, 65552, size + 1] {
            let outcome = try openStream(file.payload, fileKey: fileKey, step: step)
            #expect(outcome.failure == nil)
            #expect(outcome.released == plaintext)
        }
        let reader = try checkedReader(file.payload, fileKey: fileKey)
        #expect(reader.id == file.id)
        #expect(try reader.read(0..<UInt64(size), of: file.payload) == plaintext)
        for _ in 0..<20 {
            let lower = Int.random(in: 0...size, using: &random)
            let upper = Int.random(in: lower...size, using: &random)
            #expect(
                try reader.read(UInt64(lower)..<UInt64(upper), of: file.payload)
                    == [UInt8](plaintext[lower..<upper]))
        }
    }

    @Test func textThatWasAlteredCutOffOrIsForSomebodyElseIsRefused() throws {
        let identity = AgeIdentity.random()
        let bytes = try AgeFile.seal([UInt8]("text".utf8), to: [identity.recipient]).bytes
        for position in bytes.indices {
            var altered = bytes
            altered[position] ^= 1
            #expect(throws: AgeError.self) { try AgeFile.openText(altered, with: [identity]) }
            #expect(throws: AgeError.self) { try AgeFile.openText(Array(bytes[..<position]), with: [identity]) }
        }
        #expect(throws: AgeError.self) { try AgeFile.openText(bytes + [0], with: [identity]) }
        #expect(throws: AgeError.self) { try AgeFile.openText(bytes, with: [.random()]) }
        #expect(try AgeFile.openText(bytes, with: [identity]) == [UInt8]("text".utf8))
    }

    @Test(arguments: sizes) func streamsSealAlikeHoweverTheBytesArrive(_ size: Int) throws {
        var random = SeededRandom(seed: UInt64(size))
        let plaintext = random.bytes(size)
        let nonce = PayloadNonce.random()
        let whole = sealStream(plaintext, fileKey: fileKey, nonce: nonce, step: size + 1)
        #expect(whole.count == Int(PayloadLayout(plaintextSize: UInt64(size)).payloadSize))
        for step in [777, 65536, 65537] {
            #expect(sealStream(plaintext, fileKey: fileKey, nonce: nonce, step: step) == whole)
        }
        #expect(chunkwise(plaintext, nonce: nonce) == whole)
    }

    @Test func chunksAndLeavesComeOutAlikeOnAllCores() async throws {
        var random = SeededRandom(seed: 13)
        let plaintext = random.bytes(40 * 65536 + 9)
        let nonce = PayloadNonce.random()
        let payload = sealStream(plaintext, fileKey: fileKey, nonce: nonce, step: 65536)
        let layout = try PayloadLayout(payloadSize: UInt64(payload.count))
        let tree = try leaves(of: payload, layout: layout)
        let reader = try checkedReader(payload, fileKey: fileKey)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<layout.chunkCount {
                group.addTask {
                    let range = layout.payloadRange(ofChunk: index)
                    let sealed = [UInt8](payload[Int(range.lowerBound)..<Int(range.upperBound)])
                    #expect(sealed.withUnsafeBytes { PayloadTree<SHA256>.leaf(of: $0) } == tree.leaves[Int(index) + 1])
                    let start = index * 65536
                    let part = try reader.read(start..<(start + 65536), of: payload)
                    #expect(part == [UInt8](plaintext[Int(start)..<min(Int(start) + 65536, plaintext.count)]))
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func layoutsOfAllLengthsAgree() throws {
        let near: [UInt64] = (0...3).flatMap { chunks in (0...40).map { UInt64(chunks) * 65536 + $0 } }
        for size in near + [1 << 30, 10 << 30 | 5, PayloadLayout.maximumPlaintextSize] {
            let layout = PayloadLayout(plaintextSize: size)
            #expect(layout.chunkCount == max(1, (size + 65535) / 65536))
            #expect(try PayloadLayout(payloadSize: layout.payloadSize) == layout)
            let last = layout.chunkCount - 1
            #expect(layout.payloadRange(ofChunk: last).upperBound == layout.payloadSize)
            #expect(layout.payloadRange(ofChunk: 0).lowerBound == 16)
            #expect(layout.isLast(last))
            #expect(layout.chunks(covering: 0..<UInt64.max) == 0..<(size == 0 ? 0 : layout.chunkCount))
        }
    }

    @Test func lengthsThatNoPlaintextHasAreRefused() {
        let sealed: UInt64 = 65552
        let refusals: [(UInt64, AgeError.Code)] = [
            (0, .malformedHeader), (15, .malformedHeader), (16, .truncated), (31, .truncated),
            (16 + sealed + 1, .truncated), (16 + sealed + 15, .truncated), (16 + sealed + 16, .malformedPayload),
            (16 + 2 * sealed + 16, .malformedPayload), (.max, .malformedPayload),
        ]
        for (size, expected) in refusals {
            #expect(code { () throws(AgeError) in _ = try PayloadLayout(payloadSize: size) } == expected, "\(size)")
        }
    }

    @Test func chunksCoveringARangeAreThoseThatHoldIt() {
        let layout = PayloadLayout(plaintextSize: 200_000)
        #expect(layout.chunks(covering: 0..<1) == 0..<1)
        #expect(layout.chunks(covering: 65535..<65537) == 0..<2)
        #expect(layout.chunks(covering: 65536..<131072) == 1..<2)
        #expect(layout.chunks(covering: 199_999..<1_000_000) == 3..<4)
        #expect(layout.chunks(covering: 200_000..<200_001).isEmpty)
        #expect(layout.chunks(covering: 7..<7).isEmpty)
        #expect(layout.plaintextSize(ofChunk: 3) == 200_000 - 3 * 65536)
    }

    @Test func idIsTheTreeOverNonceAndChunks() throws {
        var random = SeededRandom(seed: 3)
        for size in [0, 65536, 400_000] {
            let file = try AgeFile.seal(random.bytes(size), to: [AgeIdentity.random().recipient])
            var entries = [[UInt8](file.payload[..<16])]
            for start in stride(from: 16, to: file.payload.count, by: 65552) {
                entries.append([UInt8](file.payload[start..<min(start + 65552, file.payload.count)]))
            }
            let tree = MemoryTree(entries.map { TreeHash.leaf($0) })
            #expect(file.id.bytes == (try tree.root(size: tree.count)).bytes)
        }
    }

    @Test func newHeaderLeavesTheIDAsItWas() throws {
        let file = try AgeFile.seal([1, 2, 3], fileKey: fileKey, to: [AgeIdentity.random().recipient])
        let reader = AgeIdentity.random()
        let header = try AgeHeader(sealing: fileKey, to: [reader.recipient])
        let renewed = try SealedAgeFile(header: header, payload: file.payload)
        #expect(renewed.id == file.id)
        #expect(renewed.header.digest != file.header.digest)
        #expect(try AgeFile.open(renewed.bytes, with: [reader]).exposed == [1, 2, 3])
    }

    @Test func everyTruncationIsRefused() throws {
        let identity = AgeIdentity.random()
        let file = try AgeFile.seal([UInt8]("a small file".utf8), fileKey: fileKey, to: [identity.recipient])
        for count in 0..<file.bytes.count {
            let part = [UInt8](file.bytes.prefix(count))
            #expect(throws: AgeError.self) { try AgeFile.open(part, with: [identity]) }
        }
        for count in 16..<file.payload.count {
            let outcome = try openStream([UInt8](file.payload.prefix(count)), fileKey: fileKey, step: 5)
            #expect(outcome.failure == (count < 32 ? .truncated : .payloadNotAuthentic))
            #expect(outcome.released.isEmpty)
        }
        #expect(throws: AgeError.self) { try AgeFile.open(file.bytes + [0], with: [identity]) }
    }

    @Test func everyFlippedBitIsRefused() throws {
        let identity = AgeIdentity.random()
        let file = try AgeFile.seal([UInt8]("a small file".utf8), fileKey: fileKey, to: [identity.recipient])
        let bytes = file.bytes
        for index in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[index] ^= 1 << bit
                #expect(throws: AgeError.self, "byte \(index), bit \(bit)") {
                    try AgeFile.open(changed, with: [identity])
                }
            }
        }
    }

    @Test func chunksCannotBeSwappedDroppedOrRepeated() throws {
        let nonce = PayloadNonce.random()
        var random = SeededRandom(seed: 9)
        let payload = sealStream(random.bytes(3 * 65536 + 5), fileKey: fileKey, nonce: nonce, step: 65536)
        let chunk = { (index: Int) in
            [UInt8](payload[(16 + index * 65552)..<min(16 + (index + 1) * 65552, payload.count)])
        }
        for order in [[1, 0, 2, 3], [0, 2, 3], [0, 0, 1, 2, 3], [0, 1, 3], [0, 1, 2]] {
            let changed = nonce.bytes + order.flatMap(chunk)
            let outcome = try openStream(changed, fileKey: fileKey, step: 50_000)
            #expect(outcome.failure != nil, "\(order)")
        }
        let cut = try openStream(nonce.bytes + [0, 1, 2].flatMap(chunk), fileKey: fileKey, step: 50_000)
        #expect(cut.failure == .truncated)
        #expect(cut.released.count == 3 * 65536)
    }

    @Test func streamIsOverAfterAnError() throws {
        var opener = StreamOpener(fileKey: fileKey, nonce: PayloadNonce.random())
        let garbage = [UInt8](repeating: 7, count: 70_000)
        var released = 0
        var codes: [AgeError.Code?] = []
        do throws(AgeError) { try opener.update(garbage) { released += $0.count } } catch { codes.append(error.code) }
        do throws(AgeError) { try opener.update(garbage) { released += $0.count } } catch { codes.append(error.code) }
        do throws(AgeError) { try opener.finish { released += $0.count } } catch { codes.append(error.code) }
        #expect(codes == [.payloadNotAuthentic, .malformedPayload, .malformedPayload])
        #expect(released == 0)
    }

    @Test func chunkOfAnImpossibleSizeIsRefused() {
        let key = PayloadKey(fileKey: fileKey, nonce: PayloadNonce.random())
        for (size, index, isLast) in [
            (15, 0, true), (16, 1, true), (65553, 0, true), (65551, 0, false), (16, 0, false),
        ] {
            let sealed = [UInt8](repeating: 0, count: size)
            var plaintext = [UInt8](repeating: 0, count: max(0, size - 16))
            #expect(throws: AgeError(.malformedPayload, "")) {
                try sealed.withUnsafeBytes { sealed in
                    try plaintext.withUnsafeMutableBytes {
                        try key.openChunk(sealed, index: UInt64(index), isLast: isLast, into: $0)
                    }
                }
            }
        }
    }

    /// What a former reader, who knows the file key, can do: age's tags do not tell, the id does.
    @Test func forgedChunkUnderTheSameFileKeyIsRefusedByTheCheckedReader() throws {
        var random = SeededRandom(seed: 11)
        let plaintext = random.bytes(3 * 65536)
        let nonce = PayloadNonce.random()
        let payload = sealStream(plaintext, fileKey: fileKey, nonce: nonce, step: 65536)
        var altered = plaintext
        altered[70_000] ^= 1
        let forged = sealStream(altered, fileKey: fileKey, nonce: nonce, step: 65536)
        #expect(try openStream(forged, fileKey: fileKey, step: 65536).released == altered)
        let reader = try checkedReader(payload, fileKey: fileKey)
        #expect(try reader.read(0..<65536, of: forged) == [UInt8](plaintext[..<65536]))
        #expect(code { () throws(AgeError) in _ = try reader.read(65536..<65537, of: forged) } == .wrongID)
        #expect(try checkedReader(forged, fileKey: fileKey).id != reader.id)
    }

    @Test func leavesNonceOrLengthOfAnotherFileAreRefused() throws {
        let nonce = PayloadNonce.random()
        let payload = sealStream([UInt8](repeating: 1, count: 70_000), fileKey: fileKey, nonce: nonce, step: 70_000)
        let layout = try PayloadLayout(payloadSize: UInt64(payload.count))
        let tree = try leaves(of: payload, layout: layout)
        let key = PayloadKey(fileKey: fileKey, nonce: nonce)
        let refusal = { (layout: PayloadLayout, leaves: [TreeHash], id: AgeFileID, key: PayloadKey) in
            code { () throws(AgeError) in
                _ = try CheckedPayloadReader(layout: layout, leaves: leaves, id: id, key: key)
            }
        }
        #expect(refusal(layout, tree.leaves, tree.id, key) == nil)
        let otherNonce = PayloadKey(fileKey: fileKey, nonce: PayloadNonce.random())
        #expect(refusal(layout, tree.leaves, tree.id, otherNonce) == .wrongID)
        #expect(refusal(layout, tree.leaves.reversed(), tree.id, key) == .wrongID)
        #expect(refusal(layout, [TreeHash](tree.leaves.dropLast()), tree.id, key) == .wrongID)
        #expect(refusal(PayloadLayout(plaintextSize: 200_000), tree.leaves, tree.id, key) == .wrongID)
        #expect(refusal(layout, tree.leaves, Random.value(), key) == .wrongID)
        // Another length with the same number of chunks: the last chunk tells.
        let short = try CheckedPayloadReader(
            layout: PayloadLayout(plaintextSize: 69_999), leaves: tree.leaves, id: tree.id, key: key)
        #expect(code { () throws(AgeError) in _ = try short.read(65536..<65537, of: payload) } == .wrongID)
    }

    @Test func checkedReaderWithAnotherKeyReleasesNothing() throws {
        let nonce = PayloadNonce.random()
        let payload = sealStream([1, 2, 3], fileKey: fileKey, nonce: nonce, step: 3)
        let reader = try checkedReader(payload, fileKey: FileKey.random())
        #expect(code { () throws(AgeError) in _ = try reader.read(0..<3, of: payload) } == .payloadNotAuthentic)
    }

    @Test func secretsAndPassphrasesSealLikeBytes() throws {
        let file = try AgeFile.seal(secret("inside"), passphrase: secret("p"), logN: 3)
        #expect(try AgeFile.open(file.bytes, passphrase: secret("p")) == secret("inside"))
        #expect(code { () throws(AgeError) in _ = try AgeFile.open(file.bytes, passphrase: secret("q")) } == .noMatch)
        let other = try AgeFile.seal([UInt8]("inside".utf8), passphrase: secret("p"), logN: 3)
        #expect(other.id != file.id)
        let identity = AgeIdentity.random()
        let sealed = try AgeFile.seal(secret("inside"), fileKey: fileKey, to: [identity.recipient])
        #expect(try sealed.open(fileKey) == secret("inside"))
        #expect(code { () throws(AgeError) in _ = try sealed.open(FileKey.random()) } == .headerNotAuthentic)
    }

    /// The payload made from single chunks, last one first.
    private func chunkwise(_ plaintext: [UInt8], nonce: PayloadNonce) -> [UInt8] {
        let layout = PayloadLayout(plaintextSize: UInt64(plaintext.count))
        let key = PayloadKey(fileKey: fileKey, nonce: nonce)
        var payload = nonce.bytes + [UInt8](repeating: 0, count: Int(layout.payloadSize) - 16)
        for index in (0..<layout.chunkCount).reversed() {
            let start = Int(index) * PayloadLayout.chunkSize
            let range = layout.payloadRange(ofChunk: index)
            plaintext.withUnsafeBytes { plaintext in
                payload.withUnsafeMutableBytes { payload in
                    key.sealChunk(
                        UnsafeRawBufferPointer(
                            rebasing: plaintext[start..<(start + layout.plaintextSize(ofChunk: index))]),
                        index: index, isLast: layout.isLast(index),
                        into: UnsafeMutableRawBufferPointer(
                            rebasing: payload[Int(range.lowerBound)..<Int(range.upperBound)]))
                }
            }
        }
        return payload
    }
}
