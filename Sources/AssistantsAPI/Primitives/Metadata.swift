/// What callers attach to an object: at most 16 pairs of texts, keys of at most 64 and values of at most 512 characters.
package struct Metadata: Sendable, Equatable {
    package static let maximumPairs = 16
    package static let maximumKeyLength = 64
    package static let maximumValueLength = 512

    /// The pairs in the order in which they were given.
    package let pairs: [(key: String, value: String)]

    package init(pairs: [(key: String, value: String)] = []) { self.pairs = pairs }

    /// Reads what `write(to:)` has written; nil for anything else.
    package init?(storedJSON text: String) {
        guard let object = (try? JSONValue(parsing: text))?.objectValue else { return nil }
        pairs = object.members.compactMap { member in member.value.stringValue.map { (member.key, $0) } }
    }

    package static func == (left: Metadata, right: Metadata) -> Bool {
        left.pairs.elementsEqual(right.pairs) { $0.key == $1.key && $0.value == $1.value }
    }
}

extension Metadata: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        for pair in pairs {
            writer.key(pair.key)
            writer.value(pair.value)
        }
        writer.endObject()
    }
}
