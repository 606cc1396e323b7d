import AssistantsAPI
import HTTPTypes
import Hummingbird
import NIOCore
import Storage

/// Reads the bodies of requests under `/v1`, and says in OpenAI's words what is wrong with them.
struct OpenAIBodyReader: Sendable {
    /// Bytes at most.
    let limit: Int
    /// Makes the ids of messages that bodies bring.
    let ids: IDGenerator
    /// Knows the files and vector stores that bodies may name.
    let resources: KnownResources

    init(limit: Int, ids: IDGenerator, resources: KnownResources = .none) {
        self.limit = limit
        self.ids = ids
        self.resources = resources
    }

    // MARK: Assistants

    func createAssistant(_ request: Request, in project: ProjectID) async throws -> CreateAssistantBody {
        let body = try CreateAssistantBody(try await object(of: request), ids: ids)
        try await body.references.check(resources, in: project)
        return body
    }

    func modifyAssistant(_ request: Request, in project: ProjectID) async throws -> AssistantPatch {
        let body = try ModifyAssistantBody(try await object(of: request))
        try await body.references.check(resources, in: project)
        return body.patch
    }

    // MARK: Threads and messages

    func createThread(_ request: Request, in project: ProjectID) async throws -> CreateThreadBody {
        let members = try RequestMembers(try await object(of: request), knowing: CreateThreadBody.members)
        return try await read(in: project) { try CreateThreadBody(members, ids: ids, &$0) }
    }

    func modifyThread(_ request: Request, in project: ProjectID) async throws -> ModifyThreadBody {
        let members = try RequestMembers(try await object(of: request), knowing: ["tool_resources", "metadata"])
        return try await read(in: project) { try ModifyThreadBody(members, &$0) }
    }

    func createMessage(_ request: Request, in project: ProjectID) async throws -> PendingMessage {
        let members = try RequestMembers(try await object(of: request), knowing: RequestValue.messageMembers)
        return try await read(in: project) { try members.message(ids: ids, &$0) }
    }

    /// Of a message or a run, of which nothing else can be changed.
    func modifyMetadata(_ request: Request) async throws -> Patch<Metadata> {
        let members = try RequestMembers(try await object(of: request), knowing: ["metadata"])
        return try members.patch("metadata") { try $0.metadata() }
    }

    // MARK: Runs

    func createRun(_ request: Request, in project: ProjectID) async throws -> CreateRunBody {
        let object = try await object(of: request)
        return try await read(in: project) { try CreateRunBody(object, ids: ids, &$0) }
    }

    func createThreadAndRun(_ request: Request, in project: ProjectID) async throws -> CreateThreadAndRunBody {
        let object = try await object(of: request)
        return try await read(in: project) { try CreateThreadAndRunBody(object, ids: ids, &$0) }
    }

    func toolOutputs(_ request: Request) async throws -> ToolOutputsBody {
        try ToolOutputsBody(try await object(of: request))
    }

    /// Reads a body that has nothing to say.
    func emptyBody(_ request: Request) async throws {
        _ = try RequestMembers(try await object(of: request), knowing: [])
    }

    /// Reads a body and looks up the files and vector stores that it names.
    private func read<Body>(
        in project: ProjectID,
        _ body: (inout ResourceReferences) throws -> Body
    ) async throws -> Body {
        var references = ResourceReferences()
        let body = try body(&references)
        try await references.check(resources, in: project)
        return body
    }

    // MARK: Bytes

    /// The body's members; an empty body has none, whatever its type is said to be.
    func object(of request: Request) async throws -> JSONObject {
        var body = try await bytes(of: request)
        body.skipByteOrderMark()
        guard body.readableBytes > 0 else { return JSONObject() }
        try checkMediaType(request)
        let value: JSONValue
        do {
            value = try body.withUnsafeReadableBytes { bytes in try JSONValue(parsing: bytes) }
        } catch let error as JSONParsingError {
            throw OpenAIError(
                .badRequest,
                "We could not parse the JSON body of your request: \(error.reason) at byte \(error.offset).",
                code: "invalid_json"
            )
        }
        guard let object = value.objectValue else {
            throw OpenAIError(
                .badRequest,
                "The body of your request must be a JSON object.",
                code: "invalid_type"
            )
        }
        return object
    }

    private func bytes(of request: Request) async throws -> ByteBuffer {
        let length = request.headers.value(of: .contentLength).flatMap { Int($0) }
        if let length, length > limit { throw tooLarge }
        do {
            return try await request.body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw tooLarge
        } catch let error as CancellationError {
            throw error
        } catch {
            // The client broke off, or sent what is no HTTP.
            throw OpenAIError(.badRequest, "The body of your request could not be read to its end.")
        }
    }

    private var tooLarge: OpenAIError {
        OpenAIError(.contentTooLarge, "The body of your request is larger than \(limit) bytes.")
    }

    private func checkMediaType(_ request: Request) throws {
        guard let type = request.headers.value(of: .contentType), type != "application/json" else { return }
        let name = type.prefix { $0 != ";" && $0 != " " }.lowercased()
        guard name == "application/json" || name.hasSuffix("+json") else {
            throw OpenAIError(
                .unsupportedMediaType,
                "Unsupported content type: '\(name.shortened)'. This API method only accepts 'application/json' requests.",
                code: "unsupported_content_type"
            )
        }
    }
}
