import AssistantsAPI
import HTTPTypes
import Hummingbird
import RunEngine

/// A refusal in OpenAI's shape: `{"error": {"message", "type", "param", "code"}}`, all four always there.
package struct OpenAIError: Error, Sendable {
    package let status: HTTPResponse.Status
    package let message: String
    package let type: String
    package let param: String?
    package let code: String?
    var headers: HTTPFields = [:]

    /// - Parameter retryAfter: seconds after which the caller may try again.
    init(
        _ status: HTTPResponse.Status,
        _ message: String,
        type: String = "invalid_request_error",
        param: String? = nil,
        code: String? = nil,
        retryAfter: Int? = nil
    ) {
        self.status = status
        self.message = message
        self.type = type
        self.param = param
        self.code = code
        if let retryAfter { headers[.retryAfter] = String(max(1, retryAfter)) }
    }

    static func invalidURL(_ request: Request) -> OpenAIError {
        OpenAIError(.notFound, "Invalid URL (\(request.method.rawValue) \(request.uri.path.shortened))")
    }

    static func methodNotAllowed(_ request: Request, allow: String) -> OpenAIError {
        var error = OpenAIError(
            .methodNotAllowed,
            "Not allowed to \(request.method.rawValue) on \(request.uri.path) "
                + "(HINT: Perhaps you meant to use a different HTTP method?)",
            code: "method_not_supported"
        )
        error.headers[.allow] = allow
        return error
    }

    func response() -> Response {
        JSONResponse.make(status: status, headers: headers) { writer in writer.value(self) }
    }
}

extension OpenAIError: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("error")
        writer.beginObject()
        writer.member("message", message)
        writer.member("type", type)
        writer.member("param", param)
        writer.member("code", code)
        writer.endObject()
        writer.endObject()
    }
}
