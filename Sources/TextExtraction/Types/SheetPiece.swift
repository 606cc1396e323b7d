/// A piece of a workbook that is read as rows.
package enum SheetPiece: Sendable, Equatable {
    /// A sheet begins.
    case sheet(String)
    /// Rows of the sheet as JSON Lines, cut anywhere between characters.
    case lines(String)
}
