public import SignedNote

/// A media type without parameters, such as `image/jpeg`: lower case, at most 127 bytes a side (RFC 6838, 4.2).
public struct MediaType: Hashable, Sendable {
    /// The type's text.
    public let text: String

    /// Accepts `group/name`.
    /// - Throws: `NoteError.malformedValue`.
    public init(_ bytes: [UInt8]) throws(NoteError) {
        let sides = bytes.split(separator: 0x2F, omittingEmptySubsequences: false)
        guard sides.count == 2, sides.allSatisfy(MediaType.allows) else {
            throw NoteError(.malformedValue, "a media type is not of the form image/jpeg")
        }
        text = String(decoding: bytes, as: UTF8.self)
    }

    private init(known text: String) { self.text = text }

    /// The type that a file name's extension suggests; `nil` where it suggests none. The content is never looked at.
    public init?(guessedFrom fileName: [UInt8]) {
        guard let dot = fileName.lastIndex(of: 0x2E), dot > 0, fileName.count - dot <= 6 else { return nil }
        let suffix = String(decoding: fileName[(dot + 1)...], as: UTF8.self).lowercased()
        guard let text = MediaType.bySuffix[suffix] else { return nil }
        self.init(known: text)
    }

    /// The bytes in a description.
    public var bytes: [UInt8] { [UInt8](text.utf8) }

    /// What stands before the slash.
    var group: Substring { text.prefix { $0 != "/" } }

    private static func allows(_ side: ArraySlice<UInt8>) -> Bool {
        guard let first = side.first, side.count <= 127, isLetterOrDigit(first) else { return false }
        return side.allSatisfy { isLetterOrDigit($0) || "!#$&-^_.+".utf8.contains($0) }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
    }

    /// Applications' types that are documents to their reader.
    static let documents: Set<String> = [
        "application/pdf", "application/rtf", "application/msword", "application/vnd.ms-excel",
        "application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ]

    private static let bySuffix: [String: String] = [
        "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "heic": "image/heic", "heif": "image/heif",
        "webp": "image/webp", "gif": "image/gif", "tif": "image/tiff", "tiff": "image/tiff", "bmp": "image/bmp",
        "avif": "image/avif", "dng": "image/x-adobe-dng", "svg": "image/svg+xml",
        "mp4": "video/mp4", "m4v": "video/mp4", "mov": "video/quicktime", "avi": "video/x-msvideo",
        "mkv": "video/x-matroska", "webm": "video/webm", "3gp": "video/3gpp", "mpg": "video/mpeg",
        "mpeg": "video/mpeg", "mts": "video/mp2t",
        "mp3": "audio/mpeg", "m4a": "audio/mp4", "aac": "audio/aac", "wav": "audio/wav", "ogg": "audio/ogg",
        "oga": "audio/ogg", "opus": "audio/ogg", "flac": "audio/flac", "amr": "audio/amr",
        "pdf": "application/pdf", "rtf": "application/rtf", "doc": "application/msword",
        "xls": "application/vnd.ms-excel", "odt": "application/vnd.oasis.opendocument.text",
        "ods": "application/vnd.oasis.opendocument.spreadsheet",
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "txt": "text/plain", "md": "text/markdown", "csv": "text/csv", "html": "text/html", "htm": "text/html",
        "ics": "text/calendar", "vcf": "text/vcard",
        "eml": "message/rfc822", "mbox": "application/mbox", "msg": "application/vnd.ms-outlook",
        "json": "application/json", "xml": "application/xml", "zip": "application/zip",
    ]
}
