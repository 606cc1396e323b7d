import Dispatch
import Foundation
import Logging
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The queue between those who log and the one thread that writes.
///
/// Adding a record never waits: a full queue drops it, counts it, and says so as soon as there is room.
final class LogWriter: Sendable {
    private struct State {
        var records: [LogRecord] = []
        var weight = 0
        var dropped = 0
        var isClosing = false
    }

    private let state = Mutex(State())
    private let wakeUp = DispatchSemaphore(value: 0)
    private let hasEnded = DispatchSemaphore(value: 0)
    private let maximumRecords: Int
    private let maximumWeight: Int

    /// How long the thread gathers records, so that a busy server wakes it rarely and writes many lines at once.
    private static let gatheringTime: TimeInterval = 0.01

    /// - Parameters:
    ///   - maximumRecords: Records that may wait.
    ///   - maximumWeight: Bytes that they may hold, about.
    init(maximumRecords: Int, maximumWeight: Int = 16 << 20) {
        self.maximumRecords = maximumRecords
        self.maximumWeight = maximumWeight
    }

    /// Starts the thread. It ends after `close`.
    func start(_ makeOutput: @escaping @Sendable () -> LogOutput) {
        let thread = Thread {
            self.run(makeOutput())
            self.hasEnded.signal()
        }
        thread.name = "log"
        thread.start()
    }

    func add(_ record: LogRecord) {
        let weight = record.weight
        let isFirst = state.withLock { state in
            guard !state.isClosing else { return false }
            guard state.records.count < maximumRecords, state.weight + weight <= maximumWeight else {
                state.dropped += 1
                return false
            }
            state.records.append(record)
            state.weight += weight
            return state.records.count == 1
        }
        if isFirst { wakeUp.signal() }
    }

    /// Lets the thread write what is queued and end. Later records are dropped.
    ///
    /// - Returns: Whether it ended in time; a hanging disk must not keep the process.
    @discardableResult
    func close(timeout: DispatchTimeInterval = .seconds(2)) -> Bool {
        let isFirstCall = state.withLock { state in
            defer { state.isClosing = true }
            return !state.isClosing
        }
        guard isFirstCall else { return true }
        wakeUp.signal()
        return hasEnded.wait(timeout: .now() + timeout) == .success
    }

    private func run(_ output: consuming LogOutput) {
        Self.blockSignals()
        while true {
            wakeUp.wait()
            if !state.withLock(\.isClosing) { Thread.sleep(forTimeInterval: Self.gatheringTime) }
            let (records, isLast) = takeRecords()
            output.add(records)
            if isLast { return }
        }
    }

    private func takeRecords() -> (records: [LogRecord], isLast: Bool) {
        var (records, dropped, isLast) = state.withLock { state in
            defer {
                state.records = []
                state.weight = 0
                state.dropped = 0
            }
            return (state.records, state.dropped, state.isClosing)
        }
        if dropped > 0 {
            let note = LogRecord.own(.warning, .now(), "Log lines were dropped", ["lines": .stringConvertible(dropped)])
            records.append(note)
        }
        return (records, isLast)
    }

    /// Signals are for the other threads; a terminal that went away is an error of `write` here, not a SIGPIPE.
    private static func blockSignals() {
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
    }
}
