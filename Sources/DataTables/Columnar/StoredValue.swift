import Foundation

/// A value as a column stores it. The bytes of a text are somebody else's.
enum StoredValue {
    case null
    case integer(Int64)
    case decimal(Double)
    case text(UnsafeRawBufferPointer)

    /// What is written of a value: its kind, and a word with the number, or with the place and the length of a text.
    enum Tag {
        static let null: UInt8 = 0
        static let integer: UInt8 = 1
        static let decimal: UInt8 = 2
        static let text: UInt8 = 3
    }

    /// Bits of a text's word that are its length; those above are its place.
    static let lengthBits: UInt64 = 20

    static func word(offset: Int, count: Int) -> UInt64 { UInt64(offset) << lengthBits | UInt64(count) }

    /// - Parameter text: What the places of texts are counted from.
    init(tag: UInt8, word: UInt64, text: UnsafeRawPointer) {
        switch tag {
        case Tag.integer: self = .integer(Int64(bitPattern: word))
        case Tag.decimal: self = .decimal(Double(bitPattern: word))
        case Tag.text:
            let count = Int(word & (1 << Self.lengthBits - 1))
            self = .text(UnsafeRawBufferPointer(start: text + Int(word >> Self.lengthBits), count: count))
        default: self = .null
        }
    }

    /// The tag and the word; a text is put into `heap`.
    func written(to heap: ByteHeap) -> (tag: UInt8, word: UInt64) {
        switch self {
        case .null: (Tag.null, 0)
        case .integer(let value): (Tag.integer, UInt64(bitPattern: value))
        case .decimal(let value): (Tag.decimal, value.bitPattern)
        case .text(let bytes): (Tag.text, Self.word(offset: heap.append(bytes), count: bytes.count))
        }
    }

    /// The same for values that SQL takes for equal.
    var hash: UInt64 {
        switch self {
        case .null: return 0
        case .integer(let value): return ValueHash.of(UInt64(bitPattern: value))
        case .decimal(let value):
            if let whole = Int64(exactly: value) { return ValueHash.of(UInt64(bitPattern: whole)) }
            return ValueHash.of(value.bitPattern)
        case .text(let bytes): return ValueHash.of(bytes)
        }
    }

    /// The order of SQL: nulls, numbers, texts by their bytes.
    static func order(_ left: StoredValue, _ right: StoredValue) -> Int {
        switch (left, right) {
        case (.integer(let one), .integer(let other)): return one < other ? -1 : one == other ? 0 : 1
        case (.text(let one), .text(let other)): return order(one, other)
        default: break
        }
        if let one = left.number, let other = right.number { return one < other ? -1 : one == other ? 0 : 1 }
        return left.place - right.place
    }

    private static func order(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int {
        let common = min(left.count, right.count)
        if common > 0, let one = left.baseAddress, let other = right.baseAddress {
            let result = memcmp(one, other, common)
            if result != 0 { return Int(result) }
        }
        return left.count - right.count
    }

    private var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .decimal(let value): value
        case .null, .text: nil
        }
    }

    private var place: Int {
        switch self {
        case .null: 0
        case .integer, .decimal: 1
        case .text: 2
        }
    }
}
