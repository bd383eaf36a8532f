public import SignedNote

/// How a camera or recorder names its files: named by whoever sets it up, never guessed.
public enum FolderLayout: String, CaseIterable, Sendable {
    /// Frigate: `YYYY-MM-DD/HH/CAMERA/MM.SS.mp4`, always UTC.
    case frigate
    /// Reolink by FTP: `YYYY/MM/DD/NAME_00_YYYYMMDDHHMMSS.mp4`.
    case reolink
    /// Dahua by FTP: `YYYY-MM-DD/001/dav/HH/HH.MM.SS-HH.MM.SS[M][0@0][0].mp4`, pictures `…/001/jpg/HH/MM/SS[M]….jpg`.
    case dahua
    /// Hikvision by FTP: `NAME_01_YYYYMMDDHHMMSSmmm_EVENT.jpg`.
    case hikvision
    /// motion: `YYYYMMDDHHMMSS.mp4`, with numbers and dashes before and after it, as `01-20261122180405-00.jpg`.
    case motion
    /// No time is read from names.
    case none

    /// Whether the zone of the names' times has to be stated.
    public var needsZone: Bool { self != .frigate && self != .none }

    /// What the clock showed when the file was begun, by its path below the watched folder; `nil` where the path does
    /// not fit the layout in every part. Folders above those that the layout names are allowed.
    public func reading(_ path: [UInt8]) -> ClockReading? {
        let parts = path.split(separator: 0x2F, omittingEmptySubsequences: false)
        guard let last = parts.last, let dot = last.lastIndex(of: 0x2E), dot > last.startIndex,
            FolderLayout.isSuffix(last[(dot + 1)...])
        else { return nil }
        let stem = last[..<dot]
        switch self {
        case .frigate: return FolderLayout.frigate(parts, stem)
        case .reolink: return FolderLayout.reolink(parts, stem)
        case .dahua: return FolderLayout.dahua(parts, stem)
        case .hikvision: return FolderLayout.hikvision(stem)
        case .motion: return FolderLayout.motion(stem)
        case .none: return nil
        }
    }

    private static func isSuffix(_ suffix: ArraySlice<UInt8>) -> Bool {
        (1...5).contains(suffix.count)
            && suffix.allSatisfy { Digits.isDigit($0) || (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) }
    }

    private static func frigate(_ parts: [ArraySlice<UInt8>], _ stem: ArraySlice<UInt8>) -> ClockReading? {
        guard parts.count >= 4, !parts[parts.count - 2].isEmpty,
            let date = date(parts[parts.count - 4]), let hour = pair(parts[parts.count - 3]),
            let time = pairs(stem, between: 0x2E), time.count == 2
        else { return nil }
        return reading(date, hour, time[0], time[1])
    }

    private static func reolink(_ parts: [ArraySlice<UInt8>], _ stem: ArraySlice<UInt8>) -> ClockReading? {
        let fields = stem.split(separator: 0x5F, omittingEmptySubsequences: false)
        guard fields.count >= 3, let stamp = fields.last, pair(fields[fields.count - 2]) != nil, stamp.count == 14,
            let found = stamped(stamp), parts.count >= 4
        else { return nil }
        // Name and folders both say the day: where they do not agree, one of them is wrong.
        let folders = parts.dropLast().suffix(3).flatMap { $0 }
        return folders == Array(stamp.prefix(8)) ? found : nil
    }

    private static func dahua(_ parts: [ArraySlice<UInt8>], _ stem: ArraySlice<UInt8>) -> ClockReading? {
        guard let open = stem.firstIndex(of: 0x5B), stem.last == 0x5D else { return nil }
        let clock = stem[..<open]
        let count = parts.count
        if count >= 5, Array(parts[count - 3]) == Array("dav".utf8) {
            let ends = clock.split(separator: 0x2D, omittingEmptySubsequences: false)
            guard ends.count == 2, let start = pairs(ends[0], between: 0x2E), start.count == 3,
                let end = pairs(ends[1], between: 0x2E), end.count == 3, pair(parts[count - 2]) == start[0],
                let date = date(parts[count - 5])
            else { return nil }
            return reading(date, start[0], start[1], start[2])
        }
        guard count >= 6, Array(parts[count - 4]) == Array("jpg".utf8), let hour = pair(parts[count - 3]),
            let minute = pair(parts[count - 2]), let second = pair(clock), let date = date(parts[count - 6])
        else { return nil }
        return reading(date, hour, minute, second)
    }

