public import Sharing

/// Something that a replay holds against a log.
public struct Finding: Sendable, Equatable {
    /// How grave it is.
    public enum Severity: UInt8, Sendable {
        /// Something was changed, or does not fit what was signed.
        case altered
        /// Everything fits, but the custodian did what its rules forbid.
        case ruleBroken
        /// Something is missing that would be needed to tell.
        case incomplete
    }

    /// What it is.
    public let kind: Kind
    /// How grave it is: the kind's own severity, or `incomplete` where something missing may explain it.
    public let severity: Severity
    /// Index of the leaf; `nil` for what concerns the log as a whole.
    public let index: UInt64?
    /// The leaf's stream, where it is known.
    public let stream: StreamID?
    /// For decisions: rules that the record and the replay disagree about, or that forbade what was done.
    public let failures: [Failure]
    /// The file of a bundle that is concerned, where it is one.
    public let object: [UInt8]?

    /// A finding of its fields; without a severity the kind's own.
    public init(
        _ kind: Kind, severity: Severity? = nil, index: UInt64? = nil, stream: StreamID? = nil,
        failures: [Failure] = [], object: [UInt8]? = nil
    ) {
        self.kind = kind
        self.severity = severity ?? kind.severity
        self.index = index
        self.stream = stream
        self.failures = failures
        self.object = object
    }
}

extension Finding {
    /// The kinds of finding.
    public enum Kind: UInt8, CaseIterable, Sendable {
        // Of the log as a whole.
        case checkpointInvalid, treeDiffers, tileDiffers, entriesDiffer, pageMalformed, forked, truncated
        case trustDiffers
        // Of a leaf and its record.
        case entryMalformed, foreignLeaf, numberSkipped, numberRepeated, numberLate
        case recordUnreadable, recordDiffers, recordMisplaced, recordInconsistent, timeBackwards
        case clockDiffers, clockUnannounced
        case noteMalformed, noteNotSigned
        // Of cards and trust.
        case cardUnknown, cardRepeated, cardNotVouched, withdrawalNotAllowed, trustNotNext, keyWithdrawn
        // Of cases and items.
        case caseUnknown, caseNotAllowed, caseCardNotNext, keyDiffers, itemNotAllowed, itemRepeated, ingestChainBroken
        case heartbeatNotAllowed, descriptionNotAllowed, verificationNotAllowed
        // Of what was erased.
        case erasureNotAllowed
        // Of grants and requests.
        case answerNotAllowed
        case grantUnknown, grantNotAllowed, grantRepeated, listDiffers, endNotAllowed
        case grantedAgainstRules, refusedAgainstRules, refusedForOtherReasons, requestRepeated, headNotSigned
        case headDiffers
        // Of what is missing.
        case recordWithheld, noteWithheld, listWithheld, entryWithheld, headWithheld, keyMissing, issuerUnchecked,
            eventUnknown

        /// How grave it is where nothing that is missing may explain it.
        public var severity: Severity {
            switch self {
            case .checkpointInvalid, .treeDiffers, .tileDiffers, .entriesDiffer, .pageMalformed, .forked,
                .truncated, .trustDiffers, .entryMalformed, .numberSkipped, .numberRepeated, .numberLate,
                .recordUnreadable, .recordDiffers,
                .recordMisplaced, .noteMalformed, .noteNotSigned, .keyDiffers, .listDiffers, .headNotSigned,
                .headDiffers:
                .altered
            case .foreignLeaf, .recordInconsistent, .timeBackwards, .clockDiffers, .clockUnannounced, .cardUnknown,
                .cardRepeated, .cardNotVouched, .withdrawalNotAllowed, .trustNotNext, .keyWithdrawn, .caseUnknown,
                .caseNotAllowed, .caseCardNotNext, .itemNotAllowed, .itemRepeated, .ingestChainBroken,
                .heartbeatNotAllowed, .descriptionNotAllowed, .verificationNotAllowed, .erasureNotAllowed,
                .grantUnknown, .grantNotAllowed, .grantRepeated, .endNotAllowed, .answerNotAllowed,
                .grantedAgainstRules, .refusedAgainstRules, .refusedForOtherReasons, .requestRepeated:
                .ruleBroken
            case .recordWithheld, .noteWithheld, .listWithheld, .entryWithheld, .headWithheld, .keyMissing,
                .issuerUnchecked,
                .eventUnknown:
                .incomplete
            }
        }
    }
}
