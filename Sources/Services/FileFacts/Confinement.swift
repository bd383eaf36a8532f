/// What a program that looks into strangers' files may use.
package struct Confinement: Sendable {
    /// Wall-clock time.
    package var patience: Duration = .seconds(10)
    /// Processor time, in seconds.
    package var processorSeconds = 5
    /// Address space, in bytes.
    package var memoryBytes = 512 << 20
    /// Output, in bytes.
    package var outputBytes = 64 << 10
    /// Files and folders that it can read, each with the name that it has there at the top.
    package var readable: [(path: String, name: String)] = []
    /// Files that it may have open at once.
    package var openFiles = 32

    package init() {}

    static let jailer = "/usr/bin/bwrap"
    static let limiter = "/usr/bin/prlimit"

    /// The command that runs `program` shut in: namespaces of its own for processes, network, users and mounts, where
    /// there is nothing but the system's programs and libraries, all of it read-only; no environment, no privilege, no
    /// new files, no terminal. It goes when this process goes.
    func command(_ program: [String]) -> [String] {
        let jail = [
            Confinement.jailer, "--unshare-all", "--die-with-parent", "--new-session", "--clearenv", "--cap-drop",
            "ALL",
            "--uid", "65534", "--gid", "65534", "--ro-bind", "/usr", "/usr", "--symlink", "usr/lib", "/lib",
            "--symlink", "usr/lib64", "/lib64", "--symlink", "usr/bin", "/bin",
        ]
        let shown = readable.flatMap { ["--ro-bind", $0.path, "/" + $0.name] }
        let closed = ["--chdir", "/", "--remount-ro", "/", "--"]
        let limits = [
            Confinement.limiter, "--as=\(memoryBytes)", "--cpu=\(processorSeconds)", "--fsize=0",
            "--nofile=\(openFiles)",
            "--core=0", "--",
        ]
        return jail + shown + closed + limits + program
    }
}
