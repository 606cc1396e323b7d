import AssistantsAPI

/// One JSON array of a table as far as it could be read.
struct ArrayReading: Sendable {
    var rows: [JSONObject] = []
    /// How many elements are JSON objects; they are not all in `rows` when the array was only stepped over.
    private(set) var rowCount = 0
    /// Elements that are not JSON objects and so no rows.
    var strayElements = 0
    var fault: Fault?

    /// Why an array could not be read to its end; the rows before the fault are kept.
    enum Fault: Sendable, Equatable {
        /// The text ends before the array does.
        case cutOff
        case malformed(reason: String)
    }

    /// Takes the elements of an array that has been parsed already.
    init(elements: [JSONValue]) {
        rows.reserveCapacity(elements.count)
        for element in elements { append(element) }
    }

    /// Reads the array at the cursor. Where it is faulty the cursor is left at the fault.
    ///
    /// - Parameters:
    ///   - keepsRows: Whether the rows are wanted, not only where the array ends.
    ///   - lastGood: Becomes the offset behind the last complete element.
    init(reading cursor: inout JSONCursor, keepsRows: Bool, lastGood: inout Int) {
        let start = cursor.offset
        lastGood = start + 1
        do throws(JSONParsingError) {
            try cursor.forEachElement { (cursor) throws(JSONParsingError) in
                if keepsRows {
                    append(try cursor.value())
                } else {
                    if try cursor.kind() == .object { rowCount += 1 } else { strayElements += 1 }
                    try cursor.skipValue()
                }
                lastGood = cursor.offset
            }
            lastGood = cursor.offset
        } catch {
            fault = .malformed(reason: error.reason)
        }
    }

    private mutating func append(_ element: JSONValue) {
        if case .object(let row) = element {
            rows.append(row)
            rowCount += 1
        } else {
            strayElements += 1
        }
    }
}
