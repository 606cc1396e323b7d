/// The words before an array that say which table it holds, as in "시청 이벤트 데이터 (총 60건): […]".
struct DataHeading {
    let table: TableName
    /// Offset of the first byte of the table's name.
    let start: Int
    /// Whether nothing but words that belong to a label stands between the table's name and the array.
    let isClose: Bool
    let hasColon: Bool

    /// A heading is looked for in so many bytes before an array.
    private static let reach = 240
    /// So many words or characters of another kind may follow the table's name.
    private static let maximumGap = 12

    /// Finds the heading of the data at `offset`. The table named last wins: "광고 시청 이벤트 데이터" means events.
    ///
    /// - Parameter floor: Where the data before this one end.
    init?(in text: UnsafeRawBufferPointer, before offset: Int, floor: Int) {
        var candidate: (table: TableName, start: Int)?
        var gap = 0
        var sawColon = false
        var depth = 0
        for token in LabelTokens(text, in: Self.start(in: text, before: offset, floor: floor)..<offset) {
            switch token.kind {
            case .openParenthesis: depth += 1
            case .closeParenthesis: depth = max(0, depth - 1)
            case .colon: sawColon = true
            case _ where depth > 0: break
            case .word(.table(let table)):
                candidate = (table, token.range.lowerBound)
                gap = 0
                sawColon = false
            case .sentenceEnd, .question: candidate = nil
            case .lineEnd:
                if gap > 0 { candidate = nil }
            case .other, .word(.ranking), .word(.selection), .word(.statement): gap += 1
            case .pause, .number, .word(.filler), .word(.total), .word(.unit): break
            }
        }
        guard let candidate, gap <= Self.maximumGap else { return nil }
        table = candidate.table
        start = candidate.start
        isClose = gap == 0
        hasColon = sawColon
    }

    /// The line before an array that no known heading precedes, as a name for it.
    static func line(in text: UnsafeRawBufferPointer, before offset: Int, floor: Int) -> String? {
        let context = String(decoding: text[start(in: text, before: offset, floor: floor)..<offset], as: UTF8.self)
        let decoration: Set<Character> = [" ", "\t", ":", "：", "=", "*", "#", "`", "-", ">"]
        let lines = context.split(whereSeparator: \.isNewline).map { line in
            String(line.drop { decoration.contains($0) }.reversed().drop { decoration.contains($0) }.reversed())
        }
        guard let line = lines.last(where: { !$0.isEmpty && $0 != "json" }), line.count <= 40 else { return nil }
        return line
    }

    /// Where looking back from `offset` ends: at the floor, at a bracket or at the limit of reach.
    private static func start(in text: UnsafeRawBufferPointer, before offset: Int, floor: Int) -> Int {
        let limit = max(floor, offset - reach, 0)
        var start = offset
        while start > limit, !"[]{}".utf8.contains(text[start - 1]) { start -= 1 }
        while start < offset, text[start] & 0xC0 == 0x80 { start += 1 }
        return start
    }
}
