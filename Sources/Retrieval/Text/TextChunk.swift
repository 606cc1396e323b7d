/// A part of a document that is found, and shown to a model, as one.
package struct TextChunk: Sendable, Equatable {
    package var text: String
    /// Estimated.
    package var tokens: Int
    /// The pages that it stands on; nil where the document has none.
    package var pages: ClosedRange<Int>?
    /// Bytes of UTF-8 at its beginning that the chunk before it ends with, or that repeat a table's header.
    package var repeatedBytes: Int

    package init(text: String, tokens: Int, pages: ClosedRange<Int>? = nil, repeatedBytes: Int = 0) {
        self.text = text
        self.tokens = tokens
        self.pages = pages
        self.repeatedBytes = repeatedBytes
    }
}
