import Foundation

/// The different values of a column, by how they are written in the source, each with a number (0 is null). A value that comes
/// again costs a look-up in place of being read.
///
/// Values that are equal but written differently have different numbers and, in the end, the same rank.
struct ColumnDictionary {
    private struct Entry {
        let hash: UInt64
        let key: Int
        let keyCount: Int
        let kind: UInt8
        var tag: UInt8
        var word: UInt64
        var count: Int
        let isException: Bool
        let isCut: Bool
    }

    private var entries: [Entry] = []
    /// Numbers of entries, 0 where there is none.
    private var slots = [UInt16](repeating: 0, count: 64)
    private let keys = ByteHeap()
    private let texts = ByteHeap()
    private let capacity: Int

    /// So that nobody can make values whose hashes meet.
    private static let seed = UInt64.random(in: 0...UInt64.max)
    /// Bytes of values on average, beyond which the dictionary counts as full.
    private static let bytes = 32

    /// - Parameter capacity: How many values there may be, at most 65,535.
    init(capacity: Int) {
        self.capacity = min(capacity, 65_535)
        entries.append(
            Entry(
                hash: 0,
                key: 0,
                keyCount: 0,
                kind: 0xFF,
                tag: StoredValue.Tag.null,
                word: 0,
                count: 0,
                isException: false,
                isCut: false
            )
        )
    }

    /// The number of a value that has been there before, counted once more.
    mutating func code(of bytes: UnsafeRawBufferPointer, kind: UInt8) -> UInt16? {
        let hash = Self.hash(bytes, kind)
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] != 0 {
            let code = Int(slots[slot])
            if entries[code].hash == hash, entries[code].kind == kind, isKey(code, bytes) {
                entries[code].count &+= 1
                return UInt16(truncatingIfNeeded: code)
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    /// Gives a new value a number; nil when there is no room for it.
    mutating func add(_ typed: TypedCell, writtenAs bytes: UnsafeRawBufferPointer, kind: UInt8) -> UInt16? {
        guard entries.count <= capacity, keys.count + bytes.count <= capacity * Self.bytes else { return nil }
        if 2 * entries.count >= slots.count { grow() }
        let (tag, word) = typed.value.written(to: texts)
        let hash = Self.hash(bytes, kind)
        let code = entries.count
        entries.append(
            Entry(
                hash: hash,
                key: keys.append(bytes),
                keyCount: bytes.count,
                kind: kind,
                tag: tag,
                word: word,
                count: 1,
                isException: typed.isException,
                isCut: typed.isCut
            )
        )
        place(code, hash)
        return UInt16(truncatingIfNeeded: code)
    }

    var count: Int { entries.count }

    func value(_ code: Int) -> StoredValue {
        StoredValue(tag: entries[code].tag, word: entries[code].word, text: texts.start)
    }

    /// Makes integers decimals, as the column turned out to be one of those.
    mutating func makeDecimal() {
        for code in entries.indices {
            guard case .integer(let value) = value(code) else { continue }
            entries[code].tag = StoredValue.Tag.decimal
            entries[code].word = Double(value).bitPattern
        }
    }

    /// Notes all values as often as they came.
    func note(in tally: inout ColumnTally) {
        for code in entries.indices where entries[code].count > 0 {
            let entry = entries[code]
            let typed = TypedCell(value(code), isException: entry.isException, isCut: entry.isCut)
            tally.note(typed, times: entry.count)
        }
    }

    /// The values with their ranks and how often they came.
    var ranked: RankedValues {
        RankedValues(count: entries.count, value: value, times: { entries[$0].count })
    }

    func write(to file: AppendedFile, ranks: [UInt32]) throws -> ColumnLayout.Values {
        try ColumnLayout.Values(
            writing: entries.map(\.word),
            ranks: ranks,
            tags: entries.map(\.tag),
            text: texts,
            to: file
        )
    }

    private static func hash(_ bytes: UnsafeRawBufferPointer, _ kind: UInt8) -> UInt64 {
        ValueHash.of(bytes, seed: seed &+ UInt64(kind))
    }

    private func isKey(_ code: Int, _ bytes: UnsafeRawBufferPointer) -> Bool {
        guard entries[code].keyCount == bytes.count else { return false }
        guard let start = bytes.baseAddress, !bytes.isEmpty else { return true }
        return memcmp(keys.start + entries[code].key, start, bytes.count) == 0
    }

    private mutating func grow() {
        slots = [UInt16](repeating: 0, count: 2 * slots.count)
        for code in entries.indices.dropFirst() { place(code, entries[code].hash) }
    }

    private mutating func place(_ code: Int, _ hash: UInt64) {
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = UInt16(truncatingIfNeeded: code)
    }
}
