import HTTPTypes
import Hummingbird

/// A route's function as the router calls it.
struct RouteHandler: HTTPResponder {
    typealias Function = @Sendable (Request, APIRequestContext) async throws -> Response

    let function: Function

    func respond(to request: Request, context: APIRequestContext) async throws -> Response {
        context.subject.set(context.parameters)
        do {
            return try await function(request, context)
        } catch let error as any HTTPResponseError {
            throw RouteFailure(error: error)
        }
    }
}

/// An error that the router would make an answer of, in its own words.
struct RouteFailure: Error {
    let error: any HTTPResponseError
}

/// In place of the router's functions of these names, which take answers of any kind and cost a waiting request a kilobyte more.
extension RouterMethods where Context == APIRequestContext {
    func get(_ path: RouterPath, use function: @escaping RouteHandler.Function) {
        on(path, method: .get, use: function)
    }

    func post(_ path: RouterPath, use function: @escaping RouteHandler.Function) {
        on(path, method: .post, use: function)
    }

    func delete(_ path: RouterPath, use function: @escaping RouteHandler.Function) {
        on(path, method: .delete, use: function)
    }

    func on(_ path: RouterPath, method: HTTPRequest.Method, use function: @escaping RouteHandler.Function) {
        on(path, method: method, responder: RouteHandler(function: function))
    }
}
