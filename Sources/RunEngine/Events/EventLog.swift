import AssistantsAPI

/// What a run has told, in order. Every event has a number, by which a reader that was cut off goes on.
package struct EventLog: Sendable {
    /// How many events there are.
    package private(set) var count = 0
    /// All but those of `growing`, in order.
    private var entries: [Entry] = []
    /// The newest events, as long as they are deltas of one text.
    private var growing: DeltaRow?
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

    package init(events: [StreamEvent]) { append(events) }

    init(events: [StreamEvent], skips: [Skip]) {
        self.skips = skips
        append(events)
    }

    package mutating func append(_ new: [StreamEvent]) {
        for event in new { append(event) }
    }

    private mutating func append(_ event: StreamEvent) {
        defer { count += 1 }
        // Numbers of a row do not skip.
        let mayGoOn = skips.allSatisfy { $0.place != count }
        if mayGoOn, growing?.append(event) == true { return }
        if let row = growing {
            entries.append(Entry(place: count - row.count, content: .deltas(row)))
            growing = nil
        } else if mayGoOn, case .event(let last)? = entries.last?.content, let row = DeltaRow(last, event) {
            entries.removeLast()
            growing = row
            return
        }
        entries.append(Entry(place: count, content: .event(event)))
    }

    /// The events from a place on, `limit` at most. None when there are none yet.
    package func events(from place: Int = 0, atMost limit: Int = .max) -> [StreamEvent] {
        var events: [StreamEvent] = []
        events.reserveCapacity(min(limit, max(0, count - place)))
        visit(from: place, atMost: limit) { events.append($0) }
        return events
    }

    private func visit(from place: Int, atMost limit: Int, _ body: (StreamEvent) -> Void) {
        guard place < count else { return }
        let end = place + min(limit, count - place)
        let firstGrowing = count - (growing?.count ?? 0)
        if place < firstGrowing {
            for entry in entries[indexOfEntry(at: place)...] {
                guard entry.place < end else { break }
                switch entry.content {
                case .event(let event): body(event)
                case .deltas(let row): row.visit(in: place - entry.place..<end - entry.place, body)
                }
            }
        }
        if end > firstGrowing { growing?.visit(in: place - firstGrowing..<end - firstGrowing, body) }
    }

    /// What the log consists of, in order.
    package var contents: [Entry] {
        guard let growing else { return entries }
        return entries + [Entry(place: count - growing.count, content: .deltas(growing))]
    }

    /// The entry that has the event of a place, which is not among those of `growing`.
    private func indexOfEntry(at place: Int) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].place > place { high = middle } else { low = middle + 1 }
        }
        return low - 1
    }

    /// An event, or some that are kept together.
    package struct Entry: Sendable {
        /// Of its first event.
        package let place: Int
        package let content: Content

        package enum Content: Sendable {
            case event(StreamEvent)
            case deltas(DeltaRow)
        }
    }

    /// Lets the numbers of all events to come skip ahead: a process takes the run up that cannot know how many events
    /// the one before it had told.
    package mutating func beginNewLife() { skips.append(Skip(place: count, count: Self.lifeSpan)) }

    /// The log without its events, which tells their numbers still.
    package var numbersOnly: EventLog { EventLog(events: [], skips: skips) }

    /// The number of the event at a place; the first event of a run has number 1.
    package func number(at place: Int) -> Int {
        skips.reduce(place + 1) { $1.place <= place ? $0 + $1.count : $0 }
    }

    /// The place behind the newest call of functions; the beginning when there was none.
    package var placeAfterCalls: Int {
        let call = entries.last { entry in
            if case .event(.run(.requiresAction, _)) = entry.content { true } else { false }
        }
        return call.map { $0.place + 1 } ?? 0
    }

    /// The number of the newest event; 0 when there is none.
    var lastNumber: Int { count == 0 ? 0 : number(at: count - 1) }

    /// The place of the first event whose number is above `number`, which may still be to come.
    package func place(after number: Int) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self.number(at: middle) > number { high = middle } else { low = middle + 1 }
        }
        guard low == count else { return low }
        // What a reader has heard of already and a new process does not know yet is not told again.
        return low + min(max(0, number - self.number(at: low) + 1), Self.lifeSpan)
    }
}
