extension Message {
    /// Text, and what parts of it stand for.
    package struct Text: Sendable, Equatable, ExpressibleByStringLiteral {
        package var value: String
        /// In the order in which they were told: citations, then links to files.
        package var annotations: [Annotation]

        package init(_ value: String, annotations: [Annotation] = []) {
            self.value = value
            self.annotations = annotations
        }

        package init(stringLiteral value: String) { self.init(value) }
    }

    /// A piece of a text that stands for a file: a citation of it, or a link to it.
    package struct Annotation: Sendable, Equatable {
        package enum Kind: String, Sendable {
            case fileCitation = "file_citation"
            case filePath = "file_path"
        }

        package var kind: Kind
        /// The piece itself, as it stands in the text.
        package var text: String
        /// The piece's place in the text, in Unicode scalars.
        package var range: Range<Int>
        package var fileID: String

        package init(kind: Kind = .fileCitation, text: String, range: Range<Int>, fileID: String) {
            self.kind = kind
            self.text = text
            self.range = range
            self.fileID = fileID
        }
    }
}

extension Message.Text {
    /// Reads the member `text` of stored content; nil for anything else.
    init?(stored value: JSONValue) {
        guard let text = value["value"]?.stringValue else { return nil }
        self.init(text, annotations: (value["annotations"]?.arrayValue ?? []).compactMap(Message.Annotation.init))
    }
}

extension Message.Text: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("value", value)
        writer.member("annotations", annotations)
        writer.endObject()
    }
}

extension Message.Annotation: JSONWritable {
    /// Reads what `write(to:)` has written; nil for anything else.
    fileprivate init?(_ value: JSONValue) {
        guard let type = value["type"]?.stringValue, let kind = Kind(rawValue: type),
            let text = value["text"]?.stringValue, let start = value["start_index"]?.intValue,
            let end = value["end_index"]?.intValue, 0 <= start, start <= end,
            let fileID = value[type]?["file_id"]?.stringValue
        else { return nil }
        self.init(kind: kind, text: text, range: start..<end, fileID: fileID)
    }

    /// The annotation as a message shows it.
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writeMembers(to: &writer)
        writer.endObject()
    }

    /// The annotation as a stream shows it: numbered, and with the empty quote that the service sent.
    func writeDelta(index: Int, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("index", index)
        writeMembers(quote: kind == .fileCitation ? "" : nil, to: &writer)
        writer.endObject()
    }

    private func writeMembers(quote: String? = nil, to writer: inout JSONWriter) {
        writer.member("type", kind.rawValue)
        writer.member("text", text)
        writer.member("start_index", range.lowerBound)
        writer.member("end_index", range.upperBound)
        writer.key(kind.rawValue)
        writer.beginObject()
        writer.member("file_id", fileID)
        if let quote { writer.member("quote", quote) }
        writer.endObject()
    }
}
