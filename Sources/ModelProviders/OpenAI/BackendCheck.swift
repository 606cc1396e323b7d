import AssistantsAPI
import AsyncHTTPClient
import NIOCore
import NIOHTTP1

extension OpenAIBackend {
    /// What one check of a backend found, in a sentence that names no key.
    package enum Finding: Sendable, Equatable {
        case well(String)
        /// Could not be checked, which keeps nothing from working.
        case note(String)
        case failed(String, remedy: String)
    }

    /// Asks the backend for its list of models: is it there, does it take the key, does it have `model`? One without a list is
    /// asked whether it has an endpoint that chats need.
    ///
    /// Each question takes at most the connect time-out and some ten seconds. A check that makes the next ones pointless is the last.
    package func check(model: String) async -> [Finding] {
        let answer: HTTPClient.Response
        do {
            answer = try await get(try endpoints.models())
        } catch {
            return [unreachable(CallFailure(transport: error))]
        }
        var findings: [Finding] = [.well("The model backend can be reached.")]
        switch answer.status.code {
        case 200..<300:
            if let list = ModelList(answer.body) {
                findings.append(keyIsAccepted)
                findings.append(await find(model, in: list))
            } else {
                // A site that answers every path with its page, a server that answers 200 where it means 404, or a list of another form.
                findings.append(await findEndpoint(withoutListAs: "The model backend's list of models cannot be read"))
            }
        case 401, 403: findings.append(keyIsRefused)
        case 404, 405, 501:
            findings.append(await findEndpoint(withoutListAs: "The model backend does not list its models"))
        default: findings.append(refused(answer))
        }
        return findings
    }

    private var hasKey: Bool { !(configuration.apiKey ?? "").isEmpty }

    private var keyIsAccepted: Finding {
        .well(hasKey ? "The model backend accepts the key." : "The model backend asks for no key.")
    }

    private var keyIsRefused: Finding {
        hasKey
            ? .failed(
                "The model backend refuses the key.",
                remedy: "set OPENAI_API_KEY to a key that is valid for this backend"
            )
            : .failed("The model backend asks for a key.", remedy: "set OPENAI_API_KEY")
    }

    private func unreachable(_ failure: CallFailure) -> Finding {
        .failed(
            "The model backend cannot be reached: " + failure.error.message,
            remedy:
                "check OPENAI_BASE_URL (it ends in /v1 at most servers), and that the server runs and no firewall is between"
        )
    }

    private func refused(_ answer: HTTPClient.Response) -> Finding {
        let failure = (answer.body ?? ByteBuffer()).withUnsafeReadableBytes {
            CallFailure(status: Int(answer.status.code), retryAfter: nil, shouldRetry: nil, body: $0)
        }
        return .failed(
            "The model backend answers with status \(answer.status.code): \(clean(failure.error).message)",
            remedy: 300..<400 ~= answer.status.code
                ? "set OPENAI_BASE_URL to the address to which it redirects"
                : "look at the backend's own log; try again later"
        )
    }

    // MARK: Model

    private func find(_ model: String, in list: ModelList) async -> Finding {
        let found = Finding.well("The model \(model) exists.")
        if list.contains(model) { return found }
        if list.servesOneModel {
            return .note("The model backend has one model and answers with it whatever is asked.")
        }
        if let answer = try? await get(try endpoints.models(model)), 200..<300 ~= answer.status.code { return found }
        let known = list.names.prefix(5).joined(separator: ", ")
        return .failed(
            "The model backend has no model \(model).",
            remedy: "set DEFAULT_MODEL or MODEL_ALIASES to a model that it has"
                + (known.isEmpty ? "" : ", for instance one of \(known)")
        )
    }

    // MARK: Endpoints

    /// Whether the backend has an endpoint for chats, as its list of models does not tell that it is one.
    private func findEndpoint(withoutListAs fact: String) async -> Finding {
        var silence: CallFailure?
        for wireProtocol in spokenProtocols {
            let answer: HTTPClient.Response
            do {
                // Refused by all that know the path, so that it costs nothing.
                answer = try await get(try endpoints.post(wireProtocol.path, body: ByteBuffer(string: "{}")))
            } catch {
                // It can be reached, as it has answered before.
                silence = CallFailure(transport: error)
                continue
            }
            switch answer.status.code {
            case 401, 403: return keyIsRefused
            case 500..<600 where answer.status != .notImplemented: return refused(answer)
            case _ where answer.isOfEndpoint: return .note("\(fact), so key and model were not checked.")
            default: continue
            }
        }
        if let silence {
            return .note(
                "\(fact), and its endpoints did not answer, so key and model were not checked: \(silence.error.message)"
            )
        }
        let paths = spokenProtocols.map(\.path).joined(separator: " nor ")
        return .failed(
            spokenProtocols.count == 1
                ? "The model backend does not know \(paths)." : "The model backend knows neither \(paths).",
            remedy: "set OPENAI_BASE_URL to the address below which it does: it ends in /v1 at most servers"
        )
    }

    /// The likelier one first.
    private var spokenProtocols: [WireProtocol] {
        switch configuration.wireProtocol {
        case .chatCompletions: [.chatCompletions]
        case .responses: [.responses]
        case .automatic: [.chatCompletions, .responses]
        }
    }

    /// A small answer, within the connect time-out and some ten seconds.
    func get(_ request: HTTPClient.Request) async throws -> HTTPClient.Response {
        let answer = ResponseAccumulator(request: request, maxBodySize: 8 << 20)
        let deadline = NIODeadline.now() + TimeAmount(configuration.connectTimeout) + .seconds(10)
        let task = client.execute(request: request, delegate: answer, deadline: deadline)
        return try await withTaskCancellationHandler {
            try await task.get()
        } onCancel: {
            task.cancel()
        }
    }
}

extension HTTPClient.Response {
    /// Whether an endpoint of the API says this, and not a server that does not know its path.
    fileprivate var isOfEndpoint: Bool {
        let isSuccess = 200..<300 ~= status.code
        // Whoever redirects does not say what is there.
        if 300..<400 ~= status.code { return false }
        return (body ?? ByteBuffer()).withUnsafeReadableBytes { bytes in
            if isSuccess, (try? JSONValue(parsing: bytes))?.objectValue == nil { return false }
            let remedy = FailureReport(bytes).remedy(status: isSuccess ? nil : Int(status.code))
            return remedy != .otherEndpoint
        }
    }
}

/// The names that a backend gives in its list of models.
private struct ModelList {
    var names: [String] = []
    /// llama.cpp does not look at the name it is asked for.
    var servesOneModel = false

    init?(_ body: ByteBuffer?) {
        guard let body, let json = body.withUnsafeReadableBytes({ try? JSONValue(parsing: $0) }) else { return nil }
        guard let entries = (json["data"] ?? json["models"] ?? json).arrayValue else { return nil }
        names = entries.compactMap { ($0["id"] ?? $0["name"])?.stringValue }
        servesOneModel = entries.contains { $0["owned_by"]?.stringValue == "llamacpp" }
    }

    /// Ollama lists `qwen3:latest` and takes `qwen3`.
    func contains(_ model: String) -> Bool { names.contains(model) || names.contains(model + ":latest") }
}
