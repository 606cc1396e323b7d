import AssistantsAPI

/// A message as the index holds it, or held it: what is taken out must be named word for word.
package struct SearchDocument: Sendable, Equatable {
    /// Numbers of documents that one thread has room for.
    static let perThread = 1 << 32

    /// `threads.seq * 2^32 + messages.seq`
    let number: Int
    /// Separated by spaces.
    let terms: String

    init(number: Int, project: String, content: String) {
        self.number = number
        var found = SearchTerms(of: Message.Content(storedJSON: content).plainText)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(content.utf8.count + 64)
        found.write(to: &bytes)
        bytes.append(contentsOf: Self.mark(of: project).utf8)
        terms = String(decoding: bytes, as: UTF8.self)
    }

    private static func isLetterOrNumber(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "0") < 10
    }

    /// The term that all documents of a project have. It begins with a character that no text's terms have.
    static func mark(of project: String) -> String {
        if project.utf8.allSatisfy({ $0 < 0x80 }) {
            let marked = project.utf8.map { Self.isLetterOrNumber($0) ? $0 : UInt8(ascii: "_") }
            return "\u{E000}" + String(decoding: marked, as: UTF8.self)
        }
        return "\u{E000}" + String(project.map { $0.isASCII && !$0.isLetter && !$0.isNumber ? "_" : $0 })
    }
}
