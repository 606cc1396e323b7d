import HTTPTypes
import Hummingbird

/// A path was asked with a method that it does not have.
struct MethodNotAllowed: Error {
    /// The methods that it has, as the header `allow` names them.
    let allow: String

    private static let methods: [HTTPRequest.Method] = [
        .get, .head, .post, .put, .patch, .delete, .options, .trace,
    ]

    /// Adds a refusal where the router would say that there is no such path: for every method that a path of the router does not have.
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
                router.on(path, method: method) { _, _ -> Response in throw MethodNotAllowed(allow: allow) }
            }
        }
    }
}
