import Retrieval

/// A chunk as the index stores it.
struct StoredChunk {
    static let columns = """
        SELECT file, number, text, tokens, first_page, last_page, repeated_bytes, page_starts FROM chunks
        """

    let file: Int
    let number: Int
    let chunk: TextChunk

    init(_ row: borrowing ResultRow) {
        file = row.integer(0)
        number = row.integer(1)
        let first = row.optionalInteger(4)
        let last = row.optionalInteger(5)
        chunk = TextChunk(
            text: row.text(2),
            tokens: row.integer(3),
            pages: first.flatMap { first in last.flatMap { $0 >= first ? first...$0 : nil } },
            pageStarts: row.optionalText(7).map { $0.split(separator: " ").compactMap { Int($0) } } ?? [],
            repeatedBytes: row.integer(6)
        )
    }
}
