import AgeFile
import SignedNote
import Sodium
import Testing

@testable import Sharing

@Suite struct RequestTests {
    private func request(items: Int) throws -> AccessRequest {
        let sound = try World().request().body
        return AccessRequest(
            action: sound.action, custodian: sound.custodian, caseID: sound.caseID, grantID: sound.grantID,
            authority: sound.authority, card: sound.card, items: (0..<items).map { fixed("item \($0)") },
            time: sound.time, nonce: sound.nonce, recipient: sound.recipient, purpose: sound.purpose,
            journal: sound.journal, checkpoint: sound.checkpoint)
    }

    @Test func numberOfItemsHasLimits() throws {
        for count in [1, AccessRequest.maximumItems] {
            let request = try request(items: count)
            #expect(try AccessRequest(parsing: request.text) == request)
        }
        for count in [0, AccessRequest.maximumItems + 1] {
            let text = try request(items: count).text
            #expect(code { _ = try AccessRequest(parsing: text) } == .malformedValue)
        }
    }

    /// Content and description of every item that the largest request names.
    @Test func largestRequestAndItsResponseFitIntoNotes() throws {
        let world = try World()
        let note = try Verified(try request(items: AccessRequest.maximumItems), signedBy: world.caseworker)
        #expect(try Unverified<AccessRequest>(parsing: note.bytes).hash == note.hash)
        let part = try Part(fixedSecret("part"))
        let response = AccessResponse(
            request: note.hash, custodian: world.custodian.verifierKey,
            releases: (0..<2 * AccessRequest.maximumItems).map { .init(file: fixed("item \($0)"), parts: [part]) })
        let bytes = try Verified(response, signedBy: world.custodian).bytes
        #expect(try Unverified<AccessResponse>(parsing: bytes).body.releases.count == 2 * AccessRequest.maximumItems)
    }

    /// Through more layers a request may name fewer items, so that there are never more parts.
    @Test func responseThroughEveryLayerFitsIntoANote() throws {
        let world = try World()
        let part = try Part(fixedSecret("part"))
        let most = AccessRequest.maximumItems(layers: 33)
        let response = AccessResponse(
            request: fixed("request"), custodian: world.custodian.verifierKey,
            releases: (0..<2 * most).map {
                .init(file: fixed("item \($0)"), parts: [Part](repeating: part, count: 33))
            })
        let read = try Unverified<AccessResponse>(parsing: try Verified(response, signedBy: world.custodian).bytes)
        #expect(read.body.releases.count == 2 * most)
        #expect(read.body.releases.allSatisfy { $0.parts.count == 33 })
        #expect(AccessRequest.maximumItems(layers: 1) == AccessRequest.maximumItems)
        #expect(AccessRequest.maximumItems(layers: 0) == AccessRequest.maximumItems)
    }

