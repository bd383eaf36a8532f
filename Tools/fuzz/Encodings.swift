import Sodium

/// What decodes encodes to the very same text: no two texts mean the same bytes.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = input(start, count)
    if let bytes = try? Hex.decode(text) { demand(Hex.encode(bytes) == text, "hexadecimal is canonical") }
    for padding in [Base64.Padding.padded, .unpadded] {
        if let bytes = try? Base64.decode(text, padding) {
            demand(Base64.encode(bytes, padding) == text, "base64 is canonical")
        }
        demand((try? Base64.decode(Base64.encode(text, padding), padding)) == text, "base64 comes back")
    }
    return 0
}
