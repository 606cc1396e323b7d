/// A size of a table that a text states in words: "총 12개의 타겟광고", "Devices (5)".
struct StatedCount: Equatable, Sendable {
    let table: TableName
    let count: Int
}

extension StatedCount {
    /// The sizes stated in the part `range` of a text.
    ///
    /// A number counts when it is marked as a total, stands in brackets behind the table's name, follows the name and
    /// a colon, or goes on a list that began with such a number. "상위 5개 광고" states nothing about the table.
    ///
    /// - Parameter table: The table whose array stands right before the part, as in `[…] (총 12개)`.
    /// - Returns: `listed` are the sizes of several tables that a sentence counts one after the other ("광고 3개, 디바이스 5대",
    ///   "12 ads and 5 devices"), or of one of which it says no more ("광고는 5개입니다", "There are 12 ads"). In a text that comes
    ///   with data they say how much there is of it; in another they may say what is wanted.
    static func all(
        in text: UnsafeRawBufferPointer,
        range: Range<Int>,
        after table: TableName?
    ) -> (stated: [StatedCount], listed: [StatedCount]) {
        var reader = Reader(table: table)
        for token in LabelTokens(text, in: range) { reader.read(token) }
        reader.endSentence()
        return (reader.counts, reader.listed)
    }

    /// Reads tokens of a sentence; what it remembers of it is bounded.
    private struct Reader {
        private(set) var counts: [StatedCount] = []
        private(set) var listed: [StatedCount] = []

        /// The table named last in the sentence and what has been read since.
        private var table: TableName?
        private var gap = Gap.none
        /// Whether the sentence has shown that its numbers are totals.
        private var isTotal = false
        private var isRanking = false
        private var isInParentheses = false
        private var number: Number?
        /// Tables that the sentence has counted in passing.
        private var counted: [StatedCount] = []
        private var isSelection = false
        private var isStatement = false
        /// Whether the sentence has words that may narrow down what is counted: "온라인 디바이스는 1대입니다".
        private var isNarrowed = false

        private enum Gap { case none, colon, words }

        /// A number whose table is known or is the next one named.
        private struct Number {
            let value: Int
            let table: TableName?
            /// Whether it is the size of its table; else it is told in passing.
            let isTotal: Bool
            var hasUnit = false
        }

        init(table: TableName?) { self.table = table }

        mutating func read(_ token: LabelToken) {
            switch token.kind {
            case .number(let value): take(value)
            case .word(.unit): takeUnit()
            case .word(.table(let name)): take(name)
            case .word(.filler): break
            case .word(.total):
                settle()
                isTotal = true
            case .word(.ranking):
                settle()
                isRanking = true
                isSelection = true
            case .word(.statement):
                settle()
                isStatement = true
            case .word(.selection):
                takeOther()
                isSelection = true
            case .colon:
                settle()
                if gap == .none { gap = .colon }
            case .pause: settle()
            case .openParenthesis: isInParentheses = true
            case .closeParenthesis:
                settle()
                isInParentheses = false
            case .question:
                isSelection = true
                endSentence()
            case .sentenceEnd, .lineEnd: endSentence()
            case .other: takeOther()
            }
        }

        mutating func endSentence() {
            settle()
            table = nil
            gap = .none
            isTotal = false
            isRanking = false
            isInParentheses = false
            let isList = Set(counted.map(\.table)).count > 1
            if !isSelection, isList || (isStatement && !isNarrowed) { listed += counted }
            counted = []
            isSelection = false
            isStatement = false
            isNarrowed = false
        }

        private mutating func take(_ value: Int) {
            settle()
            defer { isRanking = false }
            let isBehindName = table != nil && gap != .words
            guard !isRanking else { return }
            let isSize = isTotal || (isBehindName && (gap == .colon || isInParentheses))
            number = Number(value: value, table: isBehindName ? table : nil, isTotal: isSize)
        }

        private mutating func takeUnit() {
            if number == nil { return takeOther() }
            number?.hasUnit = true
        }

        private mutating func take(_ name: TableName) {
            if let pending = number, pending.table == nil, pending.isTotal || !looksLikeYear(pending.value) {
                let count = StatedCount(table: name, count: pending.value)
                if pending.isTotal { counts.append(count) } else { counted.append(count) }
                number = nil
                table = nil
            } else {
                settle()
                table = name
            }
            gap = .none
            isRanking = false
        }

        private mutating func takeOther() {
            settle()
            isRanking = false
            isNarrowed = true
            gap = .words
        }

        /// Gives a number that no table's name followed to the table named before it.
        private mutating func settle() {
            guard let pending = number else { return }
            number = nil
            guard let table = pending.table else { return }
            let count = StatedCount(table: table, count: pending.value)
            if pending.isTotal, pending.hasUnit || !looksLikeYear(pending.value) {
                counts.append(count)
                isTotal = true
                self.table = nil
            } else if !pending.isTotal, pending.hasUnit {
                counted.append(count)
                self.table = nil
            }
        }

        private func looksLikeYear(_ value: Int) -> Bool { 1900...2100 ~= value }
    }
}
