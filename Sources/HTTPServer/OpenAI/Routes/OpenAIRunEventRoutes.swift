import AssistantsAPI
import HTTPTypes
import Hummingbird
import RunEngine

/// `GET /v1/threads/{thread_id}/runs/{run_id}/events`: the events of a run from any point, while it is at work and
/// afterwards. This is ours: OpenAI's service lost a stream whose reader was cut off.
struct OpenAIRunEventRoutes: Sendable {
    let services: ServerServices

    func add(to group: RouterGroup<APIRequestContext>) {
        group.get("threads/:thread_id/runs/:run_id/events", use: events)
    }

    @Sendable
    private func events(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let number = try Self.startingPoint(request)
        let isDetailed = try IncludeParameter.read(request)
        let source = try await services.runs.events(
            of: try context.pathID("run_id"),
            in: try context.pathID("thread_id"),
            project: context.project
        )
        return RunEventStream.response(
            source,
            after: number,
            isNumbered: true,
            isDetailed: isDetailed,
            on: context.channel
        )
    }

    /// The number of the last event that the client has. A browser that reconnects says it in a header of its own.
    private static func startingPoint(_ request: Request) throws -> Int {
        let name = "starting_after"
        let text = request.uri.queryParameters.get(name) ?? request.headers[.lastEventID] ?? "0"
        guard let number = Int(text) else {
            throw OpenAIError(
                .badRequest,
                "Invalid type for '\(name)': expected an integer, but got a string instead.",
                param: name,
                code: "invalid_type"
            )
        }
        guard number >= 0 else {
            throw OpenAIError(
                .badRequest,
                "Invalid '\(name)': integer below minimum value. Expected a value >= 0, but got \(number) instead.",
                param: name,
                code: "integer_below_min_value"
            )
        }
        return number
    }
}

extension HTTPField.Name {
    fileprivate static let lastEventID = HTTPField.Name.constant("last-event-id")
}
