import AgeFile
import MerkleTree
import Sodium
import Testing

@testable import Vault

private let chunk = PayloadLayout.chunkSize
private let block = chunk * Block.chunkCapacity

@Suite struct ContentOpenerTests {
    @Test(arguments: ContentSealerTests.borders) func openedIsTheOriginal(size: Int) throws {
        let sample = try SealedSample(size: size)
        #expect(try sample.opener().open(sample.payload) == sample.original)
    }

    @Test(arguments: [1, 2, 5]) func anyNumberOfThreadsAndAnyPiecesOpenTheSame(threads: Int) throws {
        let sample = try SealedSample(size: 50 * block + 3)
        for step in [1000, 70_001, 1 << 20] {
            let opened = try sample.opener(threads: threads).open(sample.payload, step: step)
            #expect(opened == sample.original)
        }
    }

    @Test func flippedChunkIsRefusedWithItsNumberAfterAllBefore() throws {
        let sample = try SealedSample(size: 30 * block)
        let opener = try sample.opener(threads: 3)
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<12 {
            var payload = sample.payload
            let number = UInt64.random(in: 0..<sample.layout.chunkCount, using: &generator)
            let range = sample.layout.payloadRange(ofChunk: number)
            let place = Int(UInt64.random(in: range, using: &generator))
            payload[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            var released: [UInt8] = []
            var position = 0
            let error = try failure {
                try opener.open(
                    from: { room in
                        let count = min(room.count, payload.count - position)
                        room.copyBytes(from: payload[position..<(position + count)])
                        position += count
                        return count
                    }, to: { released += $0 })
            }
            #expect(error.code == .wrongID)
            #expect(error.place == .chunk(number, of: sample.content.id))
            // Whole blocks before the wrong one, and nothing of what is not proven.
            #expect(released.count == Int(number) / Block.chunkCapacity * block)
            #expect(released == [UInt8](sample.original[..<released.count]))
        }
    }

    @Test func forgeryUnderTheSameFileKeyIsRefused() throws {
        let sample = try SealedSample(size: 3 * chunk)
        var payload = sample.payload
        let range = sample.layout.payloadRange(ofChunk: 1)
        let forged = [UInt8](repeating: 0x66, count: chunk)
        let key = PayloadKey(fileKey: sample.content.fileKey, nonce: sample.content.nonce)
        payload.withUnsafeMutableBytes { payload in
            let room = UnsafeMutableRawBufferPointer(
                rebasing: payload[Int(range.lowerBound)..<Int(range.upperBound)])
            forged.withUnsafeBytes { key.sealChunk($0, index: 1, isLast: false, into: room) }
        }
        let error = try failure { _ = try sample.opener().open(payload) }
        #expect(error.code == .wrongID)
        #expect(error.place == .chunk(1, of: sample.content.id))
    }

    @Test func wrongFileKeyIsRefused() throws {
        let sample = try SealedSample(size: 10)
        let leaves = try LeafList(all: sample.leaves, id: sample.content.id, layout: sample.layout)
        let error = try failure { _ = try ContentOpener(leaves: leaves, fileKey: .random()).open(sample.payload) }
        #expect(error.code == .notAuthentic)
    }

    @Test func changedNonceIsRefused() throws {
        let sample = try SealedSample(size: 10)
        let opener = try sample.opener()
        var payload = sample.payload
        payload[3] ^= 1
        #expect(throws: VaultError(.wrongID, "")) { _ = try opener.open(payload) }
    }

    @Test func cutOrLengthenedPayloadIsRefused() throws {
        let sample = try SealedSample(size: 9 * block)
        let opener = try sample.opener()
        for count in [0, 15, 16, 17, 4 * block, sample.payload.count - 1] {
            let error = try failure { _ = try opener.open([UInt8](sample.payload[..<count])) }
            #expect(error.code == .truncated)
        }
        #expect(throws: VaultError(.malformed, "")) { _ = try opener.open(sample.payload + [0]) }
    }

    @Test func failingClosuresEndTheOpening() throws {
        struct Broken: Error {}
        let sample = try SealedSample(size: 40 * block)
        let opener = try sample.opener()
        #expect(throws: Broken.self) {
            var position = 0
            try opener.open(
                from: { room in
                    if position > 5 * block { throw Broken() }
                    room.copyBytes(from: sample.payload[position..<(position + room.count)])
                    position += room.count
                    return room.count
                }, to: { _ in })
        }
        #expect(throws: Broken.self) {
            var position = 0
            try opener.open(
                from: { room in
                    room.copyBytes(from: sample.payload[position..<(position + room.count)])
                    position += room.count
                    return room.count
                }, to: { _ in throw Broken() })
        }
    }

    @Test func memoryDoesNotGrowWithTheContent() async throws {
        // In a process of its own: beside it other tests run in this one.
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryFolder()
            let size = UInt64(300 << 20)
            let path = try folder.file("original", [])
            shell("truncate -s \(size) \(path)")
            let sealed = try IngestSource(path: path)
            var leaves: [TreeHash] = []
            let layout = PayloadLayout(plaintextSize: size)
            let stream = try PayloadStream(from: sealed, fileKey: .random())
            _ = try stream.next { leaves.append(TreeHash.leaf([UInt8]($0))) }
            while try stream.next({ bytes in
                for start in stride(from: 0, to: bytes.count, by: PayloadLayout.sealedChunkSize) {
                    let end = min(bytes.count, start + PayloadLayout.sealedChunkSize)
                    leaves.append(PayloadTree<SHA256>.leaf(of: UnsafeRawBufferPointer(rebasing: bytes[start..<end])))
                }
            }) {}
            let content = try stream.finish()
            let again = try PayloadStream(
                from: IngestSource(path: path), fileKey: content.fileKey, nonce: content.nonce)
            let opener = ContentOpener(
                leaves: try LeafList(all: leaves, id: content.id, layout: layout), fileKey: content.fileKey)
            let before = try peakMemory(resetting: true)
            var opened: UInt64 = 0
            try opener.open(from: { try again.read(into: $0) }, to: { opened += UInt64($0.count) })
            let after = try peakMemory(resetting: false)
            #expect(opened == size)
            #expect(after - before < 64 << 20)
        }
    }
}

