/// What the tools of an assistant or a thread may use.
package struct ToolResources: Sendable, Equatable {
    /// Files that the code interpreter sees; nil when none were ever given.
    package var fileIDs: [String]?
    /// Vector stores that are searched; nil when none were ever given.
    package var vectorStoreIDs: [String]?

    package init(fileIDs: [String]? = nil, vectorStoreIDs: [String]? = nil) {
        self.fileIDs = fileIDs
        self.vectorStoreIDs = vectorStoreIDs
    }

    package var isEmpty: Bool { fileIDs == nil && vectorStoreIDs == nil }

    /// Takes over what `other` says; each tool's list is replaced as a whole.
    package mutating func replace(with other: ToolResources) {
        fileIDs = other.fileIDs ?? fileIDs
        vectorStoreIDs = other.vectorStoreIDs ?? vectorStoreIDs
    }

    /// Reads what `write(to:)` has written.
    package init(stored value: JSONValue) {
        fileIDs = value["code_interpreter"]?["file_ids"]?.arrayValue?.compactMap(\.stringValue)
        vectorStoreIDs = value["file_search"]?["vector_store_ids"]?.arrayValue?.compactMap(\.stringValue)
    }

    package init?(storedJSON text: String) {
        guard let value = try? JSONValue(parsing: text) else { return nil }
        self.init(stored: value)
    }
}

extension ToolResources: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        if let fileIDs {
            writer.key("code_interpreter")
            writer.beginObject()
            writer.member("file_ids", fileIDs)
            writer.endObject()
        }
        if let vectorStoreIDs {
            writer.key("file_search")
            writer.beginObject()
            writer.member("vector_store_ids", vectorStoreIDs)
            writer.endObject()
        }
        writer.endObject()
    }
}
