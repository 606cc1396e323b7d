import HTTPTypes
import Hummingbird
import Logging
import ModelProviders
import NIOCore

/// What a client asks under `/v1` that is the backend's to answer: its answer, as it comes.
struct PassThroughRoutes: Sendable {
    /// Nil when there is no backend.
    let passThrough: PassThrough?
    /// Bytes of a request's body at most.
    let bodyLimit: Int

    /// Bodies up to so many bytes are read before the call begins: one write, and nothing to be done beside the wait.
    private static let smallBody = 256 << 10
    private static let resources = [
        "audio", "chat/completions", "completions", "conversations", "embeddings", "images", "moderations", "responses",
    ]
    private static let methods: [HTTPRequest.Method] = [.get, .post, .put, .patch, .delete]

    func add(to group: RouterGroup<APIRequestContext>) {
        for resource in Self.resources {
            for path in [resource, resource + "/**"] {
                for method in Self.methods {
                    group.on(RouterPath(path), method: method) { request, context in
                        try await pass(request, context, to: resource)
                    }
                }
            }
        }
    }

    private func pass(_ request: Request, _ context: APIRequestContext, to resource: String) async throws -> Response {
        guard let passThrough else { throw Self.noBackend }
        let path = (["", resource] + context.parameters.getCatchAll().map { String($0) }).joined(separator: "/")
        guard PassThroughRequest.isSafe(path: path) else { throw OpenAIError.invalidURL(request) }
        let passed = PassThroughRequest(
            method: request.method.rawValue,
            path: path,
            query: request.uri.query,
            headers: request.headers.map { ($0.name.canonicalName, $0.value) },
            body: try await body(of: request, passThrough)
        )
        let call = passThrough.call()
        let departure = try await ClientDeparture(of: context.channel) { call.cancel() }
        do throws(PassThroughFailure) {
            let answer = try await call.answer(to: passed, body: request.body, limit: bodyLimit)
            return response(answer, call, departure, context)
        } catch {
            departure.stop()
            throw refusal(error)
        }
    }

    // MARK: The request's body

    private func body(of request: Request, _ passThrough: PassThrough) async throws -> PassThroughRequest.Body {
        let length = request.headers[.contentLength].flatMap { Int($0) }
        guard length != nil || request.headers[.transferEncoding] != nil else { return .none }
        if let length, length > bodyLimit { throw tooLarge }
        let mayNameModel = passThrough.renamesModels && Self.isJSON(request)
        guard mayNameModel || (length ?? .max) <= Self.smallBody else { return .streamed(length: length) }
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: bodyLimit)
        } catch is NIOTooManyBytesError {
            throw tooLarge
        } catch let error as CancellationError {
            throw error
        } catch {
            throw Self.brokenBody
        }
        return .whole(mayNameModel ? passThrough.renamed(body) : body)
    }

    private static func isJSON(_ request: Request) -> Bool {
        let type = request.headers[.contentType]?.prefix { $0 != ";" && $0 != " " }.lowercased() ?? ""
        return type == "application/json" || type.hasSuffix("+json")
    }

    // MARK: The answer

    private func response(
        _ answer: PassThroughAnswer,
        _ call: PassThroughCall,
        _ departure: ClientDeparture,
        _ context: APIRequestContext
    ) -> Response {
        var headers = HTTPFields()
        for header in answer.headers {
            guard let name = HTTPField.Name(header.name) else { continue }
            headers.append(HTTPField(name: name, value: header.value))
        }
        if headers[.contentType]?.hasPrefix("text/event-stream") == true { headers[.proxyBuffering] = "no" }
        let body = ResponseBody(contentLength: answer.length) { writer in
            defer { departure.stop() }
            do throws(PassThroughFailure) {
                while let piece = try await call.nextPiece() { try await Self.write(piece, &writer) }
            } catch {
                Self.log(error, context)
                // Ends the connection: the caller must not take what it has for the whole.
                throw refusal(error)
            }
            try await writer.finish(nil)
        }
        return Response(status: .init(code: answer.status), headers: headers, body: body)
    }

    private static func write(
        _ piece: ByteBuffer,
        _ writer: inout any ResponseBodyWriter
    ) async throws(PassThroughFailure) {
        do { try await writer.write(piece) } catch { throw .cancelled }
    }

    private static func log(_ failure: PassThroughFailure, _ context: APIRequestContext) {
        guard case .backend(let error) = failure else { return }
        context.logger.warning(
            "An answer of the model backend broke off",
            metadata: ["reason": "\(error.kind)", "request_id": .string(context.requestID)]
        )
    }

    // MARK: Refusals

    private func refusal(_ failure: PassThroughFailure) -> OpenAIError {
        switch failure {
        case .backend(let error): OpenAIError(error)
        case .tooLarge: tooLarge
        case .brokenBody: Self.brokenBody
        case .cancelled: OpenAIError(.serviceUnavailable, "The request was broken off.", type: "server_error")
        }
    }

    private var tooLarge: OpenAIError {
        OpenAIError(.contentTooLarge, "The body of the request is larger than \(bodyLimit) bytes.")
    }

    private static let brokenBody = OpenAIError(
        .badRequest,
        "The body of the request could not be read to its end."
    )

    private static let noBackend = OpenAIError(
        .badRequest,
        "No model backend is configured, so this server can answer assistants and chats only. "
            + "Set OPENAI_API_KEY, or OPENAI_BASE_URL for another backend, and start it again.",
        code: "model_backend_not_configured"
    )
}

extension HTTPField.Name {
    /// Makes nginx pass each event on at once.
    fileprivate static let proxyBuffering = HTTPField.Name.constant("x-accel-buffering")
}
