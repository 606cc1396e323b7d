import AssistantsAPI
import Hummingbird
import RunEngine
import Storage

/// `/v1/threads/{thread_id}/runs/{run_id}/steps`
struct OpenAIRunStepRoutes: Sendable {
    let services: ServerServices

    func add(to group: RouterGroup<APIRequestContext>) {
        group.get("threads/:thread_id/runs/:run_id/steps", use: list)
        group.get("threads/:thread_id/runs/:run_id/steps/:step_id", use: retrieve)
    }

    @Sendable
    private func list(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let isDetailed = try IncludeParameter.read(request)
        let page = try await services.runs.steps(
            try ListParameters.read(request),
            of: try context.pathID("run_id"),
            in: try context.pathID("thread_id"),
            project: context.project
        )
        guard isDetailed else { return JSONResponse.make { page.write(to: &$0) { $0.id.rawValue } } }
        let detailed = Page(items: page.items.map(\.detailed), hasMore: page.hasMore)
        return JSONResponse.make { detailed.write(to: &$0) { $0.step.id.rawValue } }
    }

    @Sendable
    private func retrieve(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let isDetailed = try IncludeParameter.read(request)
        let step = try await services.runs.step(
            try context.pathID("step_id"),
            of: try context.pathID("run_id"),
            in: try context.pathID("thread_id"),
            project: context.project
        )
        return isDetailed ? JSONResponse.make(step.detailed) : JSONResponse.make(step)
    }
}
