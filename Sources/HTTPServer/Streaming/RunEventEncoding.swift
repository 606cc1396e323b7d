import AssistantsAPI
import RunEngine

/// What one kind of stream makes of the events of a run.
protocol RunEventEncoding: Sendable {
    /// Appends what there is to tell of an event; false when nothing after it is to be told.
    mutating func encode(_ event: StreamEvent, _ block: inout EventBlock) -> Bool
}

extension RunEventEncoding {
    /// The same for several, up to the last one to be told.
    mutating func encode(_ events: [StreamEvent], _ block: inout EventBlock) -> Bool {
        for event in events where !encode(event, &block) { return false }
        return true
    }
}
