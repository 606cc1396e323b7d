import AssistantsAPI
import Foundation

/// The rows of JSON Lines: an object a line. Empty lines are passed over; lines that are no objects are counted.
struct JSONLineRows: RowReader {
    private let bytes: UnsafeRawBufferPointer
    private var fields = JSONFields()
    private(set) var faults = ReadingFaults()

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var columns: ColumnNames { fields.columns }

    mutating func read(into row: RowCells, _ body: ([String]) throws -> Bool) throws {
        faults = ReadingFaults()
        var start = 0
        var number = 0
        while start < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
            let length = rest.lineLength
            start += length + 1
            number += 1
            let line = UnsafeRawBufferPointer(rebasing: rest[..<length])
            if line.isBlank { continue }
            row.clear()
            do throws(JSONParsingError) {
                var cursor = JSONCursor(line)
                guard try cursor.kind() == .object else {
                    throw JSONParsingError(offset: 0, reason: "expecting an object")
                }
                try fields.read(&cursor, into: row)
                try cursor.end()
            } catch {
                faults.noteStray("line \(number): \(error.reason)")
                continue
            }
            guard try body(fields.columns.names) else { break }
        }
        fields.addColumnsOfNulls()
        faults.hasMoreColumns = fields.hasMoreColumns
    }
}

extension UnsafeRawBufferPointer {
    /// The number of bytes before the first line feed.
    var lineLength: Int {
        guard let baseAddress, let end = memchr(baseAddress, 0x0A, count) else { return count }
        return UnsafeRawPointer(end) - baseAddress
    }

    var isBlank: Bool { allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D || $0 == 0x0A } }

    /// The text without blanks at its ends.
    var trimmed: UnsafeRawBufferPointer {
        var start = 0
        var end = count
        while start < end, self[start] == 0x20 || self[start] == 0x09 { start += 1 }
        while end > start, self[end - 1] == 0x20 || self[end - 1] == 0x09 { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: self[start..<end])
    }
}
