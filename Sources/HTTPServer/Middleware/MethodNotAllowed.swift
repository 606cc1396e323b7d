import HTTPTypes
import Hummingbird

/// Answers 405, with the methods that a path has, where the router would say that there is no such path.
enum MethodNotAllowed {
    private static let methods: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete]

    /// Adds a refusal for every method that a path of the router does not have.
    static func complete(_ router: Router<APIRequestContext>) {
        var methodsByPath: [String: (path: RouterPath, methods: Set<HTTPRequest.Method>)] = [:]
        for route in router.routes {
            methodsByPath[route.path.description, default: (route.path, [])].methods.insert(route.method)
        }
        for (path, existing) in methodsByPath.values {
            var allowed = existing
            if allowed.contains(.get) { allowed.insert(.head) }
            let allow = methods.filter(allowed.contains).map(\.rawValue).joined(separator: ", ")
            for method in methods where !allowed.contains(method) {
                router.on(path, method: method) { _, _ -> Response in throw FacadeError.methodNotAllowed(allow: allow) }
            }
        }
    }
}
