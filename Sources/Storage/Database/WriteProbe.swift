import Foundation
import Synchronization

/// Answers whether the database can be written, by writing. The answer is kept for a second, so that health checks
/// cost a commit a second at most, however often they come.
final class WriteProbe: Sendable {
    private enum Answer {
        case unknown
        case good(at: ContinuousClock.Instant)
        case bad(StorageError, at: ContinuousClock.Instant)
    }

    private static let patience: Duration = .seconds(2)

    private let path: String
    private let inode: UInt64?
    private let answer = Mutex(Answer.unknown)
    private let current = Mutex<Task<Void, any Error>?>(nil)

    init(path: String) {
        self.path = path
        inode = Self.inode(of: path)
    }

    /// Those who ask while a probe is under way wait for that one.
    func check(_ write: @escaping @Sendable () async throws -> Void) async throws {
        let now = ContinuousClock.now
        switch answer.withLock({ $0 }) {
        case .good(let time) where now - time < .seconds(1): return
        case .bad(let error, let time) where now - time < .seconds(1): throw error
        default: break
        }
        let probe = current.withLock { current in
            if let current { return current }
            let probe = Task { try await self.probe(write) }
            current = probe
            return probe
        }
        try await probe.value
    }

    private func probe(_ write: @escaping @Sendable () async throws -> Void) async throws {
        defer { current.withLock { $0 = nil } }
        do {
            try verifyFile()
            try await withPatience(write)
            answer.withLock { $0 = .good(at: .now) }
        } catch {
            let reason = error as? StorageError ?? .unavailable(reason: "the database cannot be written: \(error)")
            answer.withLock { $0 = .bad(reason, at: .now) }
            throw reason
        }
    }

    /// A deleted file still takes writes, into nowhere.
    private func verifyFile() throws {
        guard let current = Self.inode(of: path), current == inode else {
            throw StorageError.unavailable(reason: "the database file was removed or replaced while the server runs")
        }
    }

    private func withPatience(_ write: @escaping @Sendable () async throws -> Void) async throws {
        let (results, sink) = AsyncStream.makeStream(of: Result<Void, any Error>.self)
        // Not a task group: that would wait for the write, which cannot be cancelled.
        let writing = Task { sink.yield(await Result { try await write() }) }
        let waiting = Task {
            try await Task.sleep(for: Self.patience)
            sink.yield(.failure(StorageError.unavailable(reason: "the database took no write within 2 seconds")))
        }
        defer { waiting.cancel() }
        for await result in results { return try result.get() }
        writing.cancel()
        throw CancellationError()
    }

    private static func inode(of path: String) -> UInt64? {
        var information = stat()
        return stat(path, &information) == 0 ? UInt64(information.st_ino) : nil
    }
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
