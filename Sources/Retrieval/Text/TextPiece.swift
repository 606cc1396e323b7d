/// A stretch of a document's text, in the document's order: a paragraph, a page, a row of a table.
package struct TextPiece: Sendable, Equatable {
    package var text: String
    /// The page or slide that it stands on, counted from 1; nil where documents of its kind have none.
    package var page: Int?
    /// The header of the table that it is a row of; goes with each chunk that has rows of the table.
    package var tableHeader: String?

    package init(text: String, page: Int? = nil, tableHeader: String? = nil) {
        self.text = text
        self.page = page
        self.tableHeader = tableHeader
    }
}
