import AssistantsAPI
import Storage

/// How messages are read.
extension RequestValue {
    static let messageMembers = ["role", "content", "attachments", "metadata"]

    /// Messages that come with a thread or a run.
    func messages(ids: IDGenerator, _ references: inout ResourceReferences) throws -> [PendingMessage] {
        try elements(maximum: RequestLimits.messages, expected: "an array of objects").map { element in
            try element.members(Self.messageMembers).message(ids: ids, &references)
        }
    }

    /// A text, or parts of several kinds.
    fileprivate func content(_ references: inout ResourceReferences) throws -> Message.Content {
        if json.stringValue != nil {
            return Message.Content(text: try nonEmptyText(maximum: RequestLimits.textLength))
        }
        let expected = "one of an array of objects or string"
        let parts = try elements(maximum: RequestLimits.contentParts, expected: expected)
        guard !parts.isEmpty else { throw OpenAIError.arrayEmpty(path) }
        return Message.Content(parts: try parts.map { try $0.part(&references) })
    }

    private func part(_ references: inout ResourceReferences) throws -> Message.Part {
        let members = try members(["type", "text", "image_url", "image_file"])
        switch try members.required("type").choice(of: ["text", "image_url", "image_file"]) {
        case "image_url": return try members.required("image_url").imageURL()
        case "image_file": return try members.required("image_file").imageFile(&references)
        default:
            return .text(Message.Text(try members.required("text").nonEmptyText(maximum: RequestLimits.textLength)))
        }
    }

    private func imageURL() throws -> Message.Part {
        let members = try members(["url", "detail"])
        let url = try members.required("url")
        let text = try url.nonEmptyText(maximum: RequestLimits.imageURLLength)
        let start = text.prefix(8).lowercased()
        guard ["https://", "http://", "data:"].contains(where: start.hasPrefix) else {
            let text = "Invalid '\(url.path)': expected a URL that begins with 'https://', 'http://' or 'data:'."
            throw OpenAIError.invalidValue(text, url.path)
        }
        return .imageURL(text, detail: try members.imageDetail())
    }

    private func imageFile(_ references: inout ResourceReferences) throws -> Message.Part {
        let members = try members(["file_id", "detail"])
        let file = try members.required("file_id")
        let id = try file.nonEmptyText(maximum: RequestLimits.idLength)
        references.addImage(id, at: file.path)
        return .imageFile(id: id, detail: try members.imageDetail())
    }

    /// Files that come with a message, as the JSON array that the API shows; nil when there are none.
    fileprivate func attachments(_ references: inout ResourceReferences) throws -> String? {
        let attachments = try elements(maximum: RequestLimits.attachments, expected: "an array of objects")
        guard !attachments.isEmpty else { return nil }
        var writer = JSONWriter()
        writer.beginArray()
        for attachment in attachments {
            let members = try attachment.members(["file_id", "tools"])
            let id = try members.required("file_id").nonEmptyText(maximum: RequestLimits.idLength)
            references.addFiles([id])
            writer.beginObject()
            writer.member("file_id", id)
            writer.key("tools")
            writer.beginArray()
            for tool in try members["tools"]?.elements(maximum: RequestLimits.tools) ?? [] {
                let type = try tool.attachmentTool()
                if type == "file_search" { references.addSearchedFile(id) }
                writer.beginObject()
                writer.member("type", type)
                writer.endObject()
            }
            writer.endArray()
            writer.endObject()
        }
        writer.endArray()
        return writer.text
    }

    private func attachmentTool() throws -> String {
        try members(["type"]).required("type").choice(of: ["code_interpreter", "file_search"])
    }
}

extension RequestMembers {
    /// A message, of whose members these are.
    func message(ids: IDGenerator, _ references: inout ResourceReferences) throws -> PendingMessage {
        PendingMessage(
            id: ids.next(),
            role: try required("role").choice(),
            content: try required("content").content(&references),
            metadata: try self["metadata"]?.metadata(),
            attachmentsJSON: try self["attachments"]?.attachments(&references)
        )
    }

    fileprivate func imageDetail() throws -> String {
        try self["detail"]?.choice(of: ["auto", "low", "high"]) ?? "auto"
    }
}
