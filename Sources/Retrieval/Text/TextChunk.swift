/// A part of a document that is found, and shown to a model, as one.
package struct TextChunk: Sendable, Equatable {
    package var text: String
    /// Estimated.
    package var tokens: Int
    /// The pages that it stands on; nil where the document has none.
    package var pages: ClosedRange<Int>?
    /// Where each page after the first begins, in bytes of UTF-8 from the text's beginning; empty where that is not known.
    package var pageStarts: [Int]
    /// Bytes of UTF-8 at its beginning that the chunk before it ends with, or that repeat a table's header.
    package var repeatedBytes: Int

    package init(
        text: String,
        tokens: Int,
        pages: ClosedRange<Int>? = nil,
        pageStarts: [Int] = [],
        repeatedBytes: Int = 0
    ) {
        self.text = text
        self.tokens = tokens
        self.pages = pages
        self.pageStarts = pageStarts
        self.repeatedBytes = repeatedBytes
    }

    /// The page that a place of the text stands on; nil where the document has none, or that is not known.
    ///
    /// - Parameter offset: in bytes of UTF-8.
    package func page(at offset: Int) -> Int? {
        guard let pages else { return nil }
        guard pages.count > 1 else { return pages.lowerBound }
        guard pageStarts.count == pages.count - 1 else { return nil }
        return pages.lowerBound + pageStarts.prefix { $0 <= offset }.count
    }

    /// Appends the chunk that follows in the document, without what both have. Chunks have no space at their ends; what stood
    /// between is taken from the end of what the next one repeats.
    package mutating func append(_ next: TextChunk) {
        let isSpace = { (byte: UInt8) in byte == 0x20 || 0x09...0x0D ~= byte }
        let gap = next.text.utf8.prefix(next.repeatedBytes).reversed().prefix(while: isSpace).reversed()
        if next.repeatedBytes == 0 {
            if let first = next.text.utf8.first, !isSpace(first) { text += " " }
        } else {
            text += String(decoding: Array(gap), as: UTF8.self)
        }
        let join = text.utf8.count
        text += String(decoding: next.text.utf8.dropFirst(next.repeatedBytes), as: UTF8.self)
        tokens += next.tokens
        guard let known = pages, let more = next.pages else {
            pages = pages ?? next.pages
            pageStarts = []
            return
        }
        let isKnown = pageStarts.count == known.count - 1 && next.pageStarts.count == more.count - 1
        for page in known.upperBound..<max(known.upperBound, more.upperBound) where isKnown {
            // The first byte of `page + 1`; one that begins the next chunk, or before what is repeated, begins where both meet.
            let start = page < more.lowerBound ? 0 : next.pageStarts[page - more.lowerBound]
            pageStarts.append(join + max(0, start - next.repeatedBytes))
        }
        if !isKnown { pageStarts = [] }
        pages = min(known.lowerBound, more.lowerBound)...max(known.upperBound, more.upperBound)
    }
}
