import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Synchronization

/// The requests of a backend, prepared once: only the body differs from call to call.
final class BackendEndpoints: Sendable {
    let host: String
    /// Whether this is OpenAI itself, which prefers the Responses protocol; others know Chat Completions best.
    let isOpenAI: Bool
    private let chatCompletions: HTTPClient.Request
    private let responses: HTTPClient.Request
    private let models: URL
    /// Without a slash at its end.
    private let base: String
    private let headers: HTTPHeaders

    init(_ configuration: OpenAIBackend.Configuration) throws(ModelError) {
        var base = configuration.baseURL.trimmingCharacters(in: .whitespaces)
        while base.hasSuffix("/") { base.removeLast() }
        self.base = base
        headers = Self.headers(configuration)
        do {
            chatCompletions = try Self.request(base + WireProtocol.chatCompletions.path, headers)
            responses = try Self.request(base + WireProtocol.responses.path, headers)
        } catch {
            throw ModelError(.refused, "The base URL of the model backend is not an http or https URL.")
        }
        models = chatCompletions.url.deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("models")
        host = chatCompletions.host
        isOpenAI = host == "api.openai.com"
    }

    func request(_ wireProtocol: WireProtocol, body: RequestBody) -> HTTPClient.Request {
        var request =
            switch wireProtocol {
            case .chatCompletions: chatCompletions
            case .responses: responses
            }
        request.body = .once(body)
        return request
    }

    /// Any other `POST` with a JSON body; `path` is below the base URL.
    func post(_ path: String, body: ByteBuffer) throws -> HTTPClient.Request {
        var request = try Self.request(base + path, headers)
        request.body = .byteBuffer(body)
        return request
    }

    /// `GET …/models`, or of one model.
    func models(_ model: String? = nil) throws -> HTTPClient.Request {
        let url = model.map { models.appendingPathComponent($0) } ?? models
        return try HTTPClient.Request(url: url, method: .GET, headers: headers)
    }

    /// A caller's request with our key.
    func request(passingThrough request: PassThroughRequest, body: HTTPClient.Body?) throws -> HTTPClient.Request {
        var headers = headers
        headers.remove(name: "Accept")
        headers.add(contentsOf: PassThroughHeaders.request(request.headers))
        let query = request.query.map { "?" + $0 } ?? ""
        return try HTTPClient.Request(
            url: base + request.path + query,
            method: HTTPMethod(rawValue: request.method),
            headers: headers,
            body: body
        )
    }

    private static func request(_ url: String, _ headers: HTTPHeaders) throws -> HTTPClient.Request {
        var headers = headers
        headers.add(name: "Content-Type", value: "application/json")
        return try HTTPClient.Request(url: url, method: .POST, headers: headers)
    }

    private static func headers(_ configuration: OpenAIBackend.Configuration) -> HTTPHeaders {
        var headers = HTTPHeaders()
        headers.add(name: "Accept", value: "text/event-stream, application/json")
        headers.add(name: "User-Agent", value: "assistants-server")
        if let key = configuration.apiKey, !key.isEmpty { headers.add(name: "Authorization", value: "Bearer \(key)") }
        if let organization = configuration.organization {
            headers.add(name: "OpenAI-Organization", value: organization)
        }
        if let project = configuration.project { headers.add(name: "OpenAI-Project", value: project) }
        return headers
    }
}

extension HTTPClient.Body {
    /// A body that is let go once it is written: the client keeps a request for as long as its answer takes. The client
    /// writes it once, as it follows no redirects.
    fileprivate static func once(_ body: RequestBody) -> HTTPClient.Body {
        let unsent = UnsentBody(body)
        return .stream(contentLength: Int64(body.size)) { writer in
            var pieces = unsent.take().pieces[...]
            // The first is written as soon as it is handed over, and so the request ends at once behind the last. That one's
            // future may wait until the connection takes more, which the held-back rest of the request would keep it from.
            let isWritten = writer.write(.byteBuffer(pieces.popFirst() ?? ByteBuffer()))
            for piece in pieces { _ = writer.write(.byteBuffer(piece)) }
            return isWritten
        }
    }
}

private final class UnsentBody: Sendable {
    private let body: Mutex<RequestBody>

    init(_ body: RequestBody) { self.body = Mutex(body) }

    func take() -> RequestBody {
        body.withLock { body in
            defer { body = RequestBody() }
            return body
        }
    }
}