    private static func hikvision(_ stem: ArraySlice<UInt8>) -> ClockReading? {
        let fields = stem.split(separator: 0x5F, omittingEmptySubsequences: false)
        let stamps = fields.indices.filter { fields[$0].count == 17 && fields[$0].allSatisfy(Digits.isDigit) }
        guard let place = stamps.first, stamps.count == 1, place >= 2, pair(fields[place - 1]) != nil,
            place < fields.count - 1
        else { return nil }
        return stamped(fields[place].prefix(14))
    }

    private static func motion(_ stem: ArraySlice<UInt8>) -> ClockReading? {
        let fields = stem.split(separator: 0x2D, omittingEmptySubsequences: false)
        let stamps = fields.filter { $0.count == 14 }
        guard let stamp = stamps.first, stamps.count == 1,
            fields.allSatisfy({ !$0.isEmpty && $0.allSatisfy(Digits.isDigit) })
        else { return nil }
        return stamped(stamp)
    }

    // MARK: Pieces

    private typealias Day = (year: Int, month: Int, day: Int)

    private static func reading(_ day: Day, _ hour: Int, _ minute: Int, _ second: Int) -> ClockReading? {
        let reading = ClockReading(
            year: day.year, month: day.month, day: day.day, hour: hour, minute: minute, second: second)
        return reading.secondsAsUTC == nil ? nil : reading
    }

    private static func date(_ text: ArraySlice<UInt8>) -> Day? {
        let fields = text.split(separator: 0x2D, omittingEmptySubsequences: false)
        guard fields.count == 3, fields[0].count == 4, let year = Digits.number(fields[0]),
            let month = pair(fields[1]), let day = pair(fields[2])
        else { return nil }
        return (year, month, day)
    }

    private static func pair(_ text: ArraySlice<UInt8>) -> Int? { text.count == 2 ? Digits.number(text) : nil }

    private static func pairs(_ text: ArraySlice<UInt8>, between separator: UInt8) -> [Int]? {
        let numbers = text.split(separator: separator, omittingEmptySubsequences: false).map { pair($0) }
        return numbers.contains(nil) ? nil : numbers.compactMap { $0 }
    }

    /// `YYYYMMDDHHMMSS`.
    private static func stamped(_ text: ArraySlice<UInt8>) -> ClockReading? {
        guard text.count == 14, text.allSatisfy(Digits.isDigit) else { return nil }
        func number(_ from: Int, _ count: Int) -> Int {
            text.dropFirst(from).prefix(count).reduce(0) { $0 * 10 + Int($1 - 0x30) }
        }
        return reading((number(0, 4), number(4, 2), number(6, 2)), number(8, 2), number(10, 2), number(12, 2))
    }
}

/// What a file's name tells about when the camera made it.
public enum CaptureTime: Sendable, Equatable {
    /// The moment by the camera's clock.
    case stated(Timestamp)
    /// No moment, and why.
    case unknown(String)

    /// Reads a path below the watched folder.
    ///
    /// - Parameter zone: of the names' times; Frigate's are UTC whatever it is.
    public init(of path: [UInt8], layout: FolderLayout, zone: CameraZone?) {
        guard layout != .none else {
            self = .unknown("no layout was named")
            return
        }
        guard let reading = layout.reading(path) else {
            self = .unknown("the name does not fit the layout \(layout.rawValue)")
            return
        }
        guard let zone = layout == .frigate ? .utc : zone else {
            self = .unknown("no time zone was named")
            return
        }
        switch zone.moment(of: reading) {
        case .success(let moment): self = .stated(moment)
        case .failure(let failure): self = .unknown(CaptureTime.sentence(failure.gap, zone))
        }
    }

    private static func sentence(_ gap: CameraZone.Gap, _ zone: CameraZone) -> String {
        switch gap {
        case .noSuchDate: "the name holds a time that no calendar has"
        case .skipped: "the name holds a time that clocks in \(zone.name) skip"
        case .twice: "the name holds a time that clocks in \(zone.name) show twice"
        }
    }
}
