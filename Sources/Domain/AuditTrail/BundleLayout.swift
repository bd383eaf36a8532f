public import Sharing
import Sodium
public import TransparencyLog

/// Where things lie in an audit bundle: the folder that an auditor checks offline.
///
/// - `log/checkpoint` and `log/tile/…`: the log, laid out as tlog-tiles asks, with partial tiles for its size.
/// - `policy`, `trust`: what the vault says of itself. Never trusted: an auditor has these from elsewhere.
/// - `keys.age`: `AuditKeys`, sealed to the auditor's card.
/// - `records/N`: `RecordPage` number N, in the groups of three digits of tlog-tiles.
/// - `checkpoints/N`: the checkpoints that were kept at openings, `RecordPage` number N: each stands in the place of
///   the last leaf that it covers. There is no file for a page without any.
/// - `lists/GID.age`: item lists, each sealed to its grant's stream.
/// - `README.txt`: how to check it.
public enum BundleLayout {
    /// The signed checkpoint.
    public static let checkpoint: [UInt8] = Array("log/checkpoint".utf8)
    /// The policy of the log.
    public static let policy: [UInt8] = Array("policy".utf8)
    /// The operator's trust note.
    public static let trust: [UInt8] = Array("trust".utf8)
    /// The log keys.
    public static let keys: [UInt8] = Array("keys.age".utf8)
    /// Words for people.
    public static let readme: [UInt8] = Array("README.txt".utf8)

    /// A tile of the log.
    public static func tile(_ coordinate: TileCoordinate) -> [UInt8] { Array("log/".utf8) + coordinate.path }

    /// A bundle of log entries.
    public static func entries(_ coordinate: EntriesCoordinate) -> [UInt8] { Array("log/".utf8) + coordinate.path }

    /// The records of leaves `256 * page` and on; a last page that is not full bears no mark.
    public static func records(_ page: UInt64) -> [UInt8] { Array("records/".utf8) + digits(page) }

    /// The checkpoints kept over leaves `256 * page` and on.
    public static func checkpoints(_ page: UInt64) -> [UInt8] { Array("checkpoints/".utf8) + digits(page) }

    private static func digits(_ page: UInt64) -> [UInt8] {
        guard let path = try? EntriesCoordinate(index: page, width: 256).path else { return [] }
        return [UInt8](path.dropFirst(Array("tile/entries/".utf8).count))
    }

    /// The item list of a grant.
    public static func list(_ grant: GrantID) -> [UInt8] {
        Array("lists/".utf8) + grant.hex + Array(".age".utf8)
    }

    /// What `README.txt` says.
    public static let readmeText: StaticString = """
        This folder is everything that happened in one vault, as sealed records behind a public log.

        log/       the log: checkpoint and tiles, as C2SP's tlog-tiles lays them out
        records/   what each line of the log stands for, sealed
        checkpoints/  the log's signed heads under which each opening was released
        lists/     what each grant lent, sealed
        keys.age   the keys to these records, sealed to one auditor's card
        policy     what the vault says about its log's key and witnesses
        trust      what the vault says about custodian, issuers and auditors

        To check it, have the vault's public keys from somewhere else than this folder: a folder with
        the files "policy", "operator" and perhaps "trust" that the vault's operator handed out. Then:

            bevis-audit verify THIS-FOLDER --keys THAT-FOLDER -i identity.age

        It checks that the log is the one that was signed, opens every record, verifies every
        signature, and decides every request again by the rules. It says "intact" and ends with
        code 0, or says what is wrong at which line of the log: code 1 when something was altered or
        a rule was broken, 4 when something is missing. Without -i only the log itself is checked.

        There is no evidence in here: records say who opened which item, not what is in it.

        """
}

/// The sealed records of up to 256 leaves in order: each a length in four big-endian bytes and the bytes; length 0 for
/// a leaf without a record.
public struct RecordPage: Sendable, Equatable {
    /// Leaves on a full page.
    public static let width = 256
    /// The longest sealed record, in bytes.
    public static let maximumRecordSize = 1 << 24

    /// The records; `nil` where there is none.
    public let records: [[UInt8]?]

    /// A page of records.
    public init(records: [[UInt8]?]) { self.records = records }

    /// Reads exactly `count` records; no byte may be left over.
    /// - Throws: `AuditError.malformed`.
    public init(parsing bytes: [UInt8], count: Int) throws(AuditError) {
        var records: [[UInt8]?] = []
        var position = 0
        while position < bytes.count, records.count < count {
            guard position + 4 <= bytes.count else { throw RecordPage.malformed }
            let length = bytes[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
            position += 4
            guard length <= RecordPage.maximumRecordSize, length <= bytes.count - position else {
                throw RecordPage.malformed
            }
            records.append(length == 0 ? nil : [UInt8](bytes[position..<position + length]))
            position += length
        }
        guard position == bytes.count, records.count == count else { throw RecordPage.malformed }
        self.records = records
    }

    private static let malformed = AuditError(.malformed, "a page of records does not hold what it should")

    /// Lengths and records.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(records.reduce(0) { $0 + 4 + ($1?.count ?? 0) })
        for record in records {
            let length = UInt32(record?.count ?? 0)
            for shift in [24, 16, 8, 0] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: length >> shift)) }
            if let record { bytes += record }
        }
        return bytes
    }
}
