internal import SignedNote

/// The parts that the paths of tiles and of entry bundles share (tlog-tiles).
enum TilePath {
    static let slash: UInt8 = 0x2F

    /// Number of hashes in a full tile and of entries in a full bundle.
    static let fullWidth = 256

    /// `N[.p/W]`: three-digit groups, all but the last after an `x`; no suffix when full.
    static func encode(index: UInt64, width: Int) -> [UInt8] {
        var groups: [[UInt8]] = []
        var rest = index
        repeat {
            let digits = NoteText.decimal(rest % 1_000)
            groups.append([UInt8](repeating: 0x30, count: 3 - digits.count) + digits)
            rest /= 1_000
        } while rest > 0
        var path: [UInt8] = []
        for group in groups.dropFirst().reversed() { path += [0x78] + group + [slash] }
        path += groups[0]
        if width < fullWidth { path += [UInt8](".p/".utf8) + NoteText.decimal(UInt64(width)) }
        return path
    }

    /// Reads what `encode` writes, and nothing else.
    static func decode(_ path: ArraySlice<UInt8>) throws(LogError) -> (index: UInt64, width: Int) {
        let suffix = [UInt8](".p/".utf8)
        var number = path
        var width = fullWidth
        if let dot = path.firstIndex(of: suffix[0]) {
            guard path[dot...].starts(with: suffix), let value = NoteText.number(path[(dot + suffix.count)...]),
                (1..<UInt64(fullWidth)).contains(value)
            else {
                throw LogError(.malformed, "a tile path does not end in a width of 1 to 255")
            }
            number = path[..<dot]
            width = Int(value)
        }
        var index: UInt64 = 0
        for digit in number where (0x30...0x39).contains(digit) {
            guard let longer = NoteText.append(digit - 0x30, to: index) else {
                throw LogError(.malformed, "a tile path's index exceeds 64 bits")
            }
            index = longer
        }
        guard encode(index: index, width: width) == [UInt8](path) else {
            throw LogError(.malformed, "a tile path's index is not in three-digit groups")
        }
        return (index, width)
    }

    /// The tiles of one level that a log gains by growing from `old` to `new` hashes on it, as indices and widths.
    static func gained(from old: UInt64, to new: UInt64) -> [(index: UInt64, width: Int)] {
        guard old < new else { return [] }
        let partial = Int(new % UInt64(fullWidth))
        let full = new / UInt64(fullWidth)
        var tiles = (old / UInt64(fullWidth)..<full).map { (index: $0, width: fullWidth) }
        if partial > 0 { tiles.append((index: full, width: partial)) }
        return tiles
    }
}
