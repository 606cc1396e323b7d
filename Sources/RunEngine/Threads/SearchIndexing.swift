import Logging
import ServiceLifecycle
import Storage

/// Keeps the full-text index up with the messages: within about a second, on a busy server later, and before a search looks.
///
/// Storing a message costs nothing for it. Messages are indexed in small transactions with pauses between, so that a
/// large import or an older database is taken in without holding up anyone.
package actor SearchIndexing: Service {
    private let database: Database
    private let logger: Logger

    private static let interval: Duration = .seconds(1)
    private static let intervalAfterFailure: Duration = .seconds(10)
    private static let longestRest: Duration = .seconds(5)
    /// Writes beside one step from which on a rush may be the cause.
    private static let writesOfRush = 16
    /// Of one step: a transaction of some milliseconds.
    private static let messages = 256
    private static let bytes = 64 << 10
    /// What a search waits for at most, so that a large backlog does not hold it up.
    private static let patience: Duration = .milliseconds(500)

    private var isAtWork = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    package init(database: Database, logger: Logger) {
        self.database = database
        self.logger = logger
    }

    package func run() async throws {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            let pause = await round()
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: pause) }
        }
    }

    /// A step in the background. Returns how long to rest after it.
    private func round() async -> Duration {
        do {
            let progress = try await step()
            return progress.mayHaveMore ? Self.rest(after: progress) : Self.interval
        } catch is CancellationError {
            return .zero
        } catch {
            logger.error("Messages could not be indexed for search", metadata: ["reason": "\(error)"])
            return Self.intervalAfterFailure
        }
    }

    /// Indexes what was stored so far; of much, what half a second is enough for.
    func catchUp() async throws {
        let deadline = ContinuousClock.now + Self.patience
        while try await step().mayHaveMore, ContinuousClock.now < deadline {}
    }

    /// What a step has done.
    package struct Progress: Sendable {
        var messages: Int
        var mayHaveMore: Bool
        var time: Duration
        /// How often others wrote and read meanwhile.
        var otherWrites: Int
        var otherReads: Int

        package init(
            messages: Int = 0,
            mayHaveMore: Bool = false,
            time: Duration = .zero,
            otherWrites: Int = 0,
            otherReads: Int = 0
        ) {
            self.messages = messages
            self.mayHaveMore = mayHaveMore
            self.time = time
            self.otherWrites = otherWrites
            self.otherReads = otherReads
        }
    }

    /// How long to rest after a step when there is more to do: a third of the time is work, a tenth if others write, who take
    /// turns with it, or read, who share the processors and their caches with it. In a rush that brings messages faster than a
    /// tenth could index them, they cannot be kept up with anyway: a fiftieth then, and the rest when the rush is over.
    package static func rest(after progress: Progress) -> Duration {
        if progress.otherWrites <= 0, progress.otherReads <= 0 { return progress.time * 2 }
        let isRush = progress.otherWrites >= writesOfRush && progress.otherWrites * 10 > progress.messages
        return min(progress.time * (isRush ? 49 : 9), longestRest)
    }

    /// Does the next piece of work. One at a time, since two would do the same.
    private func step() async throws -> Progress {
        await begin()
        defer { end() }
        let (start, writes, reads) = (ContinuousClock.now, database.writesSoFar, database.readsSoFar)
        let work = try await database.read { try $0.search.work(limit: Self.messages, bytes: Self.bytes) }
        guard !work.isEmpty else { return Progress() }
        let step = SearchRepository.Step(work)
        let isDone = try await database.write { try $0.search.perform(step) }
        return Progress(
            messages: work.count,
            mayHaveMore: work.isPartial || !isDone,
            time: ContinuousClock.now - start,
            otherWrites: database.writesSoFar - writes - 1,
            otherReads: database.readsSoFar - reads - 1
        )
    }

    private func begin() async {
        if isAtWork { await withCheckedContinuation { waiting.append($0) } }
        isAtWork = true
    }

    /// Hands the turn to the next one, without anybody getting between.
    private func end() {
        if waiting.isEmpty { isAtWork = false } else { waiting.removeFirst().resume() }
    }
}
