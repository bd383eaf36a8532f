import ArgumentParser
import Custodian
import CustodianServer
import Glibc
import Hummingbird
import SignedNote
import Storage
import StorageSQLite
import Terminal

/// `bevis serve`: the custodian, in a process of its own.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run a vault's custodian until it is stopped.",
        discussion: """
            Nobody else opens the vault's folder; all commands speak to this process over its socket. A command that \
            finds none running starts one, which goes when nobody has asked for a while.
            Example:
              bevis serve --vault /srv/mappen
            """)

    @OptionGroup var vault: VaultOptions
    @Flag(help: "Make the folder if it is not there.") var create = false
    @Option(help: "How many requests a second one card may make in the long run; sixty times as many at once.")
    var requestsPerSecond: UInt64 = 5
    @Option(
        name: .customLong("operator"),
        help: ArgumentHelp(
            "Whose vault it is: the operator's key, where nobody is the operator yet.", valueName: "key"))
    var operatorKey: String?
    @Option(
        help: ArgumentHelp(
            "How long an erasure waits at least: 7d for a new vault; later never less than before.",
            valueName: "time"))
    var erasureWait: String?
    @Flag(help: .hidden) var background = false

    func run() async throws {
        guard case .folder(let path) = try vault.address() else {
            throw CommandFailure(.usage, "serve works on a folder of this machine", hint: "give --vault FOLDER")
        }
        do {
            if !create { try ServeCommand.checkIsVault(path) }
            try await serve(path)
        } catch {
            let failure = Explanation.of(error)
            if background { report([failure?.message ?? "the custodian failed", failure?.hint ?? ""]) }
            throw error
        }
    }

    private static let secondsToLeave: UInt32 = 20

    // Before anything is said of the folder's rights: whoever mistypes a path must not be told to change them.
    private static func checkIsVault(_ path: String) throws(CommandFailure) {
        let isThere = ["lock", "records.sqlite"].contains { name in
            access(path + "/" + name, F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR)
        }
        guard !isThere else { return }
        throw CommandFailure(
            .unreachable, "there is no vault at \(Escaped.quoted(path))",
            hint: "look at --vault or BEVIS_VAULT; make a new one: bevis vault init --vault FOLDER")
    }

    private func serve(_ path: String) async throws {
        let operatorKey = try self.operatorKey.map { text throws(CommandFailure) in
            do throws(NoteError) { return try VerifierKey(parsing: Array(text.utf8)) } catch {
                throw CommandFailure(.usage, "--operator: \(error.reason)", hint: "see it with: bevis identity show")
            }
        }
        let wait = try erasureWait.map { try TimeArgument.duration($0) }
        let folder = try VaultFolder(path: path, creating: create)
        let stores = CustodianStores(
            records: try folder.records(), objects: folder.objects(), checkpoints: folder.checkpoints(),
            tiles: folder.tiles(), secrets: folder.secrets(), keys: folder.keys(), reserve: folder.reserve())
        let custodian = try await Custodian(
            stores: stores, limits: RequestLimits(perSecond: requestsPerSecond), operatorKey: operatorKey,
            erasureWait: wait, clock: Person.now)
        let idle = background ? Duration.seconds(CustodianProcess.idleSeconds) : nil
        let options = SocketServerOptions(
            .unixSocket(path: VaultAddress.socket(of: path), access: .owner), idleStop: idle)
        let server = SocketServer(CustodianRoutes(custodian).responder(), options: options) { _ in
            guard !background else { return report([CustodianProcess.ready]) }
            Output(json: false).note("serving \(Escaped.quoted(path))")
        }
        let sweeper = Task { await sweep(custodian) }
        let tiler = Task { await writeTiles(custodian) }
        defer {
            sweeper.cancel()
            tiler.cancel()
        }
        try await server.run(stopsOnSignals: true)
        // Commands cannot start the next custodian while this one holds the folder: whatever keeps it from leaving, it
        // goes. A custodian may be killed at any moment.
        alarm(ServeCommand.secondsToLeave)
        try? custodian.writePartialTiles()
        sweeper.cancel()
        // Whoever was served has been told; what cannot be finished now is finished at the next start.
        try? await custodian.finish()
        withExtendedLifetime(folder) {}
    }

    /// Ends grants whose window is over and erases what is due, at the start and then within half a minute.
    private func sweep(_ custodian: Custodian) async {
        while !Task.isCancelled {
            // A failure shows at the next request, which cannot be served either.
            try? await custodian.expireGrants()
            try? await custodian.eraseDue()
            try? await Task.sleep(for: .seconds(30))
        }
    }

    /// Keeps the log's folder whole for whoever reads its files, a second behind at most.
    private func writeTiles(_ custodian: Custodian) async {
        while !Task.isCancelled {
            // They are made anew at the next round or start.
            try? custodian.writePartialTiles()
            try? await Task.sleep(for: .seconds(1))
        }
    }

    /// Tells the command that started this process, once.
    private func report(_ lines: [String]) {
        let text = Array(lines.map { $0 + "\n" }.joined().utf8)
        _ = write(STDOUT_FILENO, text, text.count)
        let null = open("/dev/null", O_WRONLY | O_CLOEXEC)
        if null >= 0 {
            dup2(null, STDOUT_FILENO)
            close(null)
        }
    }
}
