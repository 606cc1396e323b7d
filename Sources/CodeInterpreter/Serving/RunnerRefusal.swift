import AssistantsAPI

/// Why a runner does not do what a server asks of it, as it goes over the wire.
package enum RunnerRefusal: Error, Sendable, Equatable {
    /// The key is missing, or another one.
    case unauthorized
    /// A request that makes no sense.
    case invalid(String)
    /// No such session, file or resource.
    case notFound
    /// The session lacks the bytes of these files, by their ids: they are to be uploaded, and the cell asked for again.
    case inputsNeeded([String])
    case failure(CodeRunnerFailure)

    /// Of an answer that says nothing else.
    package var status: Int {
        switch self {
        case .unauthorized: 401
        case .invalid: 400
        case .notFound: 404
        case .inputsNeeded: 409
        case .failure(.tooLarge): 413
        case .failure(.inputUnreadable): 422
        case .failure(.unavailable), .failure(.busy): 503
        }
    }

    private var code: String {
        switch self {
        case .unauthorized: "unauthorized"
        case .invalid: "invalid_request"
        case .notFound: "not_found"
        case .inputsNeeded: "inputs_needed"
        case .failure(.unavailable): "unavailable"
        case .failure(.busy): "busy"
        case .failure(.inputUnreadable): "input_unreadable"
        case .failure(.tooLarge): "too_large"
        }
    }

    private var message: String {
        switch self {
        case .unauthorized: "The key is missing, or not the runner's."
        case .invalid(let reason): "The request is not understood: \(reason)."
        case .notFound: "There is no such thing."
        case .inputsNeeded: "The session lacks files."
        case .failure(let failure): failure.description
        }
    }
}

extension RunnerRefusal: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("error")
        writer.beginObject()
        writer.member("code", code)
        writer.member("message", message)
        switch self {
        case .unauthorized, .notFound: break
        case .invalid(let reason): writer.member("reason", reason)
        case .inputsNeeded(let ids): writer.member("files", ids)
        case .failure(.unavailable(let reason, let remedy)):
            writer.member("reason", reason)
            writer.member("remedy", remedy)
        case .failure(.busy(let reason)): writer.member("reason", reason)
        case .failure(.inputUnreadable(let name)): writer.member("name", name)
        case .failure(.tooLarge(let path, let limit)):
            writer.member("path", path)
            writer.member("limit", limit)
        }
        writer.endObject()
        writer.endObject()
    }

    /// What a runner answered in place of a result; nil where it is no refusal.
    package init?(_ json: JSONValue) {
        guard let error = json["error"] else { return nil }
        func text(_ member: String) -> String {
            CellAnswer.cut(
                error[member]?.stringValue ?? error["message"]?.stringValue ?? "it does not say why",
                to: 1024
            )
        }
        switch error["code"]?.stringValue {
        case "unauthorized": self = .unauthorized
        case "not_found": self = .notFound
        case "inputs_needed": self = .inputsNeeded((error["files"]?.arrayValue ?? []).compactMap(\.stringValue))
        case "unavailable": self = .failure(.unavailable(reason: text("reason"), remedy: text("remedy")))
        case "busy": self = .failure(.busy(reason: text("reason")))
        case "input_unreadable": self = .failure(.inputUnreadable(name: text("name")))
        case "too_large": self = .failure(.tooLarge(path: text("path"), limit: error["limit"]?.intValue ?? 0))
        default: self = .invalid(text("reason"))
        }
    }
}
