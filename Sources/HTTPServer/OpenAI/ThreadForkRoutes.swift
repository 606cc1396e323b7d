import AssistantsAPI
import Hummingbird
import RunEngine

/// `POST /v1/threads/{thread_id}/fork`: a new thread with the messages of another one, up to one of them.
struct ThreadForkRoutes: Sendable {
    let forking: ThreadForking
    let reader: OpenAIBodyReader

    func add(to group: RouterGroup<APIRequestContext>) {
        group.post("threads/:thread_id/fork", use: fork)
    }

    @Sendable
    private func fork(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let object = try await reader.object(of: request)
        let body = try RequestMembers(object, knowing: ["message_id", "metadata"])
        let fork = try await forking.fork(
            try context.pathID("thread_id"),
            through: try body["message_id"]?.id(),
            metadata: try body["metadata"]?.metadata(),
            in: context.project
        )
        return JSONResponse.make(fork)
    }
}
