import AssistantsAPI

/// The rows that a query returned, each value exactly as SQL has it.
package struct QueryResult: Sendable, Equatable {
    package enum Value: Sendable, Equatable {
        case null
        case integer(Int64)
        /// As it is written: stored decimals in full, computed ones to fifteen digits.
        case decimal(String)
        case text(String)
    }

    package enum Cut: Sendable, Equatable {
        case rows(limit: Int)
        case bytes(limit: Int)
    }

    package var columns: [String]
    package var rows: [[Value]]
    /// Why there are rows that are not here; nil when all are.
    package var cut: Cut?
}

extension QueryResult: JSONWritable {
    /// Writes columns and rows as arrays, with numbers as they are.
    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.key("columns")
        json.beginArray()
        for column in columns { json.value(column) }
        json.endArray()
        json.key("rows")
        json.beginArray()
        for row in rows {
            json.beginArray()
            for value in row { json.value(value) }
            json.endArray()
        }
        json.endArray()
        json.member("row_count", rows.count)
        if let cut {
            json.key("truncated")
            json.value(cut.text)
        }
        json.endObject()
    }
}

extension QueryResult.Value: JSONWritable {
    package func write(to json: inout JSONWriter) {
        switch self {
        case .null: json.null()
        case .integer(let value): json.value(Int(value))
        case .decimal(let text): json.raw(text)
        case .text(let text): json.value(text)
        }
    }

    /// The value as a reader sees it; nil for null.
    package var text: String? {
        switch self {
        case .null: nil
        case .integer(let value): String(value)
        case .decimal(let text): text
        case .text(let text): text
        }
    }
}

extension QueryResult.Cut {
    package var text: String {
        switch self {
        case .rows(let limit): "There are more than \(limit) rows: aggregate, filter, or page with LIMIT and OFFSET."
        case .bytes(let limit): "The result is larger than \(limit) bytes: select fewer columns or rows."
        }
    }
}
