import AgeFile
import AuditTrail
import MerkleTree
import Sharing
import SignedNote
import Terminal
import TransparencyLog

/// Failures of the format modules in words for people.
enum Explanation {
    @Sendable
    static func of(_ error: any Error) -> CommandFailure? {
        switch error {
        case let error as AgeError: CommandFailure(.unreachable, error.reason.description)
        case let error as NoteError: CommandFailure(.unreachable, error.reason.description)
        case let error as LogError: CommandFailure(.unreachable, error.reason.description)
        case let error as TreeError: CommandFailure(.unreachable, error.reason.description)
        case let error as AuditError: CommandFailure(.unreachable, error.reason.description)
        default: nil
        }
    }
}