    @Test func membershipStandsAtMostOnceAndOnlyWhereThereIsOne() throws {
        let plain = try request(items: 1)
        #expect(!text(plain.text).contains("membership"))
        var lines = text(plain.text).split(separator: "\n").map(String.init)
        let place = try #require(lines.firstIndex { $0.hasPrefix("item ") })
        let line = "membership " + text(fixed("membership", as: NoteHash.self).hex)
        lines.insert(line, at: place)
        let once = try AccessRequest(parsing: bytes(lines.joined(separator: "\n") + "\n"))
        #expect(once.membership == fixed("membership"))
        #expect(text(once.text) == lines.joined(separator: "\n") + "\n")
        lines.insert(line, at: place)
        #expect(code { _ = try AccessRequest(parsing: bytes(lines.joined(separator: "\n") + "\n")) } == .malformedValue)
        lines[place] = "membership none"
        lines.remove(at: place + 1)
        #expect(throws: NoteError.self) {
            try AccessRequest(parsing: bytes(lines.joined(separator: "\n") + "\n"))
        }
    }

    @Test func checkpointBeyondWhatOneCanBeIsRefused() throws {
        let sound = try request(items: 1)
        func text(_ count: Int) -> [UInt8] {
            let lines = String(decoding: sound.text, as: UTF8.self).split(separator: "\n").dropLast()
            let line =
                "checkpoint "
                + String(decoding: Base64.encode([UInt8](repeating: 0, count: count), .padded), as: UTF8.self)
            return bytes((lines + [Substring(line)]).joined(separator: "\n") + "\n")
        }
        #expect(try AccessRequest(parsing: text(AccessRequest.maximumCheckpoint)).checkpoint?.count == 16_384)
        #expect(code { _ = try AccessRequest(parsing: text(AccessRequest.maximumCheckpoint + 1)) } == .malformedValue)
    }

    @Test func itemThatStandsTwiceIsRefused() throws {
        var lines = text(try request(items: 3).text).split(separator: "\n")
        let index = try #require(lines.firstIndex { $0.hasPrefix("item ") })
        lines[index + 2] = lines[index]
        let altered = bytes(lines.joined(separator: "\n") + "\n")
        #expect(code { _ = try AccessRequest(parsing: altered) } == .malformedValue)
    }

    @Test func responseGivesOnePartForEachFile() throws {
        let world = try World()
        let sound = try world.response().body
        #expect(
            try AccessResponse(parsing: sound.text).releases.map { $0.parts.map(\.secret) }
                == sound.releases.map { $0.parts.map(\.secret) })
        #expect(try AccessResponse(parsing: sound.text).releases.map(\.file) == sound.releases.map(\.file))
        let twice = AccessResponse(
            request: sound.request, custodian: sound.custodian, releases: sound.releases + [sound.releases[0]])
        #expect(code { _ = try AccessResponse(parsing: twice.text) } == .malformedValue)
        let more: NoteHash = fixed("extension")
        let extended = AccessResponse(
            request: sound.request, custodian: sound.custodian, releases: sound.releases, extensions: [more])
        #expect(try AccessResponse(parsing: extended.text).extensions == [more])
        let again = extended.text + Array("extension ".utf8) + more.hex + [0x0A]
        #expect(code { _ = try AccessResponse(parsing: again) } == .malformedValue)
        let none = AccessResponse(request: sound.request, custodian: sound.custodian, releases: [])
        #expect(try AccessResponse(parsing: none.text).releases.isEmpty)
    }

    @Test func actionsNeedTheirRights() {
        #expect(Action.allCases.map(\.needs) == [.list, .read, .export])
        #expect(Action.allCases.map(\.isOpening) == [false, true, true])
        #expect(Right.allCases.sorted() == [.none, .list, .read, .export])
    }

    @Test func queryHasTheScopeOfItsSubject() throws {
        let world = try World()
        let scoped: Set<QuerySubject> = [.caseStream, .grantStream, .object]
        for subject in QuerySubject.allCases {
            for scope in [nil, fixed("scope")] as [Nonce?] {
                let query = Query(
                    subject: subject, custodian: world.custodian.verifierKey, card: world.caseworkerCard.hash,
                    scope: scope, time: world.made, nonce: fixed("nonce"))
                if scoped.contains(subject) == (scope != nil) {
                    #expect(try Query(parsing: query.text) == query)
                } else {
                    #expect(code { _ = try Query(parsing: query.text) } == .malformedValue)
                }
            }
        }
    }
}

@Suite struct ChainedNoteTests {
    /// Replaces the value of one line.
    private func setting(_ key: String, _ value: String, in text: [UInt8]) -> [UInt8] {
        bytes(
            SharingTests.text(text).split(separator: "\n").map {
                $0.hasPrefix(key + " ") ? "\(key) \(value)" : String($0)
            }
            .joined(separator: "\n") + "\n")
    }

    private let hash = String(repeating: "0", count: 64)

