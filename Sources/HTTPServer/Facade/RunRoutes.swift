import AssistantsAPI
import Hummingbird
import RunEngine
import Storage

/// `/api/v1/threads/{thread_id}/runs`
struct RunRoutes: Sendable {
    let services: ServerServices
    let reader: BodyReader

    func add(to group: RouterGroup<APIRequestContext>) {
        group.get("threads/:thread_id/runs", use: list)
        group.post("threads/:thread_id/runs", use: create)
        group.get("threads/:thread_id/runs/:run_id", use: retrieve)
        group.post("threads/:thread_id/runs/:run_id/cancel", use: cancel)
        group.get("threads/:thread_id/runs/:run_id/events", use: events)
    }

    @Sendable
    private func create(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        var fields = try await reader.optionalObject(of: request)
        let asked = fields.optionalText("assistant_id") ?? request.uri.queryParameters.get("assistant_id")
        try fields.check()
        try context.allowance?.checkTokens()
        let assistant =
            if let asked, !asked.isEmpty, asked != services.initialFacadeAssistant.id.rawValue {
                try await services.assistants.find(Identifier(asked), in: context.project)
            } else {
                try await services.facadeAssistant()
            }
        let request = RunService.Request(
            target: .existing(try context.threadID()),
            assistantID: assistant.id,
            settings: assistant.facadeRunSettings,
            requestID: context.requestID,
            tokenMeter: context.allowance?.tokenMeter
        )
        let run = try await services.runs.start(request, in: context.project).run
        context.subject.set(run)
        return JSONResponse.make(run)
    }

    @Sendable
    private func list(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let parameters = try PageParameters.read(request, defaultLimit: 20, defaultOrder: .descending)
        let page = try await services.runs.page(parameters, of: try context.threadID(), in: context.project)
        return JSONResponse.make { page.write(to: &$0) { $0.id.rawValue } }
    }

    @Sendable
    private func retrieve(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let run = try await services.runs.find(try context.runID(), of: try context.threadID(), in: context.project)
        return JSONResponse.make(run)
    }

    @Sendable
    private func cancel(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let run = try await services.runs.cancel(try context.runID(), of: try context.threadID(), in: context.project)
        return JSONResponse.make(run)
    }

    /// The events of a run, from its beginning.
    @Sendable
    private func events(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let source = try await services.runs.events(
            of: try context.runID(),
            in: try context.threadID(),
            project: context.project
        )
        return RunEventStream.response(
            source,
            after: 0,
            isNumbered: false,
            isDetailed: false,
            on: context.channel
        )
    }
}