@Suite struct RangeTests {
    @Test func rangeIsTheSliceAndFetchesOnlyWhatCoversIt() throws {
        let sample = try SealedSample(size: 3 * block + 1234)
        let opener = try sample.opener()
        let size = UInt64(sample.original.count)
        var generator = SeededGenerator(seed: 6)
        var ranges: [Range<UInt64>] = [
            0..<0, 0..<1, 0..<size, (size - 1)..<size, (size - 1)..<(size + 99), size..<(size + 5),
            UInt64(chunk - 1)..<UInt64(chunk + 1), UInt64(chunk)..<UInt64(2 * chunk), 0..<UInt64.max,
        ]
        for _ in 0..<40 {
            let start = UInt64.random(in: 0..<size, using: &generator)
            ranges.append(start..<(start + UInt64.random(in: 0..<UInt64(2 * block), using: &generator)))
        }
        for range in ranges {
            let (plaintext, fetched) = try opener.open(range, of: sample.payload)
            let expected = sample.original[Int(min(range.lowerBound, size))..<Int(min(range.upperBound, size))]
            #expect(plaintext == [UInt8](expected))
            let chunks = sample.layout.chunks(covering: range)
            let sealed = chunks.reduce(0) { $0 + sample.layout.payloadRange(ofChunk: $1).count }
            let wanted = chunks.isEmpty ? 0 : 16 + sealed
            #expect(fetched.reduce(0) { $0 + $1.count } == wanted)
        }
    }

    @Test func provenLeavesAloneOpenTheirRange() throws {
        let sample = try SealedSample(size: 9 * chunk + 5)
        let tree = MemoryTree(sample.leaves)
        let proven = try [0, 4, 5].map { index in
            (leaf: sample.leaves[index], path: try InclusionProof(index: UInt64(index), size: tree.count, from: tree))
        }
        let leaves = try LeafList(proven: proven, id: sample.content.id, layout: sample.layout)
        let opener = ContentOpener(leaves: leaves, fileKey: sample.content.fileKey)
        let range = UInt64(3 * chunk + 7)..<UInt64(5 * chunk)
        let opened = try opener.open(range, of: sample.payload).plaintext
        #expect(opened == [UInt8](sample.original[Int(range.lowerBound)..<Int(range.upperBound)]))
        let error = try failure { _ = try opener.open(0..<1, of: sample.payload) }
        #expect(error.code == .malformed)
        var forged = proven
        forged[1].leaf = sample.leaves[7]
        #expect(throws: VaultError(.wrongID, "")) {
            _ = try LeafList(proven: forged, id: sample.content.id, layout: sample.layout)
        }
        #expect(throws: VaultError(.malformed, "")) {
            _ = try LeafList(
                proven: proven, id: sample.content.id, layout: PayloadLayout(plaintextSize: UInt64(11 * chunk)))
        }
    }

    @Test func flippedBitOutsideTheRangeDoesNotMatterInsideItDoes() throws {
        let sample = try SealedSample(size: 9 * chunk)
        let opener = try sample.opener()
        var payload = sample.payload
        payload[Int(sample.layout.payloadRange(ofChunk: 6).lowerBound)] ^= 0x80
        let before = 0..<UInt64(6 * chunk)
        #expect(try opener.open(before, of: payload).plaintext.count == 6 * chunk)
        let error = try failure { _ = try opener.open(UInt64(6 * chunk)..<UInt64(6 * chunk + 1), of: payload) }
        #expect(error.place == .chunk(6, of: sample.content.id))
    }

    @Test func leavesOfAnotherItemOrSizeAreRefused() throws {
        let sample = try SealedSample(size: 5 * chunk)
        let other = try SealedSample(size: 5 * chunk, seed: 9)
        let id = sample.content.id
        #expect(throws: VaultError(.wrongID, "")) { _ = try LeafList(all: other.leaves, id: id, layout: sample.layout) }
        var exchanged = sample.leaves
        exchanged.swapAt(2, 3)
        #expect(throws: VaultError(.wrongID, "")) { _ = try LeafList(all: exchanged, id: id, layout: sample.layout) }
        #expect(throws: VaultError(.malformed, "")) {
            _ = try LeafList(all: sample.leaves.dropLast(), id: id, layout: sample.layout)
        }
    }
}
