import AssistantsAPI
import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// The models that can be asked for: the backend's, the names that the operator gave some of them, and the default.
///
/// The backend's list is kept for some seconds and asked for once, however many wait for it.
package actor ModelCatalog {
    private typealias Answer = Result<[ListedModel], ModelError>

    /// Whose a model is when nobody says so.
    static let owner = "assistants-server"
    private static let lifetime = Duration.seconds(10)

    private let backend: OpenAIBackend?
    private let defaultName: String
    /// Callers' names to the backend's, in the order of the former.
    private let aliases: [(name: String, target: String)]
    private let created: Int
    private var known: (models: [ListedModel], until: ContinuousClock.Instant)?
    /// Lives no longer than a request to the backend may take.
    private var refresh: Task<Answer, Never>?

    /// - Parameters:
    ///   - backend: nil when the built-in analyst answers, under the default name.
    ///   - created: Unix time that models have of which no other is known.
    package init(backend: OpenAIBackend?, defaultName: String, aliases: [String: String], created: Int) {
        self.backend = backend
        self.defaultName = defaultName
        self.aliases = aliases.sorted { $0.key < $1.key }.map { (name: $0.key, target: $0.value) }
        self.created = created
    }

    /// All models; every name once.
    package func models() async throws(ModelError) -> [ListedModel] {
        guard let backend else { return [own(defaultName)] }
        if let known, known.until > .now { return known.models }
        let task = refresh ?? Task { await self.ask(backend) }
        refresh = task
        return try await task.value.get()
    }

    /// The model with the name; nil when there is none.
    package func model(_ name: String) async throws(ModelError) -> ListedModel? {
        if let listed = try await models().first(where: { $0.id == name }) { return listed }
        guard let backend, Self.isPlain(name) else { return nil }
        // Not all that a backend has is in its list: fine-tuned models, or one asked for without its tag.
        let answer = try await request(backend, model: name)
        guard 200..<300 ~= answer.status.code, let json = Self.json(answer.body) else { return nil }
        return ListedModel(json, created: created)?.named(name)
    }

    private func ask(_ backend: OpenAIBackend) async -> Answer {
        let answer: Answer
        do {
            answer = .success(complete(try await list(backend)))
        } catch {
            answer = .failure(error)
        }
        refresh = nil
        if case .success(let models) = answer { known = (models, .now + Self.lifetime) }
        return answer
    }

    private func list(_ backend: OpenAIBackend) async throws(ModelError) -> [ListedModel] {
        let answer = try await request(backend, model: nil)
        switch answer.status.code {
        case 200..<300:
            let json = Self.json(answer.body)
            let entries = json?["data"] ?? json?["models"] ?? json
            return entries?.arrayValue?.compactMap { ListedModel($0, created: created) } ?? []
        // Some backends have no list.
        case 404, 405, 501: return []
        case 401, 403: throw ModelError(.unauthorized, PassThroughCall.keyIsRefused(of: backend))
        case let status:
            let failure = (answer.body ?? ByteBuffer()).withUnsafeReadableBytes {
                CallFailure(status: Int(status), retryAfter: nil, shouldRetry: nil, body: $0)
            }
            throw backend.clean(failure.error)
        }
    }

    private func request(_ backend: OpenAIBackend, model: String?) async throws(ModelError) -> HTTPClient.Response {
        do {
            return try await backend.get(try backend.endpoints.models(model))
        } catch {
            throw backend.clean(CallFailure(transport: error).error)
        }
    }

    /// The backend's models, then the operator's names and the default where they are not among them.
    private func complete(_ listed: [ListedModel]) -> [ListedModel] {
        var models: [ListedModel] = []
        var names: Set<String> = []
        for model in listed where names.insert(model.id).inserted { models.append(model) }
        let byName = Dictionary(models.map { ($0.id, $0) }) { first, _ in first }
        for alias in aliases where names.insert(alias.name).inserted {
            models.append((byName[alias.target] ?? own(alias.name)).named(alias.name))
        }
        if names.insert(defaultName).inserted { models.append(own(defaultName)) }
        return models
    }

    private func own(_ name: String) -> ListedModel { ListedModel(id: name, created: created, ownedBy: Self.owner) }

    /// Whether a name is no path that leads elsewhere.
    private static func isPlain(_ name: String) -> Bool {
        !name.isEmpty && PassThroughRequest.isSafe(path: name) && !name.contains("%")
    }

    private static func json(_ body: ByteBuffer?) -> JSONValue? {
        body.flatMap { body in body.withUnsafeReadableBytes { try? JSONValue(parsing: $0) } }
    }
}
