import AssistantsAPI
import Foundation
import HTTPTypes
import Hummingbird
import ModelProviders

/// `GET /v1/models` and `GET /v1/models/{model}`.
struct ModelRoutes: Sendable {
    let catalog: ModelCatalog

    func add(to group: RouterGroup<APIRequestContext>) {
        group.get("models", use: list)
        group.get("models/{model}", use: retrieve)
        // A name may have slashes in it, written as they are.
        group.get("models/{model}/**", use: retrieve)
    }

    @Sendable
    private func list(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let models = try await failing { () async throws(ModelError) in try await catalog.models() }
        return JSONResponse.make { writer in
            writer.beginObject()
            writer.member("object", "list")
            writer.key("data")
            writer.beginArray()
            for model in models { writer.value(model) }
            writer.endArray()
            writer.endObject()
        }
    }

    @Sendable
    private func retrieve(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let path = [context.parameters.get("model") ?? ""] + context.parameters.getCatchAll().map { String($0) }
        let written = path.joined(separator: "/")
        let name = written.removingPercentEncoding ?? written
        guard let model = try await failing({ () async throws(ModelError) in try await catalog.model(name) }) else {
            throw OpenAIError(
                .notFound,
                "The model '\(name.shortened)' does not exist",
                param: "model",
                code: "model_not_found"
            )
        }
        return JSONResponse.make(model)
    }

    private func failing<Value: Sendable>(
        _ work: () async throws(ModelError) -> Value
    ) async throws(OpenAIError) -> Value {
        do { return try await work() } catch { throw OpenAIError(error) }
    }
}
