import AssistantsAPI

/// One JSON array of a table as far as it could be read.
struct ArrayReading: Sendable {
    var rows: [JSONObject] = []
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
    /// - Parameter lastGood: Becomes the offset behind the last complete element.
    init(reading cursor: inout JSONCursor, lastGood: inout Int) {
        let start = cursor.offset
        lastGood = start + 1
        do throws(JSONParsingError) {
            try cursor.forEachElement { (cursor) throws(JSONParsingError) in
                append(try cursor.value())
                lastGood = cursor.offset
            }
            lastGood = cursor.offset
        } catch {
            fault = .malformed(reason: error.reason)
        }
    }

    private mutating func append(_ element: JSONValue) {
        if case .object(let row) = element { rows.append(row) } else { strayElements += 1 }
    }
}
