extension Message {
    /// What a message says, kept as the JSON array that goes over the wire: a history is read far more often than
    /// written, and is never encoded again.
    package struct Content: Sendable, Equatable {
        /// The array of content parts.
        package let json: String

        private static let textPrefix = #"[{"type":"text","text":{"value":""#
        private static let textSuffix = #"","annotations":[]}}]"#

        /// Takes an array that was made by one of the other initialisers.
        package init(storedJSON json: String) { self.json = json }

        /// One text part.
        package init(text: String) {
            var writer = JSONWriter(reservingCapacity: text.utf8.count + 64)
            writer.beginArray()
            writer.beginObject()
            writer.member("type", "text")
            writer.key("text")
            writer.beginObject()
            writer.member("value", text)
            writer.member("annotations", raw: "[]")
            writer.endObject()
            writer.endObject()
            writer.endArray()
            json = writer.text
        }

        /// The text of a message that is one text part without annotations, as an escaped JSON string without its
        /// quotes; nil for any other content.
        package var escapedText: Substring.UTF8View? {
            let utf8 = json.utf8
            let (prefix, suffix) = (Self.textPrefix.utf8, Self.textSuffix.utf8)
            guard utf8.count >= prefix.count + suffix.count, utf8.starts(with: prefix),
                utf8.suffix(suffix.count).elementsEqual(suffix)
            else { return nil }
            let inner = json.utf8.dropFirst(prefix.count).dropLast(suffix.count)
            let isOneString = inner.withContiguousStorageIfAvailable { Self.hasNoBareQuote($0) }
            return isOneString ?? Self.hasNoBareQuote(Array(inner)) ? inner : nil
        }

        /// A quote that is not escaped ends the string: what follows would be another part.
        private static func hasNoBareQuote(_ bytes: some RandomAccessCollection<UInt8>) -> Bool {
            var isEscaped = false
            for byte in bytes {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    return false
                }
            }
            return true
        }

        /// All text of the message, its parts joined by line breaks.
        package var plainText: String {
            if let escapedText, let text = JSONString.decode(escapedText) { return text }
            guard let parts = (try? JSONValue(parsing: json))?.arrayValue else { return "" }
            return parts.compactMap { $0["text"]?["value"]?.stringValue }.joined(separator: "\n")
        }
    }
}
