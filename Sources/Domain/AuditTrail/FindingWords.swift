extension Finding.Kind {
    /// The word for machines.
    public var word: StaticString {
        switch self {
        case .checkpointInvalid: "checkpoint-invalid"
        case .treeDiffers: "tree-differs"
        case .tileDiffers: "tile-differs"
        case .entriesDiffer: "entries-differ"
        case .pageMalformed: "page-malformed"
        case .forked: "forked"
        case .truncated: "truncated"
        case .trustDiffers: "trust-differs"
        case .entryMalformed: "entry-malformed"
        case .foreignLeaf: "foreign-leaf"
        case .numberSkipped: "number-skipped"
        case .numberRepeated: "number-repeated"
        case .numberLate: "number-late"
        case .recordUnreadable: "record-unreadable"
        case .recordDiffers: "record-differs"
        case .recordMisplaced: "record-misplaced"
        case .recordInconsistent: "record-inconsistent"
        case .timeBackwards: "time-backwards"
        case .clockDiffers: "clock-differs"
        case .clockUnannounced: "clock-unannounced"
        case .noteMalformed: "note-malformed"
        case .noteNotSigned: "note-not-signed"
        case .cardUnknown: "card-unknown"
        case .cardRepeated: "card-repeated"
        case .cardNotVouched: "card-not-vouched"
        case .withdrawalNotAllowed: "withdrawal-not-allowed"
        case .trustNotNext: "trust-not-next"
        case .keyWithdrawn: "key-withdrawn"
        case .caseUnknown: "case-unknown"
        case .caseNotAllowed: "case-not-allowed"
        case .caseCardNotNext: "case-card-not-next"
        case .keyDiffers: "key-differs"
        case .itemNotAllowed: "item-not-allowed"
        case .itemRepeated: "item-repeated"
        case .ingestChainBroken: "ingest-chain-broken"
        case .answerNotAllowed: "answer-not-allowed"
        case .heartbeatNotAllowed: "heartbeat-not-allowed"
        case .erasureNotAllowed: "erasure-not-allowed"
        case .descriptionNotAllowed: "description-not-allowed"
        case .verificationNotAllowed: "verification-not-allowed"
        case .grantUnknown: "grant-unknown"
        case .grantNotAllowed: "grant-not-allowed"
        case .grantRepeated: "grant-repeated"
        case .listDiffers: "list-differs"
        case .endNotAllowed: "end-not-allowed"
        case .grantedAgainstRules: "granted-against-rules"
        case .refusedAgainstRules: "refused-against-rules"
        case .refusedForOtherReasons: "refused-for-other-reasons"
        case .requestRepeated: "request-repeated"
        case .headNotSigned: "head-not-signed"
        case .headDiffers: "head-differs"
        case .recordWithheld: "record-withheld"
        case .noteWithheld: "note-withheld"
        case .listWithheld: "list-withheld"
        case .entryWithheld: "entry-withheld"
        case .headWithheld: "head-withheld"
        case .keyMissing: "key-missing"
        case .issuerUnchecked: "issuer-unchecked"
        case .eventUnknown: "event-unknown"
        }
    }

    /// What was found, for people.
    public var sentence: StaticString {
        switch self {
        case .checkpointInvalid: "the checkpoint is not one that the trusted policy accepts"
        case .treeDiffers: "the log's entries do not have the root that the log signed"
        case .tileDiffers: "a tile of the log is missing or does not fit the log's entries"
        case .entriesDiffer: "a bundle of log entries is missing or malformed"
        case .pageMalformed: "a page of records does not have the form of one"
        case .forked: "the log has signed two histories: one head that was seen is no part of this log"
        case .truncated: "the log is shorter than it was before"
        case .trustDiffers: "the trust note in the log is not the trusted one"
        case .entryMalformed: "the log's entry does not have the form of a leaf"
        case .foreignLeaf: "the leaf belongs to no stream: nobody was shown what it stands for"
        case .numberSkipped: "the stream's numbers before this leaf's are not in the log"
        case .numberRepeated: "the leaf repeats a number of its stream"
        case .numberLate: "the leaf comes after later ones of its stream"
        case .recordUnreadable: "the record cannot be opened with its stream's key, or is malformed"
        case .recordDiffers: "the record is not the one that the log committed to"
        case .recordMisplaced: "the record names another stream or number than its leaf"
        case .recordInconsistent: "the record does not say what its notes say"
        case .timeBackwards: "the record's time lies before that of an earlier leaf"
        case .clockDiffers: "the record's time is neither the custodian's clock nor the time of the leaf before"
        case .clockUnannounced: "the custodian's clock stood behind the log, and the vault's stream does not say so"
        case .noteMalformed: "a note behind the record is malformed or not one that the record names"
        case .noteNotSigned: "a note's signature does not match"
        default: ruleSentence
        }
    }

    private var ruleSentence: StaticString {
        switch self {
        case .cardUnknown: "the actor's card was not registered"
        case .cardRepeated: "the card was registered before"
        case .cardNotVouched: "the card speaks for an organisation, but no trusted issuer has signed it"
        case .withdrawalNotAllowed: "the card was withdrawn by somebody who may not, or was not there to withdraw"
        case .trustNotNext: "the trust note is not the operator's next one"
        case .keyWithdrawn: "a private person's key was used after her card was withdrawn"
        case .caseUnknown: "the case was not opened"
        case .caseNotAllowed: "the case was opened by somebody who may not, or twice"
        case .caseCardNotNext: "the case card is not the owner's next one"
        case .keyDiffers: "a stream's log key is not the one that its card or grant commits to"
        case .itemNotAllowed: "the item was added by somebody who may not, or is sealed to another key than the case's"
        case .itemRepeated: "an item with this content was there already"
        case .ingestChainBroken: "the signer's ingest records do not follow each other"
        case .answerNotAllowed: "an approval or a decline was taken that the rules forbid"
        case .heartbeatNotAllowed: "a heartbeat is no device's of the case, or speaks of other ingest records"
        case .descriptionNotAllowed:
            "an item was described by somebody else than its owner, or not after its newest description"
        case .verificationNotAllowed:
            "a verification is of somebody who may not, of another custodian, or of another time"
        case .grantUnknown: "the grant was not given"
        case .grantNotAllowed: "a grant was taken that the rules forbid"
        case .grantRepeated: "a grant with this id was there already"
        case .listDiffers: "the item list is not the one that the grant names"
        case .endNotAllowed: "the grant was ended by somebody who may not, too early, or twice"
        case .grantedAgainstRules: "a request was granted that the rules forbid"
        case .refusedAgainstRules: "a request was refused that the rules allow"
        case .refusedForOtherReasons: "a request was refused, but for other reasons than the record says"
        case .requestRepeated: "one request was decided twice"
        case .headNotSigned: "the request names a checkpoint that the log has not signed"
        case .headDiffers: "the checkpoint kept at an opening is not one that the trusted policy accepts for this leaf"
        case .recordWithheld: "the record is withheld"
        case .noteWithheld: "a note that the record names is withheld"
        case .listWithheld: "the grant's item list is missing"
        case .entryWithheld: "an entry of the grant's item list is withheld, and its item was not erased"
        case .erasureNotAllowed:
            "something was erased, or asked to be, that the owner may not have erased: not asked, too early, or taken back"
        case .headWithheld: "no checkpoint was kept under which the opening was released"
        case .keyMissing: "the key of a stream is not here; its leaves cannot be read"
        case .issuerUnchecked: "the issuer of a card could not be checked: no trust note is here"
        case .eventUnknown: "the record tells of an event whose rules this version does not know"
        default: "the log is not as it should be"
        }
    }

    /// What to do about it, for people.
    public var advice: StaticString {
        switch self {
        case .checkpointInvalid, .trustDiffers:
            "check that the folder of trusted keys belongs to this vault; if it does, trust nothing from this log"
        case .treeDiffers, .tileDiffers, .entriesDiffer, .pageMalformed, .entryMalformed, .recordUnreadable,
            .recordDiffers, .recordMisplaced, .noteMalformed, .noteNotSigned, .keyDiffers, .listDiffers:
            "fetch the bundle again; if it stays, keep both copies as evidence and ask the custodian's operator"
        case .forked, .truncated, .headNotSigned, .headDiffers:
            "keep this bundle and the other head as evidence, and tell witnesses, owners and other auditors"
        case .foreignLeaf, .numberSkipped, .numberRepeated, .numberLate:
            "ask the custodian's operator for the record behind it; an opening may be hidden here"
        case .recordWithheld, .noteWithheld, .listWithheld, .entryWithheld, .headWithheld, .keyMissing:
            "ask the custodian's operator for what is missing; without it nobody can tell what happened"
        case .issuerUnchecked: "give the operator's trust note"
        case .eventUnknown: "use a newer version of this program"
        case .erasureNotAllowed:
            "tell the owner: what she kept may have been destroyed; ask the custodian's operator why"
        case .grantedAgainstRules, .grantNotAllowed, .answerNotAllowed:
            "tell the owner: somebody may have seen what was not lent; ask the custodian's operator why"
        default: "ask the custodian's operator why; tell the owner if it concerns her case"
        }
    }
}
