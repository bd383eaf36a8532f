import Glibc

/// Plain threads that run one closure each. They are kept off Swift's cooperative pool, which must not block.
struct WorkerThreads: ~Copyable {
    private var threads: [pthread_t] = []

    /// The number of processors this process may use, at least 1.
    static var processorCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// Starts one more thread.
    /// - Throws: `VaultError.unavailable`.
    mutating func start(_ body: @escaping @Sendable () -> Void) throws(VaultError) {
        var thread = pthread_t()
        let box = Unmanaged.passRetained(ThreadBody(body))
        let verdict = pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            }, box.toOpaque())
        guard verdict == 0 else {
            box.release()
            throw VaultError(.unavailable, "no thread could be started", systemError: verdict)
        }
        threads.append(thread)
    }

    /// Waits until every thread has ended.
    mutating func join() {
        while let thread = threads.popLast() { pthread_join(thread, nil) }
    }
}

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}
