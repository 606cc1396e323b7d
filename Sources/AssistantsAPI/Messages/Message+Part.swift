extension Message {
    /// A piece of what a message says.
    package enum Part: Sendable, Equatable {
        case text(Text)
        /// An http(s) or data URL; `detail` is `auto`, `low` or `high`.
        case imageURL(String, detail: String)
        /// An uploaded file; `detail` is `auto`, `low` or `high`.
        case imageFile(id: String, detail: String)
        /// The model declined to answer.
        case refusal(String)

        /// Reads a part of stored content; nil for a kind that is not known.
        init?(stored value: JSONValue) {
            switch value["type"]?.stringValue {
            case "text":
                guard let text = value["text"].flatMap(Text.init(stored:)) else { return nil }
                self = .text(text)
            case "image_url":
                guard let image = value["image_url"], let url = image["url"]?.stringValue else { return nil }
                self = .imageURL(url, detail: image["detail"]?.stringValue ?? "auto")
            case "image_file":
                guard let image = value["image_file"], let id = image["file_id"]?.stringValue else { return nil }
                self = .imageFile(id: id, detail: image["detail"]?.stringValue ?? "auto")
            case "refusal":
                guard let text = value["refusal"]?.stringValue else { return nil }
                self = .refusal(text)
            default: return nil
            }
        }
    }
}

extension Message.Part: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        switch self {
        case .text(let text):
            writer.member("type", "text")
            writer.member("text", text)
        case .imageURL(let url, let detail):
            writer.member("type", "image_url")
            writer.key("image_url")
            writer.beginObject()
            writer.member("url", url)
            writer.member("detail", detail)
            writer.endObject()
        case .imageFile(let id, let detail):
            writer.member("type", "image_file")
            writer.key("image_file")
            writer.beginObject()
            writer.member("file_id", id)
            writer.member("detail", detail)
            writer.endObject()
        case .refusal(let text):
            writer.member("type", "refusal")
            writer.member("refusal", text)
        }
        writer.endObject()
    }
}

extension Message.Content {
    /// Any number of parts.
    package init(parts: [Message.Part]) {
        var writer = JSONWriter()
        writer.beginArray()
        for part in parts { writer.value(part) }
        writer.endArray()
        self.init(storedJSON: writer.text)
    }

    /// The parts in their order.
    package var parts: [Message.Part] {
        let values = (try? JSONValue(parsing: json))?.arrayValue ?? []
        return values.compactMap(Message.Part.init(stored:))
    }
}
