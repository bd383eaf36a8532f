import AgeFile

@testable import AgeStreams

/// What the stream makes of the text when it comes in pieces of `size` bytes.
private func streamed(_ text: [UInt8], piecesOf size: Int) -> [UInt8]? {
    var stream = ArmorStream()
    var bytes: [UInt8] = []
    var rest = text[...]
    while !rest.isEmpty {
        guard let more = try? rest.prefix(size).withUnsafeBytes({ try stream.update($0) }) else { return nil }
        bytes += more
        rest = rest.dropFirst(size)
    }
    guard let end = try? stream.finish() else { return nil }
    return bytes + end
}

/// Armored text either decodes or is refused, and the same as a stream; what decodes begins as armor does.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = input(start, count)
    let whole = try? Armor.decode(text)
    if let bytes = whole {
        demand(Armor.isArmored(prefix: text), "what decodes is recognised")
        demand(bytes.count <= text.count, "armor only makes longer")
    }
    let inOne = streamed(text, piecesOf: text.count + 1)
    demand(inOne == whole, "a stream of armored text decodes as the text does")
    demand(streamed(text, piecesOf: 7) == inOne, "pieces make no difference")
    return 0
}
