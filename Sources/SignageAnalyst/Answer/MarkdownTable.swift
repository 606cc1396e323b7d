/// A table in Markdown that never drops rows without saying so.
struct MarkdownTable {
    struct Column {
        let title: String
        var isNumber = true
    }

    let columns: [Column]
    private(set) var rows: [[String]] = []
    /// A last row that is shown whatever the limit.
    var sums: [String]?
    /// How many rows there are in all, those beyond the limit included.
    private(set) var total = 0
    let limit: Int
    /// Whether the rows begin with the lowest.
    var isAscending = false

    /// Names longer than this are cut, with a sign.
    private static let maximumCellLength = 80

    init(_ columns: [Column], limit: Int = .max) {
        self.columns = columns
        self.limit = limit
    }

    mutating func append(_ cells: [String]) {
        total += 1
        if rows.count < limit { rows.append(cells) }
    }

    func text(in language: Language) -> String {
        var lines = [line(columns.map(\.title)), "|" + columns.map { $0.isNumber ? "---:|" : "---|" }.joined()]
        for row in rows { lines.append(line(row.map(Self.cell))) }
        if let sums { lines.append(line(sums.map { $0.isEmpty ? "" : "**\($0)**" })) }
        if total > rows.count {
            lines.append("")
            lines.append(
                language(
                    "_\(isAscending ? "하위" : "상위") \(Figure.number(rows.count))개 / \(Figure.number(total))개 중_",
                    "_First \(Figure.number(rows.count)) of \(Figure.number(total))_"
                )
            )
        }
        return lines.joined(separator: "\n")
    }

    private func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }

    /// A text that cannot break the table.
    static func cell(_ text: String) -> String {
        var cell = ""
        for character in text.prefix(maximumCellLength + 1) {
            switch character {
            case "|": cell += "\\|"
            case _ where character.isNewline: cell += " "
            default: cell.append(character)
            }
        }
        return text.count > maximumCellLength ? String(cell.prefix(maximumCellLength)) + "…" : cell
    }
}
