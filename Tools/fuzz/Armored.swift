import AgeFile

/// Armored text either decodes or is refused, and what decodes begins as armor does.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = input(start, count)
    if let bytes = try? Armor.decode(text) {
        demand(Armor.isArmored(prefix: text), "what decodes is recognised")
        demand(bytes.count <= text.count, "armor only makes longer")
    }
    return 0
}
