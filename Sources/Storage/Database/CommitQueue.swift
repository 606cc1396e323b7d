import DequeModule

/// Transactions that are to be committed, in their order, and those that are postponed.
struct CommitQueue {
    typealias Job = GroupCommit.Job

    private struct Postponed {
        /// Nil when it was taken back.
        var job: Job?
        let since: ContinuousClock.Instant
    }

    /// How many transactions share one commit at most. Above the usual concurrency, below what a reader would notice.
    private static let batchLimit = 512
    private static let limit = 50_000
    /// How long a transaction may be postponed.
    static let patience: Duration = .milliseconds(10)
    /// After this time it goes along with others, as it will hardly be taken back any more.
    private static let hope: Duration = .milliseconds(6)

    private var jobs: [Job] = []
    private var postponed = Deque<Postponed>()
    /// The number of the first postponed one; the others follow in order.
    private var firstNumber = 0
    private var isDraining = false
    /// Whether the alarm is set that ends the wait of the postponed.
    private var hasAlarm = false
    /// How many transactions were handed in so far, without those that may be taken back yet, or were.
    private(set) var submitted = 0

    private var isFull: Bool { jobs.count + postponed.count >= Self.limit }

    /// Returns nil when there is no room, else whether a drain must begin.
    mutating func append(_ job: Job) -> Bool? {
        guard !isFull else { return nil }
        jobs.append(job)
        submitted += 1
        return mustDrain()
    }

    /// Returns the number under which the job can be taken back, and whether the alarm must be set; nil when there is no room.
    mutating func postpone(_ job: Job, now: ContinuousClock.Instant) -> (number: Int, setsAlarm: Bool)? {
        guard !isFull else { return nil }
        postponed.append(Postponed(job: job, since: now))
        defer { hasAlarm = true }
        return (firstNumber + postponed.count - 1, !hasAlarm)
    }

    /// Returns false when the job is on its way to the disk.
    mutating func takeBack(_ number: Int) -> Bool {
        guard number >= firstNumber, postponed[number - firstNumber].job != nil else { return false }
        postponed[number - firstNumber].job = nil
        return true
    }

    /// Postpones nothing any longer. Returns whether a drain must begin.
    mutating func hurry() -> Bool {
        admit(postponedBefore: nil)
        return mustDrain()
    }

    /// The alarm goes off. Returns whether a drain must begin, and when the alarm is to go off again.
    mutating func alarm(now: ContinuousClock.Instant) -> (mustDrain: Bool, next: ContinuousClock.Instant?) {
        if let first = postponed.first, first.since <= now - Self.patience { admit(postponedBefore: now - Self.hope) }
        let next = postponed.first.map { $0.since + Self.patience }
        hasAlarm = next != nil
        return (mustDrain(), next)
    }

    /// What is to be committed next; nil when there is nothing, which ends the drain.
    mutating func nextBatch(now: ContinuousClock.Instant) -> [Job]? {
        guard !jobs.isEmpty else {
            isDraining = false
            return nil
        }
        admit(postponedBefore: now - Self.hope)
        let batch = Array(jobs.prefix(Self.batchLimit))
        jobs.removeFirst(batch.count)
        return batch
    }

    private mutating func mustDrain() -> Bool {
        guard !jobs.isEmpty, !isDraining else { return false }
        isDraining = true
        return true
    }

    /// - Parameter limit: nil for all.
    private mutating func admit(postponedBefore limit: ContinuousClock.Instant?) {
        while let first = postponed.first, limit.map({ first.since <= $0 }) ?? true {
            postponed.removeFirst()
            firstNumber += 1
            guard let job = first.job else { continue }
            jobs.append(job)
            submitted += 1
        }
    }
}
