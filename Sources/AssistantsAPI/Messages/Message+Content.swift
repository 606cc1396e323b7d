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
            guard json.hasPrefix(Self.textPrefix), json.hasSuffix(Self.textSuffix) else { return nil }
            let start = utf8.index(utf8.startIndex, offsetBy: Self.textPrefix.utf8.count)
            let end = utf8.index(utf8.endIndex, offsetBy: -Self.textSuffix.utf8.count)
            let inner = json[start..<end].utf8
            // A quote that ends the string early would mean several parts.
            var isEscaped = false
            for byte in inner {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    return nil
                }
            }
            return inner
        }

        /// All text of the message, its parts joined by line breaks.
        package var plainText: String {
            guard let parts = (try? JSONValue(parsing: json))?.arrayValue else { return "" }
            return parts.compactMap { $0["text"]?["value"]?.stringValue }.joined(separator: "\n")
        }
    }
}
