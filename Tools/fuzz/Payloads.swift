import AgeFile
import Sodium

/// A payload gets the same id in whatever pieces it comes, and where none, none in any.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = input(start, count)
    // Sealed chunks are longer than inputs: some repeat to come across their bounds.
    let repeats = (bytes.first ?? 0) > 0xF0 ? Int(bytes.count > 1 ? bytes[1] : 0) : 1
    let payload = [UInt8]([[UInt8]](repeating: bytes, count: repeats).joined())
    let whole = id(of: payload, piecesOf: payload.count + 1)
    demand(whole?.hex == id(of: payload, piecesOf: 65_551)?.hex, "large pieces make no difference")
    demand(whole?.hex == id(of: payload, piecesOf: 1009)?.hex, "small pieces make no difference")
    demand((whole != nil) == ((try? PayloadLayout(payloadSize: UInt64(payload.count))) != nil), "a size decides")
    return 0
}

private func id(of payload: [UInt8], piecesOf size: Int) -> AgeFileID? {
    var cutter = PayloadCutter<SHA256>()
    var rest = payload[...]
    while !rest.isEmpty {
        rest.prefix(size).withUnsafeBytes { cutter.take($0) }
        rest = rest.dropFirst(size)
    }
    demand(cutter.size == UInt64(payload.count), "every byte is counted")
    return cutter.finish()
}
