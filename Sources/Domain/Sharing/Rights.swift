/// What somebody may do with items. Each right implies those before it.
public enum Right: UInt8, NoteWord, Comparable {
    /// Nothing.
    case none
    /// See descriptions.
    case list
    /// Open.
    case read
    /// Keep a copy with proofs: a promise, not a barrier.
    case export

    var literal: StaticString {
        switch self {
        case .none: "none"
        case .list: "list"
        case .read: "read"
        case .export: "export"
        }
    }

    public static func < (left: Right, right: Right) -> Bool { left.rawValue < right.rawValue }
}

/// What a request asks for.
public enum Action: UInt8, NoteWord {
    case list, read, export

    var literal: StaticString { needs.literal }

    /// The right that it takes.
    public var needs: Right {
        switch self {
        case .list: .list
        case .read: .read
        case .export: .export
        }
    }

    /// Whether it counts against a grant's number of openings; looking at descriptions does not.
    public var isOpening: Bool { self != .list }
}

/// Whether what a recipient lends on waits for the owner's signed yes.
public enum ApprovalRule: UInt8, NoteWord {
    /// Inert until the owner approves.
    case owner
    /// Approved in advance within the limits.
    case none

    var literal: StaticString {
        switch self {
        case .owner: "owner"
        case .none: "none"
        }
    }
}

/// Whether each request must name a journal number.
public enum JournalRule: UInt8, NoteWord {
    case required, optional

    var literal: StaticString {
        switch self {
        case .required: "required"
        case .optional: "optional"
        }
    }
}

/// Whether a grant's items are fixed when it is made, or the owner's program extends them.
public enum GrantScope: UInt8, NoteWord {
    case items, standing

    var literal: StaticString {
        switch self {
        case .items: "items"
        case .standing: "standing"
        }
    }
}
