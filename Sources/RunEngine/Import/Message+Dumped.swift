import AssistantsAPI

extension Message {
    /// Reads a message of a dump. Lists tell no status: theirs are complete. One that was being written stays as far as it
    /// had come.
    init(dumped value: JSONValue) throws(ImportRefusal) {
        let members = DumpedMembers(value: value)
        guard let role = Role(rawValue: try members.text("role")) else {
            throw ImportRefusal("role is neither user nor assistant")
        }
        let createdAt = try members.time("created_at")
        self.init(
            id: try members.id("id"),
            threadID: try members.id("thread_id"),
            createdAt: createdAt,
            role: role,
            content: try Content(dumped: members["content"]),
            status: Self.status(members),
            assistantID: members.optionalText("assistant_id").map { Identifier($0) },
            runID: members.optionalText("run_id").map { Identifier($0) },
            metadata: try members.metadata(),
            attachmentsJSON: Self.attachments(members),
            endedAt: members.optionalTime("completed_at") ?? members.optionalTime("incomplete_at") ?? createdAt
        )
    }

    private static func status(_ members: DumpedMembers) -> Status {
        switch members.optionalText("status") {
        case "incomplete":
            let reason = members["incomplete_details"]?["reason"]?.stringValue
            return .incomplete(reason: reason.flatMap(IncompleteReason.init) ?? .runFailed)
        case "in_progress": return .incomplete(reason: .runExpired)
        default: return .completed
        }
    }

    /// The files that came with it. In the API's first version they were a list of ids, open to all tools.
    private static func attachments(_ members: DumpedMembers) -> String? {
        if let attachments = members["attachments"]?.arrayValue {
            return attachments.isEmpty ? nil : JSONValue.array(attachments).jsonText
        }
        let tools = JSONValue.array(
            ["code_interpreter", "file_search"].map { .object(JSONObject([("type", .string($0))])) }
        )
        let files = members["file_ids"]?.arrayValue?.compactMap(\.stringValue) ?? []
        guard !files.isEmpty else { return nil }
        return JSONValue.array(
            files.map { .object(JSONObject([("file_id", .string($0)), ("tools", tools)])) }
        ).jsonText
    }
}

extension Message.Content {
    /// Reads the content of a message of a dump, annotations and all.
    init(dumped value: JSONValue?) throws(ImportRefusal) {
        if let text = value?.stringValue {
            self.init(text: text)
            return
        }
        guard let parts = value?.arrayValue else { throw ImportRefusal("content is missing") }
        var writer = JSONWriter()
        writer.beginArray()
        for part in parts {
            switch part["type"]?.stringValue {
            case nil: throw ImportRefusal("a part of the content has no type")
            case "text": try Self.write(text: part, to: &writer)
            default: writer.value(part)
            }
        }
        writer.endArray()
        self.init(storedJSON: writer.text)
    }

    /// Members in the order in which our own texts have them, by which they are known without being parsed.
    private static func write(text part: JSONValue, to writer: inout JSONWriter) throws(ImportRefusal) {
        guard let text = part["text"]?["value"]?.stringValue ?? part["text"]?.stringValue else {
            throw ImportRefusal("a text part of the content has no text")
        }
        writer.beginObject()
        writer.member("type", "text")
        writer.key("text")
        writer.beginObject()
        writer.member("value", text)
        writer.member("annotations", part["text"]?["annotations"]?.arrayValue.map(JSONValue.array) ?? .array([]))
        writer.endObject()
        writer.endObject()
    }
}
