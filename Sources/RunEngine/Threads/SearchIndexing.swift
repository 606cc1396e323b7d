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
            let (start, writes) = (ContinuousClock.now, database.writesSoFar)
            let progress = try await step()
            guard progress.mayHaveMore else { return Self.interval }
            let others = database.writesSoFar - writes - 1
            return (ContinuousClock.now - start) * Self.rest(after: progress, besideWrites: others)
        } catch is CancellationError {
            return .zero
        } catch {
            logger.error("Messages could not be indexed for search", metadata: ["reason": "\(error)"])
            return Self.intervalAfterFailure
        }
    }

    /// How often the time of a step to rest after it, when there is more to do: a third of the time is work, a tenth if others
    /// write, who take turns with it. In a rush that brings messages faster than a tenth could index them, they cannot be kept up
    /// with anyway: a fiftieth then, and the rest when the rush is over.
    private static func rest(after progress: Progress, besideWrites others: Int) -> Int {
        if others <= 0 { return 2 }
        return others * 10 > progress.messages ? 49 : 9
    }

    /// Indexes what was stored so far; of much, what half a second is enough for.
    func catchUp() async throws {
        let deadline = ContinuousClock.now + Self.patience
        while try await step().mayHaveMore, ContinuousClock.now < deadline {}
    }

    private struct Progress {
        /// How many messages a step has seen to.
        var messages = 0
        var mayHaveMore = false
    }

    /// Does the next piece of work. One at a time, since two would do the same.
    private func step() async throws -> Progress {
        await begin()
        defer { end() }
        let work = try await database.read { try $0.search.work(limit: Self.messages, bytes: Self.bytes) }
        guard !work.isEmpty else { return Progress() }
        let step = SearchRepository.Step(work)
        let isDone = try await database.write { try $0.search.perform(step) }
        return Progress(messages: work.count, mayHaveMore: work.isPartial || !isDone)
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
