import AssistantsAPI

/// A user's message taken apart: the tables in it, the sizes it states, and the words that are left.
struct MessageContent {
    private(set) var tables: [FoundTable] = []
    private(set) var stated: [StatedCount] = []
    /// Sizes that it states of the data it comes with, if it comes with data.
    private(set) var listed: [StatedCount] = []
    /// The message without its data and their labels.
    private(set) var words = ""
    /// The labels of its data.
    private(set) var labels = ""
    /// Where its data are, in bytes of UTF-8, in their order.
    private(set) var ranges: [Range<Int>] = []

    /// Takes a message apart in time linear in its size, whatever it holds.
    ///
    /// - Parameter keepsRows: Whether the rows of the tables are wanted, not only the words around them.
    init(_ message: String, keepsRows: Bool = true) {
        var copy = message
        copy.withUTF8 { utf8 in
            var scan = MessageScan(UnsafeRawBufferPointer(utf8), keepsRows: keepsRows)
            scan.run()
            tables = scan.tables
            stated = scan.stated
            listed = scan.listed
            words = scan.words
            labels = scan.labels
            ranges = scan.ranges.map { $0.lowerBound..<min($0.upperBound, utf8.count) }
        }
    }
}

/// The pass over a message's bytes that finds JSON among words.
private struct MessageScan {
    private let text: UnsafeRawBufferPointer
    private let keepsRows: Bool
    private var index = 0
    /// Where the run of words begins that has not been kept yet.
    private var wordsStart = 0
    /// No label reaches back beyond this offset.
    private var floor = 0
    private var previousTable: TableName?
    /// Bytes behind faults that may still be looked at a second time; it keeps the whole pass linear.
    private var budget: Int

    private(set) var tables: [FoundTable] = []
    private(set) var stated: [StatedCount] = []
    private(set) var listed: [StatedCount] = []
    private(set) var words = ""
    private(set) var labels = ""
    private(set) var ranges: [Range<Int>] = []

    init(_ text: UnsafeRawBufferPointer, keepsRows: Bool) {
        self.text = text
        self.keepsRows = keepsRows
        budget = 4 * text.count + 4096
    }

    mutating func run() {
        while index < text.count {
            switch text[index] {
            case UInt8(ascii: "["): readArray(at: index)
            case UInt8(ascii: "{"): readObject(at: index)
            default: index += 1
            }
        }
        keepWords(upTo: text.count)
        let rest = min(wordsStart, text.count)..<text.count
        takeSizes(in: rest)
    }

    private mutating func takeSizes(in range: Range<Int>) {
        let sizes = StatedCount.all(in: text, range: range, after: previousTable)
        stated += sizes.stated
        listed += sizes.listed
    }

    // MARK: Arrays

    private mutating func readArray(at start: Int) {
        let heading = DataHeading(in: text, before: start, floor: floor)
        let beginsRows = firstByte(after: start) == UInt8(ascii: "{")
        guard beginsRows || heading?.isClose == true else {
            index = start + 1
            return
        }
        var cursor = JSONCursor(UnsafeRawBufferPointer(rebasing: text[start...]))
        var lastGood = 0
        var reading = ArrayReading(reading: &cursor, keepsRows: keepsRows, lastGood: &lastGood)
        let stop = min(start + cursor.offset, text.count)
        guard isData(reading, heading, beginsRows: beginsRows) else {
            resume(at: reading.fault == nil ? stop : start + 1, insteadOf: stop)
            return
        }
        let isFaulty = reading.fault != nil
        if isFaulty, endsTooEarly(at: stop) || reading.fault?.isOfCutText == true { reading.fault = .cutOff }
        let name = heading.map { .known($0.table) } ?? name(of: reading, before: start)
        accept([FoundTable(name: name, reading: reading)], at: start, headingStart: heading?.start ?? start)
        if isFaulty { skipFault(from: start + lastGood, to: stop) } else { skip(to: stop) }
    }

    /// Tells a table from brackets in a sentence.
    private func isData(_ reading: ArrayReading, _ heading: DataHeading?, beginsRows: Bool) -> Bool {
        if reading.fault != nil { return beginsRows || heading?.hasColon == true }
        if reading.rowCount > 0 { return true }
        return heading != nil && (reading.strayElements == 0 || heading?.hasColon == true)
    }

    private func name(of reading: ArrayReading, before start: Int) -> FoundTable.Name {
        if let row = reading.rows.first, let table = TableName(shapeOf: row) { return .known(table) }
        // Names for more arrays than are kept would be work for nothing.
        if tables.count > SignageData.maximumExtraTables { return .other(nil) }
        return .other(DataHeading.line(in: text, before: start, floor: floor))
    }

