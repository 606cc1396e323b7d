/// The rows of comma-, tab-, semicolon- or bar-separated text (RFC 4180): fields may stand in double quotes, with line
/// breaks and doubled quotes inside. Empty fields are null, blanks around fields that are not quoted are taken off.
///
/// The first record names the columns if none of its fields is empty, a number or a date; else they are `column_1` and
/// so on.
struct SeparatedRows: RowReader {
    private let bytes: UnsafeRawBufferPointer
    private let separator: UInt8
    private let firstRow: Int
    private(set) var columns = ColumnNames()
    private(set) var faults = ReadingFaults()

    /// - Parameter separator: What stands between fields; nil to see by the first record.
    init(_ bytes: UnsafeRawBufferPointer, separator: UInt8?) {
        self.bytes = bytes
        self.separator = separator ?? Self.separator(of: bytes)
        let row = RowCells()
        var scan = RecordScan(bytes, separator: self.separator, from: 0)
        let count = scan.next(into: row)
        let header = (0..<count).map { row[$0] }
        if count > 0, header.allSatisfy(Self.isName) {
            for case .text(let name) in header { columns.add(String(decoding: name, as: UTF8.self)) }
            firstRow = scan.offset
        } else {
            firstRow = 0
        }
    }

    mutating func read(into row: RowCells, _ body: ([String]) throws -> Bool) throws {
        faults = ReadingFaults()
        var scan = RecordScan(bytes, separator: separator, from: firstRow)
        while true {
            row.clear()
            let count = scan.next(into: row)
            if count == 0 { break }
            while columns.names.count < min(count, TableLimits.columns) {
                columns.add("column_\(columns.names.count + 1)")
            }
            if count > TableLimits.columns { faults.hasMoreColumns = true }
            guard try body(columns.names) else { return }
        }
        if scan.isUnterminated {
            faults.isCutShort = true
            faults.reason = "a quoted field does not end"
        }
    }

    private static func isName(_ cell: Cell) -> Bool {
        guard case .text(let bytes) = cell else { return false }
        if case .none = NumberText(bytes) { return MomentParser.moment(in: bytes.asText) == nil }
        return false
    }

    /// The sign that stands most often in the first line, outside quotes; a comma when none does.
    private static func separator(of bytes: UnsafeRawBufferPointer) -> UInt8 {
        let line = bytes[..<min(bytes.lineLength, 1 << 16)]
        let signs = [UInt8(ascii: ","), UInt8(ascii: "\t"), UInt8(ascii: ";"), UInt8(ascii: "|")]
        var counts = [0, 0, 0, 0]
        var isQuoted = false
        for byte in line {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if !isQuoted, let index = signs.firstIndex(of: byte) { counts[index] += 1 }
        }
        let most = counts.max() ?? 0
        return most == 0 ? signs[0] : signs[counts.firstIndex(of: most) ?? 0]
    }
}

/// Takes separated text apart, record by record.
private struct RecordScan {
    private let bytes: UnsafeRawBufferPointer
    private let separator: UInt8
    private(set) var offset: Int
    private(set) var isUnterminated = false

    init(_ bytes: UnsafeRawBufferPointer, separator: UInt8, from offset: Int) {
        self.bytes = bytes
        self.separator = separator
        self.offset = offset
    }

    /// Reads a record that is not blank; returns how many fields it has, 0 at the end.
    mutating func next(into row: RowCells) -> Int {
        while offset < bytes.count {
            var count = 0
            var isBlank = true
            var hasMore = true
            while hasMore {
                let cell: Cell
                (cell, hasMore) = field(row)
                if !cell.isNull { isBlank = false }
                if count < TableLimits.columns { row.put(cell, at: count) }
                count += 1
            }
            if !isBlank { return count }
        }
        return 0
    }

    /// Reads a field and the separator or line end behind it; false when it was the record's last.
    private mutating func field(_ row: RowCells) -> (Cell, hasMore: Bool) {
        var start = offset
        while start < bytes.count, bytes[start] == 0x20 { start += 1 }
        if start < bytes.count, bytes[start] == UInt8(ascii: "\"") { return quoted(from: start + 1, row) }
        start = offset
        var index = offset
        while index < bytes.count, bytes[index] != separator, bytes[index] != 0x0A, bytes[index] != 0x0D { index &+= 1 }
        let text = UnsafeRawBufferPointer(rebasing: bytes[start..<index]).trimmed
        offset = index
        return (text.isEmpty ? .null : .text(text), endField())
    }

    private mutating func quoted(from start: Int, _ row: RowCells) -> (Cell, hasMore: Bool) {
        var index = start
        var hasEscapes = false
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "\"") {
                guard index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "\"") else { break }
                hasEscapes = true
                index += 1
            }
            index += 1
        }
        if index >= bytes.count { isUnterminated = true }
        let raw = UnsafeRawBufferPointer(rebasing: bytes[start..<min(index, bytes.count)])
        // What stands between the closing quote and the separator is passed over.
        offset = min(index + 1, bytes.count)
        while offset < bytes.count, bytes[offset] != separator, bytes[offset] != 0x0A, bytes[offset] != 0x0D {
            offset += 1
        }
        let more = endField()
        if raw.isEmpty { return (.null, more) }
        return (.text(hasEscapes ? row.keep(Self.unescaped(raw)) : raw), more)
    }

    private static func unescaped(_ raw: UnsafeRawBufferPointer) -> [UInt8] {
        var plain: [UInt8] = []
        plain.reserveCapacity(raw.count)
        var index = 0
        while index < raw.count {
            plain.append(raw[index])
            index += raw[index] == UInt8(ascii: "\"") ? 2 : 1
        }
        return plain
    }

    private mutating func endField() -> Bool {
        guard offset < bytes.count else { return false }
        if bytes[offset] == separator {
            offset += 1
            return true
        }
        if bytes[offset] == 0x0D { offset += 1 }
        if offset < bytes.count, bytes[offset] == 0x0A { offset += 1 }
        return false
    }
}

extension UnsafeRawBufferPointer {
    /// The same bytes as code units of UTF-8.
    var asText: UnsafeBufferPointer<UInt8> { assumingMemoryBound(to: UInt8.self) }
}
