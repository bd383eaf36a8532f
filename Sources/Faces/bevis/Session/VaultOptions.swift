import ArgumentParser
import CustodianClient
import Glibc
import HTTPTransport
import Terminal

/// Which vault a command works on.
struct VaultOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The vault: its folder, or its address (unix:PATH, https://…).",
            discussion: "Without it BEVIS_VAULT is used.", valueName: "vault"))
    var vault: String?

    /// The vault named by option or environment.
    func address() throws(CommandFailure) -> VaultAddress {
        if let vault { return VaultAddress(vault) }
        guard let value = getenv("BEVIS_VAULT"), value.pointee != 0 else {
            throw CommandFailure(
                .usage, "no vault was named",
                hint: "give --vault FOLDER, or set BEVIS_VAULT; make one: bevis vault init")
        }
        return VaultAddress(String(cString: value))
    }
}

/// Where a vault is reached.
enum VaultAddress {
    /// A folder of this machine whose custodian may have to be started.
    case folder(String)
    /// A custodian that somebody else runs.
    case endpoint(HTTPEndpoint)

    init(_ text: String) {
        if text.hasPrefix("unix:") {
            self = .endpoint(.unixSocket(path: String(text.dropFirst(5))))
        } else if text.hasPrefix("http://") || text.hasPrefix("https://") {
            self = .endpoint(.tcp(url: text))
        } else {
            self = .folder(text)
        }
    }

    /// The address as it is for another process on this machine.
    var absolute: String {
        switch self {
        case .folder(let folder):
            realpath(folder, nil).map { path in
                defer { free(path) }
                return String(cString: path)
            } ?? folder
        case .endpoint(.unixSocket(let path)): "unix:" + path
        case .endpoint(.tcp(let url)): url
        }
    }

    /// The socket of the custodian of a folder.
    static func socket(of folder: String) -> String { folder + "/socket" }

    /// A connection, with a custodian started for a folder that has none running.
    func connect() throws -> CustodianConnection {
        switch self {
        case .endpoint(let endpoint): return try CustodianConnection(endpoint)
        case .folder(let folder):
            let connection = try CustodianConnection(.unixSocket(path: VaultAddress.socket(of: folder)))
            try CustodianProcess.ensure(folder) { (try? connection.get("/checkpoint")) != nil }
            return connection
        }
    }
}

extension VaultSession {
    /// A session with the keys that the vault shows, for what needs no memory: the keys are remembered elsewhere.
    static func unremembered(_ vault: VaultOptions) throws -> VaultSession {
        let connection = try vault.address().connect()
        let about = try VaultSession.about(connection)
        return try VaultSession(
            connection, custodian: about.custodian, log: about.log, known: nil, clock: Person.now)
    }
}
