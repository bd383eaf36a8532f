import AuditTrail
import CustodianClient
import FileFacts
import Handover
import Sharing
import Sodium
import Terminal
import Vault

/// Makes what stands beside an original: a still, a film that plays everywhere, a copy without the place. Each can fail
/// without harm; then it is missing and said to be.
struct ExhibitCopies {
    let bag: BagFolder
    let builder: ContentBuilder

    /// What came of an exhibit's copies.
    struct Made {
        var copies: [ExhibitPage.Copy] = []
        var picture: String?
        /// What could not be made, for the person at the terminal.
        var failures: [String] = []
    }

    /// Makes copies of what lies at `place`, an original or a copy without place.
    func views(of exhibit: HandoverPlan.Exhibit, at place: [UInt8]) -> Made {
        var made = Made()
        let media = exhibit.known.mediaType.map { string($0.bytes) } ?? ""
        let isFilm = exhibit.known.kind == .footage || media.hasPrefix("video/")
        let isPicture = exhibit.known.kind == .photo || media.hasPrefix("image/")
        guard isFilm || isPicture else { return made }
        guard CopyTools.isInstalled(CopyTools.film) else {
            if ["image/jpeg", "image/png"].contains(media) { made.picture = string(place) }
            made.failures.append("no still or copy for playback of exhibit \(exhibit.number): ffmpeg is not installed")
            return made
        }
        let path = bag.path + "/" + string(place)
        let tool = CopyTools.version(of: CopyTools.film)
        do {
            let still = HandoverLayout.copy(exhibit.number, Array("still.jpg".utf8))
            try bag.write(still, bytes: try CopyTools.still(of: path))
            let parameters = tool + " " + CopyTools.stillParameters
            made.copies.append(ExhibitPage.Copy(path: string(still), kind: .still, tool: parameters))
            made.picture = string(still)
        } catch {
            made.failures.append("no still of exhibit \(exhibit.number): \(ExhibitCopies.reason(error))")
        }
        if isFilm { addPlayable(of: exhibit, path, tool, to: &made) }
        return made
    }

    private func addPlayable(
        of exhibit: HandoverPlan.Exhibit, _ path: String, _ tool: String, to made: inout Made
    ) {
        do {
            guard try !CopyTools.playsEverywhere(path) else { return }
            let playable = HandoverLayout.copy(exhibit.number, Array("playable.mp4".utf8))
            try bag.write(playable) { take in try CopyTools.playable(of: path, to: take) }
            let parameters = tool + " " + CopyTools.playableParameters
            made.copies.append(ExhibitPage.Copy(path: string(playable), kind: .playable, tool: parameters))
        } catch {
            made.failures.append("no copy for playback of exhibit \(exhibit.number): \(ExhibitCopies.reason(error))")
        }
    }

    /// Writes a copy of an item without its place; where that cannot be done, the exhibit stays out.
    func withoutPlace(
        _ exhibit: HandoverPlan.Exhibit, reading body: (_ take: (UnsafeRawBufferPointer) throws -> Bool) throws -> Void
    ) throws -> ExhibitPage.Copy {
        let copy = try CopyTools.withoutPlace(feeding: body)
        let name = Array(("without-place-" + builder.fileName(exhibit)).utf8)
        let place = HandoverLayout.copy(exhibit.number, name)
        try bag.write(place, bytes: copy)
        let tool = CopyTools.version(of: CopyTools.facts) + " " + CopyTools.withoutPlaceParameters
        return ExhibitPage.Copy(path: string(place), kind: .withoutPlace, tool: tool)
    }

    static func reason(_ error: any Error) -> String {
        if let error = error as? FactsError { return "\(error.reason)" }
        if let error = error as? CommandFailure { return error.message }
        return "it cannot be read"
    }
}

extension ExhibitPage.Copy {
    /// The same as what is signed of it.
    func signed() throws -> HandoverItem.Copy {
        let kind: HandoverItem.Copy.Kind =
            switch self.kind {
            case .still: .still
            case .playable: .playable
            case .withoutPlace: .withoutPlace
            }
        return HandoverItem.Copy(
            path: try PlainText(Array(path.utf8)), kind: kind, tool: try PlainText(Array(tool.utf8)))
    }
}
