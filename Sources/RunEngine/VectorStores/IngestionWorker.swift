import AssistantsAPI
import Logging
import ModelProviders
import ServiceLifecycle
import Storage
import Synchronization
import TextExtraction

/// Ingests files that are in vector stores and in progress: claims them, a few at a time and fairly among projects, tries
/// again what may pass, and ends every one of them, well or with its last error.
///
/// What is to be done is told by rows of the database alone. A process that dies leaves rows that the next one claims.
package final class IngestionWorker: Service {
    /// What an operator decides about ingestion.
    package struct Limits: Sendable {
        /// Files at work at the same time.
        package var concurrency: Int
        /// Attempts that a file has, those included during which the process died.
        package var attempts: Int
        /// The pause after the first failure that may pass; each further one is four times as long, up to a minute.
        package var firstPause: Duration

        package init(concurrency: Int = 2, attempts: Int = 5, firstPause: Duration = .seconds(1)) {
            self.concurrency = concurrency
            self.attempts = attempts
            self.firstPause = firstPause
        }
    }

    let parts: IngestionParts
    let limits: Limits
    let clock: WallClock
    let logger: Logger

    private let state = Mutex(State())
    private let bell = Bell()
    private let checks = Mutex<Set<Identifier<VectorStore>>>([])
    /// Held by whoever changes what an index holds of a file.
    let places = PlaceLock()

    private struct State {
        var jobs: [IngestionJob.Place: IngestionJob] = [:]
        var lastProject = ProjectID("")
    }

    /// How long a file may be due before it is noticed, when nobody tells.
    private static let tick: Duration = .milliseconds(500)
    /// Ticks between two looks whether the lease on what is at work must be renewed.
    private static let renewal = 10

    package init(parts: IngestionParts, limits: Limits = Limits(), clock: WallClock, logger: Logger) {
        self.parts = parts
        self.limits = limits
        self.clock = clock
        self.logger = logger
    }

    // MARK: Service

    package func run() async throws {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.ringRegularly() }
            while !Task.isShuttingDownGracefully, !Task.isCancelled {
                for job in await claimNext() {
                    group.addTask {
                        await job.ended()
                        self.forget(job)
                        self.bell.ring()
                    }
                }
                await bell.wait()
            }
            for job in jobs(where: { _ in true }) { job.stop(.shutdown) }
        }
    }

    /// Tells that there are new files.
    package func wake() { bell.ring() }

    private func ringRegularly() async {
        var ticks = 0
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.tick) }
            ticks += 1
            if ticks.isMultiple(of: Self.renewal), !jobs(where: { _ in true }).isEmpty {
                do {
                    try await parts.database.write { try $0.vectorStoreFiles.renewLease() }
                } catch is CancellationError {
                    continue
                } catch {
                    logger.error("The lease on files that are ingested could not be renewed", error)
                }
            }
            bell.ring()
        }
        bell.ring()
    }

    /// Claims as many files as there is room for, and begins with them.
    private func claimNext() async -> [IngestionJob] {
        let (room, running, last) = state.withLock { state in
            let running = state.jobs.values.reduce(into: [ProjectID: Int]()) { $0[$1.claim.project, default: 0] += 1 }
            return (limits.concurrency - state.jobs.count, running, state.lastProject)
        }
        guard room > 0 else { return [] }
        let now = clock.milliseconds()
        do {
            guard try await parts.database.read({ try $0.vectorStoreFiles.isWork(due: now) }) else { return [] }
            let (claims, newLast) = try await parts.database.write { db in
                var last = last
                let claims = try db.vectorStoreFiles.claim(limit: room, running: running, now: now, after: &last)
                return (claims, last)
            }
            state.withLock { $0.lastProject = newLast }
            return claims.map(begin)
        } catch is CancellationError {
            return []
        } catch {
            logger.error("Files to ingest could not be claimed", error)
            return []
        }
    }

    private func begin(_ claim: IngestionClaim) -> IngestionJob {
        state.withLock { state in
            let place = IngestionJob.Place(store: claim.store, file: claim.file)
            // One whose claim is lost may not be gone yet.
            state.jobs[place]?.stop(.unwanted)
            let job = IngestionJob(claim) { claim in
                await self.places.take(place)
                defer { self.places.giveBack(place) }
                await self.ingest(claim)
            }
            state.jobs[place] = job
            return job
        }
    }

    private func forget(_ job: IngestionJob) {
        state.withLock { state in
            if state.jobs[job.place] === job { state.jobs[job.place] = nil }
        }
    }

    // MARK: Indexes

    /// The index of a store, for reading. The first time that a process reads it, what it holds is compared with the
    /// database: files that it lacks, as it was lost or comes from another time than the database, are ingested again.
    func index(of store: Identifier<VectorStore>) async throws -> StoreIndex {
        let index = try await parts.indexes.index(of: store)
        guard checks.withLock({ $0.insert(store).inserted }) else { return index }
        // In this order: what is completed in the database is in the index by then.
        let completed = try await parts.database.read { try $0.vectorStoreFiles.completed(of: store) }
        let present = index.files()
        let lost = completed.subtracting(present)
        let others = present.subtracting(completed)
        guard !lost.isEmpty || !others.isEmpty else { return index }
        if !lost.isEmpty {
            logger.warning(
                "The index of a vector store lacks files, which are ingested again",
                metadata: ["store": "\(store)", "files": "\(lost.count)"]
            )
        }
        try await parts.database.write { db in
            try db.vectorStoreFiles.ingestAgain(lost, of: store)
            for file in others { try db.vectorStoreIndexChanges.add(file, of: store) }
        }
        wake()
        return index
    }

    // MARK: Stopping

    /// Stops the ingestion of files that are not wanted any more; returns when nothing of it is at work.
    func stop(where condition: (IngestionJob.Place) -> Bool) async {
        let jobs = jobs(where: condition)
        for job in jobs { job.stop(.unwanted) }
        for job in jobs { await job.ended() }
    }

    private func jobs(where condition: (IngestionJob.Place) -> Bool) -> [IngestionJob] {
        state.withLock { state in state.jobs.filter { condition($0.key) }.map(\.value) }
    }

    private func stopOf(_ claim: IngestionClaim) -> IngestionJob.Stop? {
        state.withLock { state in
            let job = state.jobs[IngestionJob.Place(store: claim.store, file: claim.file)]
            return job?.claim == claim ? job?.stop : .unwanted
        }
    }

    // MARK: One file

    /// Carries a claim to its end, or gives it back.
    private func ingest(_ claim: IngestionClaim) async {
        do {
            // After the job is known: who takes the file out from now on finds the job.
            guard try await parts.database.read({ try $0.vectorStoreFiles.isGood(claim) }) else { return }
            guard claim.attempt <= limits.attempts else { return try await giveUp(claim, abandoned) }
            let usageBytes = try await FileIngestion(claim: claim, parts: parts).perform()
            try await complete(claim, usageBytes: usageBytes)
        } catch {
            await settle(claim, after: error)
        }
    }

    /// Ends an ingestion once the index knows the file's attributes as they are: they may have changed meanwhile.
    private func complete(_ claim: IngestionClaim, usageBytes: Int) async throws {
        var indexed = claim.attributes
        while true {
            let known = indexed
            let wanted = try await parts.database.write { db in
                try db.vectorStoreFiles.complete(claim, usageBytes: usageBytes, indexed: known)
            }
            guard let wanted else { return }
            try await parts.indexes.index(of: claim.store).setAttributes(wanted, of: claim.file)
            indexed = wanted
        }
    }

    private func settle(_ claim: IngestionClaim, after error: any Error) async {
        do {
            switch (stopOf(claim), error) {
            case (_, is LostClaim): return
            // If it is wanted after all, its claim is still good.
            case (.unwanted, _), (.shutdown, _): try await postpone(claim, counts: false)
            case (nil, let failure as ExtractionFailure) where failure.code != .serverError:
                try await giveUp(claim, VectorStoreFile.LastError(failure))
            case (nil, _):
                logger.warning(
                    "The ingestion of a file failed",
                    metadata: [
                        "file": "\(claim.file)", "store": "\(claim.store)", "attempt": "\(claim.attempt)",
                        "error": "\(error)",
                    ]
                )
                if claim.attempt < limits.attempts { return try await postpone(claim, counts: true) }
                try await giveUp(claim, VectorStoreFile.LastError(lasting: error))
            }
        } catch is LostClaim {
            return
        } catch {
            // The row stays claimed by a worker that does not work on it; the next start takes it up.
            logger.error("The state of a file in a vector store could not be stored", error)
        }
    }

    private func giveUp(_ claim: IngestionClaim, _ error: VectorStoreFile.LastError) async throws {
        try await parts.database.write { try $0.vectorStoreFiles.fail(claim, error) }
    }

    private func postpone(_ claim: IngestionClaim, counts: Bool) async throws {
        let pause = counts ? pause(after: claim.attempt) : .zero
        let time = clock.milliseconds() + Int(pause / .milliseconds(1))
        try await parts.database.write { try $0.vectorStoreFiles.postpone(claim, until: time, counts: counts) }
    }

    private func pause(after attempt: Int) -> Duration {
        var pause = limits.firstPause
        for _ in 1..<max(attempt, 1) where pause < .seconds(60) { pause *= 4 }
        return min(pause, .seconds(60))
    }

    /// What is told of a file during whose ingestion the process died again and again.
    private let abandoned = VectorStoreFile.LastError(
        code: .serverError,
        message: "The file could not be ingested: the server stopped each time it worked on it."
    )
}

extension VectorStoreFile.LastError {
    init(_ failure: ExtractionFailure) {
        let code: Code =
            switch failure.code {
            case .unsupportedFile: .unsupportedFile
            case .invalidFile: .invalidFile
            case .serverError: .serverError
            }
        self.init(code: code, message: failure.message)
    }

    /// An error that did not pass in all attempts.
    fileprivate init(lasting error: any Error) {
        switch error {
        case let failure as ExtractionFailure: self.init(failure)
        case let failure as ModelError:
            self.init(code: .serverError, message: "The embedding model failed: \(failure.message)")
        default:
            self.init(
                code: .serverError,
                message: "The server failed while it ingested the file. Attach it again to have it tried once more."
            )
        }
    }
}
