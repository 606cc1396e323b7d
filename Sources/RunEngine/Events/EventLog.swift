import AssistantsAPI

/// What a run has told, in order. Every event has a number, by which a reader that was cut off goes on.
package struct EventLog: Sendable {
    package private(set) var events: [StreamEvent] = []
    /// Where numbers skip ahead, ascending.
    private(set) var skips: [Skip] = []

    /// Numbers that no event of the log has.
    struct Skip: Sendable, Equatable {
        /// The place of the first event behind them.
        var place: Int
        var count: Int
    }

    /// More events than a run tells between two moments at which its log is stored.
    private static let lifeSpan = 1_000_000

    package init() {}

    package init(events: [StreamEvent]) { self.events = events }

    init(events: [StreamEvent], skips: [Skip]) {
        self.events = events
        self.skips = skips
    }

    mutating func append(_ new: [StreamEvent]) { events += new }

    /// Lets the numbers of all events to come skip ahead: a process takes the run up that cannot know how many events
    /// the one before it had told.
    mutating func beginNewLife() { skips.append(Skip(place: events.count, count: Self.lifeSpan)) }

    /// The log without its events, which tells their numbers still.
    package var numbersOnly: EventLog { EventLog(events: [], skips: skips) }

    /// The number of the event at a place; the first event of a run has number 1.
    package func number(at place: Int) -> Int {
        skips.reduce(place + 1) { $1.place <= place ? $0 + $1.count : $0 }
    }

    /// The place behind the newest call of functions; the beginning when there was none.
    package var placeAfterCalls: Int {
        let place = events.lastIndex { event in
            if case .run(.requiresAction, _) = event { true } else { false }
        }
        return place.map { $0 + 1 } ?? 0
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
        return low + min(max(0, number - self.number(at: low) + 1), Self.lifeSpan)
    }
}
