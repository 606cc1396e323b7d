import AssistantsAPI

/// Writes rows of sample data as text.
package struct SampleRowText: Sendable {
    package enum Format: String, CaseIterable, Sendable {
        case json, jsonl, csv
    }

    private let table: SampleTable
    private let format: Format

    package init(_ table: SampleTable, as format: Format) {
        self.table = table
        self.format = format
    }

    /// What stands before the first row.
    package var opening: [UInt8] {
        switch format {
        case .json: Array("[\n".utf8)
        case .jsonl: []
        case .csv: Array((table.columns.map(\.description).joined(separator: ",") + "\n").utf8)
        }
    }

    /// What stands behind the last row.
    package var closing: [UInt8] { format == .json ? Array("\n]\n".utf8) : [] }

    /// Appends a row with its line end, and what stands between it and the one before.
    package func append(_ row: [SampleValue], isFirst: Bool, to bytes: inout [UInt8]) {
        switch format {
        case .json:
            if !isFirst { bytes.append(contentsOf: ",\n".utf8) }
            object(row, &bytes)
        case .jsonl:
            object(row, &bytes)
            bytes.append(UInt8(ascii: "\n"))
        case .csv:
            for (index, value) in row.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                plain(value, &bytes)
            }
            bytes.append(UInt8(ascii: "\n"))
        }
    }

    private func object(_ row: [SampleValue], _ bytes: inout [UInt8]) {
        var json = JSONWriter(reservingCapacity: 256)
        json.beginObject()
        for (column, value) in zip(table.columns, row) {
            json.key(column)
            switch value {
            case .null: json.null()
            case .text(let text): json.value(text)
            case .integer(let number): json.value(number)
            case .tenths(let tenths): json.raw("\(tenths / 10).\(tenths % 10)")
            case .flag(let flag): json.value(flag)
            }
        }
        json.endObject()
        bytes.append(contentsOf: json.bytes)
    }

    private func plain(_ value: SampleValue, _ bytes: inout [UInt8]) {
        switch value {
        case .null: break
        case .text(let text):
            let isQuoted = text.utf8.contains { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 < 0x20 }
            bytes.append(contentsOf: (isQuoted ? text.quotedField : text).utf8)
        case .integer(let number): bytes.append(contentsOf: String(number).utf8)
        case .tenths(let tenths): bytes.append(contentsOf: "\(tenths / 10).\(tenths % 10)".utf8)
        case .flag(let flag): bytes.append(contentsOf: (flag ? "true" : "false").utf8)
        }
    }
}

extension String {
    fileprivate var quotedField: String {
        "\"" + split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
