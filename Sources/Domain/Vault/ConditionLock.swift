import Glibc

/// A lock with conditions to wait for; `Synchronization.Mutex` has none.
final class ConditionLock: @unchecked Sendable {
    // Guard: the C objects are initialised before anybody else sees them and destroyed by the last reference.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let conditions: UnsafeMutablePointer<pthread_cond_t>
    private let conditionCount: Int

    /// A lock with `conditionCount` conditions.
    init(conditionCount: Int) {
        self.conditionCount = conditionCount
        mutex = .allocate(capacity: 1)
        conditions = .allocate(capacity: conditionCount)
        pthread_mutex_init(mutex, nil)
        for index in 0..<conditionCount { pthread_cond_init(conditions + index, nil) }
    }

    deinit {
        for index in 0..<conditionCount { pthread_cond_destroy(conditions + index) }
        pthread_mutex_destroy(mutex)
        conditions.deallocate()
        mutex.deallocate()
    }

    /// Runs `body` alone.
    func withLock<Result>(_ body: () throws -> Result) rethrows -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body()
    }

    /// Gives the lock away until `condition` is signalled, perhaps without reason; call inside `withLock`.
    func wait(for condition: Int) { pthread_cond_wait(conditions + condition, mutex) }

    /// Wakes one of those who wait.
    func signal(_ condition: Int) { pthread_cond_signal(conditions + condition) }

    /// Wakes all who wait.
    func broadcast(_ condition: Int) { pthread_cond_broadcast(conditions + condition) }
}
