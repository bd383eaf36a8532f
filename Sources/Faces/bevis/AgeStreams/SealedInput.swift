import AgeFile
import Terminal

/// An age file read from its beginning, armored or not, in bounded memory.
final class SealedInput {
    private static let step = 65_536

    private let source: Descriptor
    private var armor: ArmorStream?
    private var isAtEnd = false
    /// What was read beyond the header.
    private var ahead: [UInt8] = []

    /// The file's header.
    private(set) var header: AgeHeader
    /// What to call the file in messages.
    var name: String { source.name }

    /// Reads the header.
    /// - Throws: a refusal when there is none.
    init(_ source: Descriptor) throws(CommandFailure) {
        self.source = source
        let start = try SealedInput.start(of: source)
        var first = start
        if Armor.isArmored(prefix: start) {
            var stream = ArmorStream()
            first = try explaining(source.name) { () throws(AgeError) in
                try start.withUnsafeBufferPointer { text throws(AgeError) in
                    try stream.update(UnsafeRawBufferPointer(text))
                }
            }
            armor = stream
        }
        header = try SealedInput.placeholder()
        ahead = first
        try readHeader()
    }

    private static func placeholder() throws(CommandFailure) -> AgeHeader {
        try explaining(nil) { () throws(AgeError) in
            try AgeHeader(sealing: .random(), to: [AgeIdentity.random().recipient])
        }
    }

    // The first piece decides whether the text is armored.
    private static func start(of source: Descriptor) throws(CommandFailure) -> [UInt8] {
        try read(source) { buffer throws(CommandFailure) in try source.fill(buffer) }
    }

    private static func read(
        _ source: Descriptor, _ body: (UnsafeMutableRawBufferPointer) throws(CommandFailure) -> Int
    ) throws(CommandFailure) -> [UInt8] {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: step, alignment: 16)
        defer { buffer.deallocate() }
        let count = try body(buffer)
        return [UInt8](buffer[..<count])
    }

    private func readHeader() throws(CommandFailure) {
        var wanted = 1
        while true {
            while ahead.count < wanted, let more = try next() { ahead += more }
            do throws(AgeError) {
                header = try AgeHeader(parsingPrefixOf: ahead)
                ahead.removeFirst(header.bytes.count)
                return
            } catch {
                guard error.code == .truncated, !isAtEnd else { throw Explanation.age(error, on: source.name) }
            }
            wanted = ahead.count * 2 + 1
        }
    }

    // More bytes of the age file; nil at its end.
    private func next() throws(CommandFailure) -> [UInt8]? {
        guard !isAtEnd else { return nil }
        let source = source
        let piece = try SealedInput.read(source) { buffer throws(CommandFailure) in try source.read(into: buffer) }
        isAtEnd = piece.isEmpty
        guard var stream = armor else { return isAtEnd ? nil : piece }
        defer { armor = stream }
        let isLast = isAtEnd
        return try explaining(source.name) { () throws(AgeError) in
            guard !isLast else { return try stream.finish() }
            return try piece.withUnsafeBufferPointer { text throws(AgeError) in
                try stream.update(UnsafeRawBufferPointer(text))
            }
        }
    }

    /// Opens the payload into `sink`, each chunk once it has verified.
    /// - Throws: a refusal when the payload is altered or cut off; what verified before is written.
    func open(with fileKey: FileKey, into sink: Sink, progress: inout Progress) throws(CommandFailure) {
        while ahead.count < PayloadNonce.size, let more = try next() { ahead += more }
        let start = [UInt8](ahead.prefix(PayloadNonce.size))
        let nonce = try explaining(name) { () throws(AgeError) in try PayloadNonce(start) }
        var opener = StreamOpener(fileKey: fileKey, nonce: nonce)
        let relay = Relay(sink)
        var piece: [UInt8]? = [UInt8](ahead.dropFirst(PayloadNonce.size))
        ahead = []
        while let bytes = piece {
            let verdict = verdict { () throws(AgeError) in try opener.update(bytes, emit: relay.emit) }
            try relay.check()
            if let verdict { throw verdict }
            progress.update(relay.byteCount)
            piece = try next()
        }
        let verdict = verdict { () throws(AgeError) in try opener.finish(emit: relay.emit) }
        try relay.check()
        if let verdict { throw verdict }
    }

    private func verdict(_ body: () throws(AgeError) -> Void) -> CommandFailure? {
        do throws(AgeError) {
            try body()
            return nil
        } catch {
            return Explanation.age(error, on: name)
        }
    }
}
