import AgeFile
import AuditTrail
import Custodian
import CustodianClient
import CustodianServer
import Home
import SignedNote
import Sodium
import Storage
import Terminal
import TransparencyLog
import Vault
import Watching

/// Failures of the format modules in words for people.
enum Explanation {
    /// What to tell about an error that no command has explained; `nil` for unknown kinds.
    @Sendable
    static func of(_ error: any Error) -> CommandFailure? {
        switch error {
        case let error as CommandFailure: error
        case let error as AgeError: age(error, on: nil)
        case let error as ClientError: client(error)
        case let error as HomeError: home(error)
        case let error as VaultError: vault(error)
        case let error as WatchError: watch(error)
        case let error as StorageError where error.code == .inUse:
            CommandFailure(
                .unreachable, error.reason, hint: "that is its custodian; commands find it by themselves")
        case let error as StorageError: CommandFailure(.unreachable, error.reason)
        case let error as CustodianError: CommandFailure(.unreachable, error.reason)
        case let error as SocketServerError: CommandFailure(.unreachable, error.reason)
        case let error as NoteError: CommandFailure(.refused, "\(error.reason)")
        case let error as SodiumError: CommandFailure(.refused, "\(error.reason)")
        case let error as LogError: CommandFailure(.refused, "\(error.reason)")
        case let error as AuditError: CommandFailure(.refused, "\(error.reason)")
        default: nil
        }
    }

    private static func client(_ error: ClientError) -> CommandFailure {
        guard let evidence = error.evidence else { return plain(error) }
        do {
            let path = try EvidenceFolder(Person.folder()).keep(evidence)
            return CommandFailure(
                .refused, error.reason,
                hint: "evidence was kept in \(Escaped.text(path)); it says who is at fault: "
                    + "bevis-audit evidence FILE --keys KEYS")
        } catch let failure {
            let why = of(failure)?.message ?? "the home folder cannot be written"
            return plain(ClientError(error.code, error.reason + "; the evidence could not be kept: " + why))
        }
    }

    private static func plain(_ error: ClientError) -> CommandFailure {
        switch error.code {
        case .unreachable:
            CommandFailure(
                .unreachable, "the vault does not answer: \(error.reason)",
                hint: "nothing was done; look at --vault or BEVIS_VAULT, then run the command again")
        case .cutOff:
            CommandFailure(
                .unreachable, "the vault does not answer any more: \(error.reason)",
                hint:
                    "it may have been done all the same: look (bevis list, bevis log, bevis grants --given) before you "
                    + "run it again")
        case .refused, .tooMany: CommandFailure(.refused, "refused: \(error.reason)")
        case .unknown: CommandFailure(.unreachable, error.reason)
        case .unavailable: CommandFailure(.unreachable, error.reason)
        case .malformed: CommandFailure(.unreachable, error.reason)
        case .notProven:
            CommandFailure(.refused, error.reason, hint: "do not rely on this vault until somebody has looked at it")
        case .altered:
            CommandFailure(
                .refused, error.reason, hint: "keep this message, and ask the vault's operator and an auditor")
        }
    }

    private static func home(_ error: HomeError) -> CommandFailure {
        let message = "\(Escaped.text(error.object)): \(error.reason)"
        switch error.code {
        case .inUse: return CommandFailure(.unreachable, message, hint: "wait until it is done, or end it")
        case .missing, .unreachable, .diskFull: return CommandFailure(.unreachable, message)
        case .badName: return CommandFailure(.usage, message)
        case .wrongPassphrase:
            return CommandFailure(
                .refused, message,
                hint: "try again; if it is lost, whoever has a case gets back in with its recovery sheet: "
                    + "bevis recover --help; other keys are lost with it")
        case .keyChanged, .older, .altered:
            return CommandFailure(
                .refused, message,
                hint:
                    "do not go on: keep this message and this folder as they are, and ask the vault's operator and an "
                    + "auditor")
        case .exists, .notPrivate: return CommandFailure(.refused, message)
        }
    }

    private static func watch(_ error: WatchError) -> CommandFailure {
        switch error.code {
        case .inUse: CommandFailure(.unreachable, "\(error.reason)", hint: "one watch is enough for a device")
        case .journal: CommandFailure(.unreachable, "\(error.reason)")
        case .chainDiffers:
            CommandFailure(
                .refused, "\(error.reason)",
                hint: "withdraw the device and make a new one: bevis device withdraw, bevis device create")
        }
    }

    private static func vault(_ error: VaultError) -> CommandFailure {
        let place =
            switch error.place {
            case .nowhere: ""
            case .item(let id): " (item \(short(id)))"
            case .chunk(let number, let id): " (item \(short(id)), chunk \(number))"
            case .lines(let numbers): " (line \(numbers.map { "\($0)" }.joined(separator: ", ")))"
            }
        switch error.code {
        case .unreadable, .unavailable, .incomplete: return CommandFailure(.unreachable, "\(error.reason)\(place)")
        default: return CommandFailure(.refused, "\(error.reason)\(place)")
        }
    }

    /// What to tell about a failure with the age file, key or passphrase `object`.
    static func age(_ error: AgeError, on object: String?) -> CommandFailure {
        let message = (object.map { "\($0): " } ?? "") + error.reason.description
        switch error.code {
        case .noMatch: return CommandFailure(.refused, message, hint: "another identity or passphrase may open it")
        case .truncated: return CommandFailure(.refused, message, hint: "get a complete copy of the file")
        case .headerNotAuthentic, .payloadNotAuthentic, .malformedPayload, .wrongID:
            return CommandFailure(.refused, message, hint: "the file was altered or damaged; do not trust it")
        case .malformedHeader, .malformedArmor:
            return CommandFailure(.refused, message, hint: "this is no age file, or a damaged one")
        case .workFactorTooHigh: return CommandFailure(.refused, message)
        case .malformedKey, .noRecipients: return CommandFailure(.usage, message)
        case .unavailable: return CommandFailure(.unreachable, message, hint: "close other programs, then try again")
        }
    }
}

/// Runs `body` and names its failure on `object`.
func explaining<Result>(
    _ object: String?, _ body: () throws(AgeError) -> Result
) throws(CommandFailure) -> Result {
    do throws(AgeError) {
        return try body()
    } catch {
        throw Explanation.age(error, on: object)
    }
}
