import AssistantsAPI
import HTTPTypes
import Hummingbird
import NIOCore
import RunEngine
import Storage

/// Answers a repeated request, whose first answer was a stream or got lost, from the run that the first one started.
struct RepeatedRequests: Sendable {
    let services: ServerServices
    let chat: ChatRoutes

    func answer(
        _ followed: IdempotentRequest.FollowedRun,
        _ request: Request,
        _ context: APIRequestContext
    ) async throws -> Response {
        context.subject.set(followed.run, of: followed.thread)
        if context.surface == .facade, request.uri.path.hasSuffix("/chat") {
            return try await chat.resume(followed, request, context)
        }
        guard try await Self.asksForStream(request) else {
            let run = try await services.runs.find(followed.run, of: followed.thread, in: context.project)
            return JSONResponse.make(run)
        }
        let isDetailed = try IncludeParameter.read(request)
        let source = try await services.runs.events(of: followed.run, in: followed.thread, project: context.project)
        switch source.turn(after: followed.afterEvent) {
        case .live(let live):
            let place = live.log.place(after: followed.afterEvent)
            return RunEventStream.response(live, from: place, isDetailed: isDetailed, on: context.channel)
        case .ended(let run, let log):
            return RunEventStream.response(
                .ended(run, log),
                after: 0,
                isNumbered: false,
                isDetailed: isDetailed,
                on: context.channel
            )
        }
    }

    private static func asksForStream(_ request: Request) async throws -> Bool {
        let body = try await request.body.collect(upTo: .max)
        return (try? body.withUnsafeReadableBytes { try JSONValue(parsing: $0) })?["stream"]?.boolValue ?? false
    }
}

extension RunService.EventSource {
    /// What a stream told that began behind the event `number`: it ended when the run did, or wanted functions called.
    fileprivate func turn(after number: Int) -> RunService.EventSource {
        switch self {
        case .live(let live):
            guard let turn = live.log.events(behind: number).completeTurn else { return self }
            return .ended(turn.run, EventLog(events: turn.events))
        case .ended(let run, let log):
            guard let log else { return self }
            let events = log.events(behind: number)
            return .ended(run, EventLog(events: events.completeTurn?.events ?? events))
        }
    }
}

extension EventLog {
    fileprivate func events(behind number: Int) -> [StreamEvent] { events(from: place(after: number)) }
}

extension [StreamEvent] {
    /// The events until functions were called. Nil when none were.
    fileprivate var completeTurn: (events: [StreamEvent], run: Run)? {
        for (place, event) in zip(indices, self) {
            if case .run(.requiresAction, let run) = event { return (Array(self[...place]), run) }
        }
        return nil
    }
}
