import Storage

/// The code of the storage error that `body` throws; `nil` when it throws none.
func code<Result>(_ body: () throws -> Result) throws -> StorageError.Code? {
    do { _ = try body() } catch let error as StorageError { return error.code }
    return nil
}

func code<Result>(_ body: () async throws -> Result) async throws -> StorageError.Code? {
    do { _ = try await body() } catch let error as StorageError { return error.code }
    return nil
}

/// An error that a transaction's body throws; of nobody else.
struct Deliberate: Error {}
