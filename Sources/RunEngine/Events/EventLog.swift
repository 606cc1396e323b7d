import AssistantsAPI

/// What a run has told, in order. Every event has a number, by which a reader that was cut off goes on.
package struct EventLog: Sendable {
    package private(set) var events: [StreamEvent] = []
    /// Places at which numbers skip ahead: there a process took the run up that could not know how many events the
    /// process before it had told.
    private(set) var skips: [Int] = []

    /// More events than a run tells between two moments at which its log is stored.
    private static let skip = 1_000_000

    package init() {}

    /// - Parameter skips: places in `events`, ascending.
    package init(events: [StreamEvent], skips: [Int] = []) {
        self.events = events
        self.skips = skips
    }

    mutating func append(_ new: [StreamEvent]) { events += new }

    /// Lets the numbers of all events to come skip ahead.
    mutating func skipAhead() { skips.append(events.count) }

    /// The number of the event at a place; the first event of a run has number 1.
    package func number(at place: Int) -> Int {
        place + 1 + Self.skip * skips.count { $0 <= place }
    }

    /// The number of the newest event; 0 when there is none.
    var lastNumber: Int { events.isEmpty ? 0 : number(at: events.count - 1) }

    /// The place of the first event whose number is above `number`, which may still be to come.
    package func place(after number: Int) -> Int {
        var (low, high) = (0, events.count)
        while low < high {
            let middle = (low + high) / 2
            if self.number(at: middle) > number { high = middle } else { low = middle + 1 }
        }
        guard low == events.count else { return low }
        // What a reader has heard of already and a new process does not know yet is not told again.
        return low + min(max(0, number - self.number(at: low) + 1), Self.skip)
    }
}
