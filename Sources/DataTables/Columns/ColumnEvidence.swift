import AssistantsAPI

/// What the first rows show of a column, from which its kind is inferred.
///
/// The rules: a column is of a kind when every value seen is. JSON's true and false, or the words, are booleans;
/// numbers are integers or decimals, unless one has more digits than SQL keeps (then all stay as text, as written) or is
/// written like a name (`007`, `+82`); dates are told by their form, numbers as dates only under a name that speaks of
/// time. Everything else is text.
struct ColumnEvidence {
    private var booleans = 0
    private var integers = 0
    private var decimals = 0
    private var inexact = 0
    private var days = 0
    private var moments = 0
    private var numericMoments = 0
    private var numericDays = 0
    private var others = 0
    private var largeIntegers = 0

    private var values: Int { booleans + integers + decimals + inexact + days + moments + others }

    mutating func note(_ cell: Cell) {
        switch cell {
        case .null: break
        case .bool: booleans += 1
        case .json: others += 1
        case .number(let text): note(NumberText(text, isJSON: true))
        case .text(let text):
            if text.isBlank { return }
            let number = NumberText(text)
            if number != .none {
                note(number)
            } else if BooleanText.value(of: text) != nil {
                booleans += 1
            } else if let moment = MomentParser.moment(in: text.asText) {
                if moment.hasTime { moments += 1 } else { days += 1 }
            } else {
                others += 1
            }
        }
    }

    private mutating func note(_ number: NumberText) {
        switch number {
        case .integer(let value):
            integers += 1
            if !number.isExactDecimal { largeIntegers += 1 }
            if let moment = Moment(.integer(Int(value))) {
                if moment.hasTime { numericMoments += 1 } else { numericDays += 1 }
            }
        case .decimal: decimals += 1
        case .inexact: inexact += 1
        case .none: others += 1
        }
    }

    /// - Parameter name: The column's, which tells whether numbers may be times.
    func kind(named name: String) -> ColumnKind {
        let values = values
        if values == 0 { return .undecided }
        if booleans == values { return .boolean }
        if integers == values {
            guard numericMoments + numericDays == values, TimeWords.isIn(name) else { return .integer }
            return numericDays == values ? .date : .dateTime
        }
        if integers + decimals == values { return largeIntegers > 0 ? .text : .decimal }
        if days == values { return .date }
        if days + moments == values { return .dateTime }
        return .text
    }
}

/// The words true and false.
enum BooleanText {
    static func value(of text: UnsafeRawBufferPointer) -> Bool? {
        switch text.count {
        case 4 where matches(text, "true"): true
        case 5 where matches(text, "false"): false
        default: nil
        }
    }

    private static func matches(_ text: UnsafeRawBufferPointer, _ word: StaticString) -> Bool {
        for index in 0..<text.count where text[index] | 0x20 != word.utf8Start[index] { return false }
        return true
    }
}

/// Whether a column's name speaks of a point in time, so that numbers in it may be one.
enum TimeWords {
    static func isIn(_ name: String) -> Bool {
        let name = name.lowercased()
        let ends = [
            "at", "time", "timestamp", "date", "ts", "day", "seen", "heartbeat", "시각", "일시", "일자", "날짜", "시간", "일",
            "접속",
        ]
        if name.hasSuffix("at"), !name.hasSuffix("heartbeat"), !name.hasSuffix("_at"), !name.hasSuffix("edat"),
            name.count > 2
        {
            // "format" and "seat" are none; "viewedAt" and "at" are.
            return ["viewat", "startat", "endat", "eventat", "seenat", "createat", "updateat"].contains(name)
        }
        return ends.contains { name.hasSuffix($0) }
    }
}
