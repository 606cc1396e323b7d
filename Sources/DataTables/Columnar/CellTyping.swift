import AssistantsAPI

/// Reads cells as values of one column's kind.
struct CellTyping {
    /// A column turned out to be of another kind than its first rows showed: loading begins anew with this kind.
    struct Rekind: Error {
        let kind: ColumnKind
    }

    private let name: String
    private(set) var kind: ColumnKind
    /// Whether the kind is sure from the first rows; else it may change on the way.
    private let isDeclared: Bool
    /// Where the text of a point in time stands until the next one is read.
    private let momentText = ByteHeap(capacity: MomentText.capacity)

    init(name: String, kind: ColumnKind) {
        self.name = name
        self.kind = kind
        isDeclared = kind != .undecided
    }

    /// - Parameter cell: Not null.
    mutating func read(_ cell: Cell) throws -> TypedCell {
        if kind == .undecided {
            var evidence = ColumnEvidence()
            evidence.note(cell)
            kind = evidence.kind(named: name)
        }
        switch kind {
        case .integer, .decimal: return try number(cell)
        case .boolean: return boolean(cell)
        case .date, .dateTime: return moment(cell)
        case .text, .undecided: return text(cell)
        }
    }

    private mutating func number(_ cell: Cell) throws -> TypedCell {
        let number: NumberText
        switch cell {
        case .number(let text): number = NumberText(text, isJSON: true)
        case .text(let text): number = NumberText(text.trimmed)
        case .null, .bool, .json: number = .none
        }
        switch number {
        case .integer(let value) where kind == .integer: return TypedCell(.integer(value))
        case .integer(let value) where number.isExactDecimal: return TypedCell(.decimal(Double(value)))
        case .decimal(let value):
            if kind == .integer {
                guard !isDeclared else { throw Rekind(kind: .decimal) }
                kind = .decimal
            }
            return TypedCell(.decimal(value))
        case .integer, .inexact: throw Rekind(kind: .text)
        case .none: return exception(cell)
        }
    }

    private func boolean(_ cell: Cell) -> TypedCell {
        let value: Bool?
        switch cell {
        case .bool(let flag): value = flag
        case .text(let text): value = BooleanText.value(of: text.trimmed)
        case .null, .number, .json: value = nil
        }
        return value.map { TypedCell(.integer($0 ? 1 : 0)) } ?? exception(cell)
    }

    private func moment(_ cell: Cell) -> TypedCell {
        guard let moment = Self.moment(cell) else { return exception(cell) }
        var text = MomentText(momentText.start.assumingMemoryBound(to: UInt8.self))
        text.write(moment, isDay: kind == .date)
        return TypedCell(.text(text.bytes), moment: moment)
    }

    private static func moment(_ cell: Cell) -> Moment? {
        switch cell {
        case .text(let text): Moment(plain: text.asText) ?? MomentParser.moment(in: text.trimmed.asText)
        case .number(let text):
            if case .integer(let value) = NumberText(text, isJSON: true) { Moment(.integer(Int(value))) } else { nil }
        case .null, .bool, .json: nil
        }
    }

    private func text(_ cell: Cell) -> TypedCell {
        let bytes = cell.written
        guard bytes.count > TableLimits.text else { return TypedCell(.text(bytes)) }
        var end = TableLimits.text
        while bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return TypedCell(.text(UnsafeRawBufferPointer(rebasing: bytes[..<end])), isCut: true)
    }

    /// Keeps what is not of the column's kind as it was written; blank text is null in a column of another kind than text.
    private func exception(_ cell: Cell) -> TypedCell {
        if cell.written.isBlank { return TypedCell(.null) }
        var kept = text(cell)
        kept.isException = !kept.isCut
        return kept
    }
}

extension Cell {
    /// The bytes as they were written.
    var written: UnsafeRawBufferPointer {
        switch self {
        case .null: UnsafeRawBufferPointer(start: nil, count: 0)
        case .bool(let flag): flag ? Self.word("true") : Self.word("false")
        case .number(let text), .text(let text), .json(let text): text
        }
    }

    private static func word(_ word: StaticString) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    }

    /// Tells what the same bytes are in one row from what they are in another.
    var kindNumber: UInt8 {
        switch self {
        case .null: 0
        case .bool: 1
        case .number: 2
        case .text: 3
        case .json: 4
        }
    }
}