    @Test func onlyTheFirstCaseCardHasNoPrevious() throws {
        let first = try World().caseCard.body.text
        #expect(throws: Never.self) { try CaseCard(parsing: first) }
        #expect(code { _ = try CaseCard(parsing: setting("number", "1", in: first)) } == .malformedValue)
        let second = setting("previous", hash, in: first)
        #expect(code { _ = try CaseCard(parsing: second) } == .malformedValue)
        #expect(throws: Never.self) { try CaseCard(parsing: setting("number", "1", in: second)) }
    }

    @Test func onlyTheFirstIngestRecordHasNoPrevious() throws {
        let later = try World().ingest().body.text
        #expect(code { _ = try IngestRecord(parsing: setting("sequence", "0", in: later)) } == .malformedValue)
        let first = setting("previous", "none", in: later)
        #expect(code { _ = try IngestRecord(parsing: first) } == .malformedValue)
        #expect(throws: Never.self) { try IngestRecord(parsing: setting("sequence", "0", in: first)) }
    }

    @Test func ingestRecordsSizesFitEachOther() throws {
        let sound = try World().ingest().body.text
        let size = PayloadLayout(plaintextSize: 200_000)
        #expect(size.chunkCount == 4)
        for (key, value) in [
            ("content-chunks", "3"), ("content-chunks", "5"), ("content-size", "15"), ("content-size", "0"),
            ("content-size", "\(UInt64.max)"), ("description-chunks", "0"), ("description-chunks", "2"),
            ("description-size", "16"), ("content-size", "65569"),
        ] {
            let text = setting(key, value, in: sound)
            #expect(code { _ = try IngestRecord(parsing: text) } == .malformedValue, "\(key) \(value)")
        }
    }

    @Test func caseCardAttestsItsOwnerAndSigners() throws {
        let world = try World()
        #expect(world.caseCard.body.attests(world.owner.verifierKey))
        #expect(world.caseCard.body.attests(world.phone.verifierKey))
        #expect(!world.caseCard.body.attests(world.caseworker.verifierKey))
    }

    @Test func staffCardsNeedAnIssuer() throws {
        let world = try World()
        #expect(world.caseworkerCard.body.needsIssuer)
        #expect(!world.ownerCard.body.needsIssuer)
    }

    @Test func issuersRoleIsOneWord() throws {
        let world = try World()
        let key = world.police.verifierKey
        #expect(
            code { _ = try TrustedIssuer(key: key, role: plain("police north"), name: plain("x")) } == .malformedValue)
        let issuer = try TrustedIssuer(key: key, role: plain("police"), name: plain("Politi i  Østjylland, nord"))
        let trust = Trust(
            operatorKey: world.operatorKey.verifierKey, number: 0, time: world.made,
            custodian: world.custodian.verifierKey, log: world.log.verifierKey, issuers: [issuer], auditors: [])
        #expect(try Trust(parsing: trust.text) == trust)
    }

    @Test func issuerMayVouchForTwoRoles() throws {
        let world = try World()
        let key = world.police.verifierKey
        let trust = Trust(
            operatorKey: world.operatorKey.verifierKey, number: 3, time: world.made,
            custodian: world.custodian.verifierKey, log: world.log.verifierKey,
            issuers: [
                try TrustedIssuer(key: key, role: plain("police"), name: plain("x")),
                try TrustedIssuer(key: key, role: plain("auditor"), name: plain("x")),
            ], auditors: [])
        #expect(try Trust(parsing: trust.text) == trust)
    }

    @Test func originalsCommitmentDependsOnSaltAndDigest() {
        let sound = IngestRecord.commitment(toOriginal: fixed("a"), salt: fixed("b"))
        #expect(sound != IngestRecord.commitment(toOriginal: fixed("b"), salt: fixed("a")))
        #expect(sound != IngestRecord.commitment(toOriginal: fixed("a"), salt: fixed("c")))
    }
}
