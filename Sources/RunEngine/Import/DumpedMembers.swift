import AssistantsAPI

/// The members of an object in a dump, as the service wrote them over the years: what may be absent or null is optional.
struct DumpedMembers {
    let value: JSONValue

    /// Nil for absent and null.
    subscript(name: String) -> JSONValue? {
        guard let member = value[name], !member.isNull else { return nil }
        return member
    }

    func text(_ name: String) throws(ImportRefusal) -> String {
        guard let text = self[name]?.stringValue, !text.isEmpty else { throw ImportRefusal("\(name) is missing") }
        return text
    }

    func optionalText(_ name: String) -> String? { self[name]?.stringValue }

    func id<Resource>(_ name: String) throws(ImportRefusal) -> Identifier<Resource> { Identifier(try text(name)) }

    func time(_ name: String) throws(ImportRefusal) -> Timestamp {
        guard let time = optionalTime(name) else { throw ImportRefusal("\(name) is missing") }
        return time
    }

    func optionalTime(_ name: String) -> Timestamp? {
        guard let seconds = self[name]?.doubleValue, abs(seconds) < 1e15 else { return nil }
        return Timestamp(seconds: Int(seconds))
    }

    func metadata() throws(ImportRefusal) -> Metadata {
        guard let member = self["metadata"] else { return Metadata() }
        guard let object = member.objectValue else { throw ImportRefusal("metadata is not an object") }
        var pairs: [(key: String, value: String)] = []
        for member in object.members {
            guard let text = member.value.stringValue else {
                throw ImportRefusal("metadata.\(member.key) is not a string")
            }
            pairs.append((member.key, text))
        }
        return Metadata(pairs: pairs)
    }

    func usage() -> TokenUsage? {
        guard let usage = self["usage"], let prompt = usage["prompt_tokens"]?.intValue,
            let completion = usage["completion_tokens"]?.intValue
        else { return nil }
        // The service spelled it without an s.
        let promptDetails = usage["prompt_token_details"] ?? usage["prompt_tokens_details"]
        return TokenUsage(
            promptTokens: prompt,
            completionTokens: completion,
            cachedTokens: promptDetails?["cached_tokens"]?.intValue ?? 0,
            reasoningTokens: usage["completion_tokens_details"]?["reasoning_tokens"]?.intValue ?? 0
        )
    }

    /// What went wrong. Codes of later years are server errors here; the text tells more.
    func lastError() -> Run.LastError? {
        guard let error = self["last_error"] else { return nil }
        return Run.LastError(
            code: error["code"]?.stringValue.flatMap(Run.LastError.Code.init) ?? .serverError,
            message: error["message"]?.stringValue ?? ""
        )
    }

    /// The members that settings are made of. Tools have been renamed, and files have moved since 2023.
    func settings() throws(ImportRefusal) -> AssistantSettings {
        var members = JSONObject()
        members["model"] = .string(try text("model"))
        for name in ["instructions", "reasoning_effort", "response_format", "tool_resources"] {
            if let member = self[name] { members[name] = member }
        }
        // Every dump tells the default; a value that nobody chose is not sent to models, some of which refuse any.
        for name in ["temperature", "top_p"] {
            if let member = self[name], member.doubleValue != 1 { members[name] = member }
        }
        let tools = try (self["tools"]?.arrayValue ?? []).map { tool throws(ImportRefusal) in try Self.renamed(tool) }
        members["tools"] = .array(tools)
        guard var settings = AssistantSettings(stored: .object(members)), settings.tools.count == tools.count else {
            throw ImportRefusal("tools cannot be read")
        }
        let files = self["file_ids"]?.arrayValue?.compactMap(\.stringValue) ?? []
        if settings.toolResources.fileIDs == nil, !files.isEmpty { settings.toolResources.fileIDs = files }
        return settings
    }

    private static func renamed(_ tool: JSONValue) throws(ImportRefusal) -> JSONValue {
        switch tool["type"]?.stringValue {
        case "retrieval": return .object(JSONObject([("type", .string("file_search"))]))
        case "code_interpreter", "file_search", "function": return tool
        case let other?: throw ImportRefusal("a tool is of the unknown kind '\(other)'")
        case nil: throw ImportRefusal("a tool has no type")
        }
    }
}
