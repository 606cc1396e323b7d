import DequeModule
import Dispatch
import GRDB
import Synchronization

/// Reads of the last commit, on connections of their own.
///
/// A read that finds a connection free has it, with one switch of threads; GRDB's pool takes three, which cost more than most
/// reads. The others wait in line, and a connection that is at work anyway takes some of them in one snapshot: it is no older
/// than their arrival.
final class SnapshotReads: Sendable {
    private struct Job: Sendable {
        /// In the order of arrival.
        var number = 0
        /// Reads, and delivers what comes of it.
        let perform: @Sendable (GRDB.Database, DatabaseQueue) -> Void
        let fail: @Sendable (any Error) -> Void
    }

    private struct State {
        var jobs: Deque<Job> = []
        var lastNumber = 0
        var connections: [DatabaseQueue] = []
        var free: [DatabaseQueue] = []
        /// Connections that are open, or being opened.
        var count = 0
        var isClosed = false
    }

    /// How a read that arrives gets its connection.
    private enum Admission {
        case refused(StorageError)
        case waits
        case has(DatabaseQueue)
        case opensConnection
    }

    private static let maximumConnections = 4
    /// Reads that share a snapshot at most: what was written since is not seen by the later ones of them.
    private static let batchLimit = 16
    private static let queueLimit = 50_000

    private let path: String
    private let configuration: Configuration
    private let state = Mutex(State())

    /// Reads that were asked for so far, those refused not counted.
    var submitted: Int { state.withLock { $0.lastNumber } }

    /// No connection is opened yet.
    init(path: String, configuration: Configuration) {
        self.path = path
        self.configuration = configuration
    }

    /// Throws what `body` throws, `CancellationError` when the task is cancelled, which ends a statement that is under way, and
    /// `StorageError`.
    func perform<Value: Sendable>(_ body: @escaping @Sendable (GRDB.Database) throws -> Value) async throws -> Value {
        let stay = Stay()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                submit(
                    Job(
                        perform: { db, connection in
                            continuation.resume(with: stay.read(on: connection) { try body(db) })
                        },
                        fail: { continuation.resume(throwing: $0) }
                    )
                )
            }
        } onCancel: {
            stay.cancel()
        }
    }

    /// How far a read has come, for those who give it up.
    private final class Stay: Sendable {
        private enum Stage {
            case waiting
            case reading(DatabaseQueue)
            case cancelled
            case over
        }

        private let stage = Mutex(Stage.waiting)

        func read<Value>(on connection: DatabaseQueue, _ body: () throws -> Value) -> Result<Value, any Error> {
            let isWanted = stage.withLock { stage in
                guard case .waiting = stage else { return false }
                stage = .reading(connection)
                return true
            }
            guard isWanted else { return .failure(CancellationError()) }
            let result = Result { try body() }
            let isCancelled = stage.withLock { stage in
                defer { stage = .over }
                if case .cancelled = stage { return true }
                return false
            }
            return isCancelled ? .failure(CancellationError()) : result
        }

        func cancel() {
            stage.withLock { stage in
                switch stage {
                case .waiting: stage = .cancelled
                case .reading(let connection):
                    // Within the lock, as the next read on this connection is another's.
                    connection.interrupt()
                    stage = .cancelled
                case .cancelled, .over: break
                }
            }
        }
    }

    /// Ends all connections, once the reads that have one are through; those that wait fail.
    func close() throws {
        let (connections, waiting) = state.withLock { state in
            state.isClosed = true
            defer { state.jobs = [] }
            return (state.connections, state.jobs)
        }
        for job in waiting { job.fail(StorageError.closed) }
        for connection in connections { try connection.close() }
    }

    private func submit(_ job: Job) {
        switch state.withLock({ admit(job, &$0) }) {
        case .refused(let error): job.fail(error)
        case .waits: break
        case .has(let connection): connection.asyncWriteWithoutTransaction { self.drain($0, connection) }
        case .opensConnection: DispatchQueue.global().async { self.open() }
        }
    }

    private func admit(_ job: Job, _ state: inout State) -> Admission {
        guard !state.isClosed else { return .refused(.closed) }
        guard state.jobs.count < Self.queueLimit else { return .refused(.overloaded) }
        var job = job
        state.lastNumber += 1
        job.number = state.lastNumber
        state.jobs.append(job)
        if let connection = state.free.popLast() { return .has(connection) }
        guard state.count < Self.maximumConnections else { return .waits }
        state.count += 1
        return .opensConnection
    }

    private func open() {
        do {
            let connection = try DatabaseQueue(path: path, configuration: configuration)
            try state.withLock { state in
                guard !state.isClosed else { throw StorageError.closed }
                state.connections.append(connection)
            }
            connection.asyncWriteWithoutTransaction { self.drain($0, connection) }
        } catch {
            // Others may be open and take what waits; without any, nobody else would.
            let left = state.withLock { state -> Deque<Job> in
                state.count -= 1
                guard state.count == 0 else { return [] }
                defer { state.jobs = [] }
                return state.jobs
            }
            for job in left { job.fail(error) }
        }
    }

    /// Runs on the connection's queue until nothing waits.
    private func drain(_ db: GRDB.Database, _ connection: DatabaseQueue) {
        while let newest = newestWaiting(for: connection) {
            do {
                try db.snapshot {
                    // One at a time, so that the others do not wait behind a slow one while another connection is free.
                    for _ in 0..<Self.batchLimit {
                        guard let job = takeJob(upTo: newest) else { break }
                        job.perform(db, connection)
                    }
                }
            } catch {
                takeJob(upTo: newest)?.fail(error)
            }
        }
    }

    /// The number of the newest read that waits: a snapshot that begins now is good for all up to it. Nil when none waits; the
    /// connection is free then.
    private func newestWaiting(for connection: DatabaseQueue) -> Int? {
        state.withLock { state in
            if state.jobs.isEmpty { state.free.append(connection) }
            return state.jobs.last?.number
        }
    }

    private func takeJob(upTo newest: Int) -> Job? {
        state.withLock { state in
            guard let first = state.jobs.first, first.number <= newest else { return nil }
            return state.jobs.removeFirst()
        }
    }
}

extension StorageError {
    fileprivate static var closed: StorageError { .unavailable(reason: "the database is closed") }
}
