import AssistantsAPI
import Hummingbird
import NIOCore
import RunEngine
import Storage

/// A run's events as server-sent events, in the form of the Assistants API: the object itself as data, `done` at the
/// end, and an `error` without `done` when the run's state cannot be told.
enum RunEventStream {
    /// What a call that started a run, or let it go on, led to: up to the end, or to the call of a function. What other
    /// calls bring about after that is not told.
    ///
    /// - Parameter isDetailed: whether steps tell the texts of what their searches found.
    static func response(
        _ started: RunService.Started,
        isDetailed: Bool = false,
        on channel: any Channel
    ) -> Response {
        response(started.live, from: started.firstEvent, isDetailed: isDetailed, on: channel)
    }

    /// The same from a place of the run's log on.
    static func response(
        _ live: LiveRun,
        from place: Int,
        isDetailed: Bool = false,
        on channel: any Channel
    ) -> Response {
        EventStream.response(on: channel) { writer in
            var encoding = Turn(isDetailed: isDetailed)
            try await writer.follow(live, from: place, &encoding)
            try await writer.end(live, waits: encoding.calls)
        }
    }

    /// What the outputs that the run got before have led to: nothing was done to it now.
    static func response(
        _ run: Run,
        _ runs: RunService,
        in project: ProjectID,
        isDetailed: Bool,
        on channel: any Channel
    ) async throws -> Response {
        let source = try await runs.events(of: run.id, in: run.threadID, project: project)
        switch source {
        case .live(let live):
            return response(live, from: live.log.placeAfterCalls, isDetailed: isDetailed, on: channel)
        case .ended(_, let log):
            return response(source, from: log?.placeAfterCalls ?? 0, isDetailed: isDetailed, on: channel)
        }
    }

    /// The events whose numbers are above `number`; with `isNumbered` each is told its own.
    static func response(
        _ source: RunService.EventSource,
        after number: Int,
        isNumbered: Bool,
        isDetailed: Bool,
        on channel: any Channel
    ) -> Response {
        let place: Int
        switch source {
        case .live(let live): place = live.log.place(after: number)
        case .ended(_, let log): place = log?.place(after: number) ?? 0
        }
        return response(source, from: place, isNumbered: isNumbered, isDetailed: isDetailed, on: channel)
    }

    private static func response(
        _ source: RunService.EventSource,
        from place: Int,
        isNumbered: Bool = false,
        isDetailed: Bool,
        on channel: any Channel
    ) -> Response {
        EventStream.response(on: channel) { writer in
            switch source {
            case .live(let live):
                let numbers = isNumbered ? Numbers(log: live.log.numbersOnly, place: place) : nil
                var encoding = Whole(isDetailed: isDetailed, numbers: numbers)
                try await writer.follow(live, from: place, &encoding)
                try await writer.end(live)
            case .ended(let run, let log):
                // Of a run whose events are gone the end is known still.
                let log = log ?? EventLog(of: run)
                var numbers = isNumbered ? Numbers(log: log, place: place) : nil
                var place = place
                while place < log.count {
                    let part = log.events(from: place, atMost: 64)
                    place += part.count
                    var block = EventBlock()
                    for event in part { block.event(event, id: numbers?.next(), isDetailed: isDetailed) }
                    try await writer.write(block)
                }
                var block = EventBlock()
                block.done()
                try await writer.write(block)
            }
        }
    }

    /// Up to the call of a function.
    private struct Turn: RunEventEncoding {
        let isDetailed: Bool
        /// Whether that is where it ended.
        var calls = false

        mutating func encode(_ event: StreamEvent, _ block: inout EventBlock) -> Bool {
            block.event(event, isDetailed: isDetailed)
            if case .run(.requiresAction, _) = event { calls = true }
            return !calls
        }
    }

    /// All that there is.
    private struct Whole: RunEventEncoding {
        let isDetailed: Bool
        var numbers: Numbers?

        mutating func encode(_ event: StreamEvent, _ block: inout EventBlock) -> Bool {
            block.event(event, id: numbers?.next(), isDetailed: isDetailed)
            return true
        }
    }

    /// The numbers of events, one after the other. Numbers skip ahead only where a log was taken up, which is before the
    /// first event that a reader can be waiting for.
    private struct Numbers {
        let log: EventLog
        var place: Int

        mutating func next() -> Int {
            defer { place += 1 }
            return log.number(at: place)
        }
    }
}

extension EventBlock {
    /// - Parameter isDetailed: whether a step tells the texts of what its searches found.
    fileprivate mutating func event(_ event: StreamEvent, id: Int? = nil, isDetailed: Bool) {
        self.event(event.name, id: id) { writer in
            if isDetailed { writer.value(event.detailed) } else { writer.value(event) }
        }
    }
}

extension EventStream.Writer {
    /// Ends a stream as its run has ended. A run that waits for outputs has told all there is to tell.
    fileprivate mutating func end(_ live: LiveRun, waits: Bool = false) async throws {
        var block = EventBlock()
        if !waits, let failure = live.failure {
            block.event("error", OpenAIError(failure))
        } else {
            block.done()
        }
        try await write(block)
    }
}

extension OpenAIError {
    /// Why a run cannot be told of any more, for those who read along.
    fileprivate init(_ failure: any Error) {
        if let error = failure as? EngineError {
            self.init(error)
        } else {
            self.init(.internalServerError, "The server failed while it worked on this run.", type: "server_error")
        }
    }
}

extension EventLog {
    /// All that is known of a run whose events are gone.
    fileprivate init(of run: Run) {
        self.init(events: [.run(.init(reached: run.state.status), run)])
    }
}
