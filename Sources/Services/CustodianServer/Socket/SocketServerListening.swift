import Synchronization

/// The steps around `bind` that the socket's file needs: private before, the right mode after, gone at the end.
final class ListeningSocket: Sendable {
    private struct State {
        var isMasked = false
        var claim: SocketFileClaim?
    }

    private let address: SocketServerAddress
    private let state = Mutex(State())
    /// What went wrong after the socket was bound.
    private let failure = Mutex<SocketServerError?>(nil)

    init(address: SocketServerAddress) {
        self.address = address
    }

    func willOpen() {
        guard case .unixSocket = address else { return }
        PrivateMask.enter()
        state.withLock { $0.isMasked = true }
    }

    func opened() throws(SocketServerError) {
        unmask()
        guard case .unixSocket(let path, let access) = address else { return }
        do {
            let claim = try SocketFile(path: path).allow(access)
            state.withLock { $0.claim = claim }
        } catch {
            failure.withLock { $0 = error }
            throw error
        }
    }

    /// Undoes what has been done, however far it came; says what failed on the way.
    func close() throws(SocketServerError) {
        unmask()
        state.withLock { $0.claim }?.remove()
        if let error = failure.withLock({ $0 }) { throw error }
    }

    private func unmask() {
        let wasMasked = state.withLock { state in
            defer { state.isMasked = false }
            return state.isMasked
        }
        if wasMasked { PrivateMask.leave() }
    }
}
