import Foundation

/// What a file says of itself, as found and unchecked. Any text in it is hostile until it is escaped.
public struct FoundFacts: Equatable, Sendable {
    /// When it was made, in the file's own words: `2026:03:14 22:41:07+01:00`.
    public var captured: String?
    /// Make, model and serial number of the device.
    public var device: String?
    /// Latitude and longitude in degrees, `55.6761 12.5683`.
    public var position: String?
    /// The program that wrote it.
    public var software: String?

    /// Facts of their fields.
    public init(captured: String? = nil, device: String? = nil, position: String? = nil, software: String? = nil) {
        self.captured = captured
        self.device = device
        self.position = position
        self.software = software
    }

    /// Whether the file says nothing of itself.
    public var isEmpty: Bool { self == FoundFacts() }

    static let longestText = 200

    /// What the tool is asked for, in the order in which one fact is preferred to another.
    static let tags = [
        "SubSecDateTimeOriginal", "DateTimeOriginal", "OffsetTimeOriginal", "CreationDate", "CreateDate", "Make",
        "Model", "SerialNumber", "Software", "CreatorTool", "GPSLatitude", "GPSLongitude",
    ]

    /// Reads what the tool wrote.
    /// - Throws: `FactsError.failed`.
    init(parsing output: [UInt8]) throws(FactsError) {
        guard let files = try? JSONDecoder().decode([[String: Value]].self, from: Data(output)), let tags = files.first
        else { throw FactsError(.failed, "what the tool wrote cannot be read") }
        func text(_ names: String...) -> String? {
            names.lazy.compactMap { tags[$0]?.text }.first
        }
        if let precise = text("SubSecDateTimeOriginal") {
            captured = precise
        } else if let original = text("DateTimeOriginal") {
            captured = original + (text("OffsetTimeOriginal") ?? "")
        } else {
            captured = text("CreationDate", "CreateDate")
        }
        let device = [text("Make"), text("Model"), text("SerialNumber")].compactMap { $0 }
        self.device = device.isEmpty ? nil : device.joined(separator: " ")
        software = text("Software", "CreatorTool")
        if let latitude = text("GPSLatitude"), let longitude = text("GPSLongitude") {
            position = latitude + " " + longitude
        }
    }

    /// A text or a number; anything else is as if it were not there.
    private struct Value: Decodable {
        let text: String?

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            let value: String?
            if let text = try? container.decode(String.self) {
                value = text
            } else {
                value = (try? container.decode(Double.self)).map { "\($0)" }
            }
            let trimmed = value?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
            // Clocks that were never set.
            text = trimmed.isEmpty || trimmed.hasPrefix("0000:00:00") ? nil : String(trimmed.prefix(longestText))
        }
    }
}
