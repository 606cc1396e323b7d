import AssistantsAPI

/// A message as the index holds it, or held it: what is taken out must be named word for word.
package struct SearchDocument: Sendable, Equatable {
    /// Numbers of documents that one thread has room for.
    static let perThread = 1 << 32

    /// `threads.seq * 2^32 + messages.seq`
    let number: Int
    let words: String
    let parts: String

    init(number: Int, project: String, content: String) {
        self.number = number
        let terms = SearchTerms(of: Message.Content(storedJSON: content).plainText)
        words = terms.words.joined(separator: " ")
        parts = (terms.parts.sorted() + [Self.mark(of: project)]).joined(separator: " ")
    }

    /// The term that all documents of a project have. It begins with a character that no text's terms have.
    static func mark(of project: String) -> String {
        "\u{E000}" + String(project.map { $0.isASCII && !$0.isLetter && !$0.isNumber ? "_" : $0 })
    }
}
