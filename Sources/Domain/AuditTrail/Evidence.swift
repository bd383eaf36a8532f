import Sharing
public import SignedNote

/// A piece of evidence of either kind.
public enum Evidence: Sendable {
    case opening(OpeningEvidence)
    case histories(HistoriesEvidence)

    /// Reads an evidence file.
    /// - Throws: `NoteError`.
    public init(parsing text: [UInt8]) throws(NoteError) {
        let type = HistoriesEvidence.type.withUTF8Buffer { [UInt8]($0) }
        if LineTextReader.type(of: text) == type {
            self = .histories(try HistoriesEvidence(parsing: text))
        } else {
            self = .opening(try OpeningEvidence(parsing: text))
        }
    }

    /// The file's bytes.
    public var text: [UInt8] {
        switch self {
        case .opening(let evidence): evidence.text
        case .histories(let evidence): evidence.text
        }
    }
}
