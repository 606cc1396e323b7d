import Foundation

extension Message {
    /// What a message says, kept as the JSON array that goes over the wire: a history is read far more often than
    /// written, and is never encoded again.
    package struct Content: Sendable, Equatable {
        /// The array of content parts.
        package let json: String

        private static let textPrefix: StaticString = #"[{"type":"text","text":{"value":""#
        private static let textSuffix: StaticString = #"","annotations":[]}}]"#

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
            let isText = json.utf8.withContiguousStorageIfAvailable { Self.isText(UnsafeRawBufferPointer($0)) }
            guard isText ?? Array(json.utf8).withUnsafeBytes(Self.isText) else { return nil }
            return json.utf8.dropFirst(Self.textPrefix.utf8CodeUnitCount).dropLast(Self.textSuffix.utf8CodeUnitCount)
        }

        private static func isText(_ json: UnsafeRawBufferPointer) -> Bool {
            let (prefix, suffix) = (textPrefix.utf8CodeUnitCount, textSuffix.utf8CodeUnitCount)
            guard let start = json.baseAddress, json.count >= prefix + suffix else { return false }
            let end = json.count - suffix
            return memcmp(start, textPrefix.utf8Start, prefix) == 0
                && memcmp(start + end, textSuffix.utf8Start, suffix) == 0
                && hasNoBareQuote(UnsafeRawBufferPointer(rebasing: json[prefix..<end]))
        }

        /// A quote that is not escaped ends the string: what follows would be another part.
        private static func hasNoBareQuote(_ bytes: UnsafeRawBufferPointer) -> Bool {
            guard let start = bytes.baseAddress, memchr(start, Int32(UInt8(ascii: "\"")), bytes.count) != nil else {
                return true
            }
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
