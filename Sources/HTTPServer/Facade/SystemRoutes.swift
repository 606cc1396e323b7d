import AssistantsAPI
import HTTPTypes
import Hummingbird
import Storage

/// The front door and the health check.
struct SystemRoutes: Sendable {
    let services: ServerServices

    func add(to group: RouterGroup<APIRequestContext>) {
        group.get("/", use: root)
        group.get("api/v1/health", use: health)
    }

    @Sendable
    private func root(_ request: Request, _ context: APIRequestContext) -> Response {
        JSONResponse.make { writer in
            writer.beginObject()
            writer.member("message", "assistants-server is running.")
            writer.member("version", ServerVersion.current)
            writer.member("docs", "/docs")
            writer.member("health", "/api/v1/health")
            writer.endObject()
        }
    }

    /// Healthy means that the database takes writes, and that models can run code where the server must offer that.
    @Sendable
    private func health(_ request: Request, _ context: APIRequestContext) async -> Response {
        var reason: String?
        do { try await services.database.checkWritable() } catch { reason = "\(error)" }
        let interpreter = await services.interpreter()
        if case .unavailable(let why) = interpreter, services.needsInterpreter {
            reason = reason ?? "the code interpreter is not available: \(why)"
        }
        return JSONResponse.make(status: reason == nil ? .ok : .serviceUnavailable) { writer in
            writer.beginObject()
            writer.member("status", reason == nil ? "healthy" : "unhealthy")
            writer.member("timestamp", services.clock.now().iso8601)
            writer.member("version", ServerVersion.current)
            if let reason { writer.member("reason", reason) }
            writer.member("code_interpreter", interpreter)
            writer.endObject()
        }
    }
}