    // MARK: Objects

    private mutating func readObject(at start: Int) {
        guard firstByte(after: start) == UInt8(ascii: "\"") else {
            index = start + 1
            return
        }
        var cursor = JSONCursor(UnsafeRawBufferPointer(rebasing: text[start...]))
        var collector = TableCollector(keepsRows: keepsRows)
        do throws(JSONParsingError) {
            try collector.collect(from: &cursor)
            let stop = min(start + cursor.offset, text.count)
            if collector.hasKnownTable {
                accept(collector, at: start)
                skip(to: stop)
            } else {
                index = stop
            }
        } catch {
            let stop = min(start + cursor.offset, text.count)
            if collector.hasKnownTable {
                accept(collector, at: start)
                skipFault(from: stop, to: stop)
            } else {
                resume(at: start + 1, insteadOf: stop)
            }
        }
    }

    private mutating func accept(_ collector: TableCollector, at start: Int) {
        accept(collector.found, at: start, headingStart: start)
        stated += collector.stated
        previousTable = nil
    }

    // MARK: Steps

    private mutating func accept(_ found: [FoundTable], at start: Int, headingStart: Int) {
        keepWords(upTo: headingStart)
        let sizesStart = min(wordsStart, headingStart)
        takeSizes(in: sizesStart..<start)
        labels += String(decoding: text[headingStart..<start], as: UTF8.self)
        ranges.append(start..<start)
        tables += found
        previousTable = nil
        if found.count == 1, case .known(let table) = found[0].name { previousTable = table }
    }

    private mutating func keepWords(upTo end: Int) {
        guard wordsStart < end else { return }
        if !words.isEmpty { words += "\n" }
        words += String(decoding: text[wordsStart..<end], as: UTF8.self)
    }

    private mutating func skip(to end: Int) {
        index = end
        wordsStart = end
        floor = end
        endRange()
    }

    /// What was accepted last ends where words begin again.
    private mutating func endRange() {
        guard let last = ranges.popLast() else { return }
        ranges.append(last.lowerBound..<max(last.lowerBound, wordsStart))
    }

    /// Goes on behind a fault: the rest of the data is no words, but a label and an array in it are still found.
    private mutating func skipFault(from lastGood: Int, to stop: Int) {
        wordsStart = remainsEnd(from: lastGood)
        endRange()
        floor = min(lastGood, text.count)
        resume(at: lastGood, insteadOf: stop)
    }

    private mutating func resume(at early: Int, insteadOf late: Int) {
        let cost = late - early
        if cost <= budget {
            budget -= max(cost, 0)
            index = early
        } else {
            index = max(late, early)
        }
    }

    /// Where the data that go on behind a fault seem to end: at the bracket that closes them, at a line break inside a
    /// string, or before a line that does not look like JSON.
    private mutating func remainsEnd(from start: Int) -> Int {
        var depth = 1
        var isInString = false
        var position = min(start, text.count)
        while position < text.count, budget > 0 {
            budget -= 1
            switch text[position] {
            case UInt8(ascii: "\""): isInString.toggle()
            case UInt8(ascii: "\\") where isInString: position += 1
            case UInt8(ascii: "\n") where isInString || !continuesJSON(afterLineBreak: position): return position
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += isInString ? 0 : 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= isInString ? 0 : 1
            default: break
            }
            position += 1
            if depth == 0 { return position }
        }
        return min(position, text.count)
    }

    private func continuesJSON(afterLineBreak position: Int) -> Bool {
        var next = position + 1
        while next < text.count, next < position + 64, " \t\r".utf8.contains(text[next]) { next += 1 }
        return next < text.count && "\"{}[],-0123456789".utf8.contains(text[next])
    }

    private func firstByte(after start: Int) -> UInt8? {
        var position = start + 1
        while position < text.count, " \n\r\t".utf8.contains(text[position]) { position += 1 }
        return position < text.count ? text[position] : nil
    }

    private func endsTooEarly(at stop: Int) -> Bool {
        stop >= text.count || firstByte(after: stop - 1) == nil
    }
}

extension ArrayReading.Fault {
    /// Whether the parser stumbled where a text was cut inside a string.
    fileprivate var isOfCutText: Bool {
        guard case .malformed(let reason) = self else { return false }
        return reason == "unterminated string" || reason == "unexpected end"
            || reason == "control character in a string"
    }
}
