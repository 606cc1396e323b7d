import AssistantsAPI

/// What a backend says about a failure, in whichever of the known shapes it says it.
struct FailureReport: Equatable {
    /// The longest message that is passed on, in characters.
    static let maximumLength = 500

    var message: String?
    /// `error.code`, `error.type` and the like, in small letters.
    var codes: [String] = []
    /// An HTTP status that the body names: within a stream it is the only one.
    var status: Int?

    /// Reads `error` (object or string), `message`, `detail` (string or FastAPI's array), else the text itself.
    init(_ body: UnsafeRawBufferPointer) {
        guard let json = try? JSONValue(parsing: body), json.objectValue != nil else {
            message = Self.plainText(body)
            return
        }
        // Responses put the error into the response object, OpenRouter sometimes into the choice.
        let holders = [json, json["response"], json["choices"]?.arrayValue?.first].compactMap { $0 }
        let source = holders.lazy.compactMap { $0["error"] }.first { !$0.isNull } ?? json
        read(source)
        if message == nil, source != json { message = json["message"]?.stringValue }
    }

    private mutating func read(_ source: JSONValue) {
        if let text = source.stringValue {
            message = text
            return
        }
        message =
            source["message"]?.stringValue ?? source["detail"].flatMap(Self.detail) ?? source["error"]?.stringValue
        for member in ["code", "type", "status"] {
            switch source[member] {
            case .string(let code):
                if let number = Int(code) { read(status: number) } else { codes.append(code.lowercased()) }
            case .integer(let number): read(status: number)
            default: break
            }
        }
    }

    private mutating func read(status number: Int) {
        if status == nil, 400..<600 ~= number { status = number }
    }

    private static func detail(_ value: JSONValue) -> String? {
        if let text = value.stringValue { return text }
        let sentences = value.arrayValue?.compactMap { $0["msg"]?.stringValue } ?? []
        return sentences.isEmpty ? value["message"]?.stringValue : sentences.joined(separator: "; ")
    }

    /// A body that is not JSON; of a proxy's HTML page the title, or the text without its tags.
    private static func plainText(_ body: UnsafeRawBufferPointer) -> String? {
        var text = String(decoding: body.prefix(16_384), as: UTF8.self)
        if text.contains("<") {
            text = text.between("<title>", "</title>") ?? text.withoutTags
        }
        let words = text.split(whereSeparator: \.isWhitespace)
        return words.isEmpty ? nil : words.joined(separator: " ")
    }
}

extension FailureReport {
    func kind(status: Int?) -> ModelError.Kind {
        if saysContextIsTooLong { return .contextTooLong }
        if isAbout(contentCodes) { return .contentRefused }
        if isAbout(["insufficient_quota", "billing_hard_limit_reached", "billing_not_active"]) {
            return .quotaExceeded
        }
        switch status {
        case 401, 403: return .unauthorized
        case 402: return .quotaExceeded
        case 404: return isAboutModel ? .modelNotFound : .refused
        case 408, 504: return .timedOut
        case 429: return .rateLimited
        case 503, 529: return .unavailable
        case let status? where status < 500: return isAbout(["model_not_found"]) ? .modelNotFound : .refused
        case _?: return .broken
        case nil: return kindWithoutStatus
        }
    }

    private var kindWithoutStatus: ModelError.Kind {
        if isAbout(["rate_limit_exceeded", "rate_limit_error", "too_many_requests"]) { return .rateLimited }
        if isAbout(["model_not_found"]) { return .modelNotFound }
        if isAbout(["invalid_api_key", "authentication_error", "permission_error"]) { return .unauthorized }
        if isAbout(["overloaded_error", "service_unavailable"]) { return .unavailable }
        if isAbout(["timeout", "timeout_error"]) { return .timedOut }
        // LM Studio answers 200 where it means 404.
        if saysEndpointIsUnknown || isAbout(["invalid_request_error", "badrequesterror"]) { return .refused }
        return .broken
    }

    func remedy(status: Int?) -> CallFailure.Remedy? {
        let text = message?.lowercased() ?? ""
        switch status {
        case 405, 501: return .otherEndpoint
        case 404: return isAboutModel ? nil : .otherEndpoint
        case nil: return saysEndpointIsUnknown ? .otherEndpoint : nil
        case 400, 422:
            if saysEndpointIsUnknown { return .otherEndpoint }
            if text.contains("max_completion_tokens") { return .olderTokenLimit }
            return text.contains("stream_options") ? .withoutStreamOptions : nil
        default: return nil
        }
    }

    /// The failure in words: the backend's own when it has any.
    func sentence(status: Int?) -> String {
        if let message, !message.isEmpty { return String(message.prefix(Self.maximumLength)) }
        guard let status else { return "The model backend reported an error without saying which." }
        return "The model backend answered with status \(status) and no reason."
    }

    private func isAbout(_ names: Set<String>) -> Bool { codes.contains { names.contains($0) } }

    private var contentCodes: Set<String> {
        [
            "content_filter", "content_policy_violation", "responsibleaipolicyviolation", "invalid_prompt",
            "bio_policy",
            "invalid_image", "image_content_policy_violation",
        ]
    }

    private var saysContextIsTooLong: Bool {
        if isAbout(["context_length_exceeded", "exceed_context_size_error"]) { return true }
        guard let text = message?.lowercased() else { return false }
        return [
            "maximum context length", "context length exceeded", "context window", "available context size",
            "prompt is too long", "input is too long", "longer than the maximum model length",
        ].contains { text.contains($0) }
    }

    private var isAboutModel: Bool {
        if isAbout(["model_not_found"]) { return true }
        guard let text = message?.lowercased(), text.contains("model") else { return false }
        return !saysEndpointIsUnknown
    }

    private var saysEndpointIsUnknown: Bool {
        guard let text = message?.lowercased() else { return false }
        return [
            "invalid url", "unexpected endpoint", "unknown endpoint", "unknown url", "no such path", "unknown path",
        ]
        .contains { text.contains($0) }
    }
}

extension String {
    /// What stands between two tags, in any case of letters.
    fileprivate func between(_ opening: String, _ closing: String) -> String? {
        let lower = lowercased()
        guard lower.utf8.count == utf8.count, let start = lower.firstRange(of: opening)?.upperBound,
            let end = lower[start...].firstRange(of: closing)?.lowerBound
        else { return nil }
        return String(lower[start..<end].isEmpty ? "" : self[start..<end])
    }

    fileprivate var withoutTags: String {
        var text = ""
        var isInTag = false
        for character in self {
            switch character {
            case "<": isInTag = true
            case ">":
                isInTag = false
                text.append(" ")
            default: if !isInTag { text.append(character) }
            }
        }
        return text
    }
}
