/// Cuts a document's text into chunks that overlap.
///
/// Chunks end where a section, a paragraph, a line or a sentence does if one of these ends in their last quarter, and
/// begin at such places too. A table's header goes with each chunk that has rows of the table. Text is taken in as it is
/// extracted, and what is kept is little more than one chunk.
package struct Chunker: Sendable {
    /// The tokens that a chunk has at most.
    package static let allowedTokens = 100...4096

    private let maximumCost: Int
    private let overlapCost: Int

    private var text: [UInt8] = []
    private var units: [TextUnit] = []
    /// The cost of all `units`.
    private var cost = 0
    /// Units at the beginning that the chunk before ended with.
    private var repeated = 0
    private var tables: [Table] = []

    private struct Table {
        var header: [UInt8]
        var cost: Int
    }

    /// - Parameters:
    ///   - maximumTokens: of a chunk, within `allowedTokens`.
    ///   - overlapTokens: what a chunk repeats of the one before it; at most half of a chunk.
    package init(maximumTokens: Int = 800, overlapTokens: Int = 400) {
        let maximum = min(max(maximumTokens, Self.allowedTokens.lowerBound), Self.allowedTokens.upperBound)
        maximumCost = maximum * 100
        overlapCost = min(max(overlapTokens, 0), maximum / 2) * 100
    }

    /// Takes in the next piece of the document. Returns the chunks that are complete.
    package mutating func add(_ piece: TextPiece) -> [TextChunk] {
        var chunks: [TextChunk] = []
        separate(from: piece)
        let table = piece.tableHeader.flatMap { header in enter(header, page: piece.page, &chunks) }
        var source = piece.text
        source.withUTF8 { bytes in
            var start = 0
            while start < bytes.count {
                let next = TextUnit.next(in: bytes, from: start, limit: maximumCost / 8)
                let unit = TextUnit(
                    bytes: start..<next.end,
                    cost: next.cost,
                    border: next.border,
                    page: piece.page,
                    table: table
                )
                append(unit, of: bytes, &chunks)
                start = next.end
            }
        }
        return chunks
    }

    /// The chunk that is left; the chunker is as new then.
    package mutating func finish() -> [TextChunk] {
        let rest = units.count > repeated ? chunk(of: units[...]) : nil
        self = Chunker(maximumTokens: maximumCost / 100, overlapTokens: overlapCost / 100)
        return rest.map { [$0] } ?? []
    }

    /// Ends the line of the piece before; another page and a table begin a paragraph.
    private mutating func separate(from piece: TextPiece) {
        guard let last = units.indices.last, text.last != UInt8(ascii: "\n") else { return }
        let beginsTable = units[last].table == nil && piece.tableHeader.map { !endsWith(line(of: $0)) } ?? false
        let isParagraph = units[last].page != piece.page || beginsTable
        text += [UInt8](repeating: UInt8(ascii: "\n"), count: isParagraph ? 2 : 1)
        units[last].bytes = units[last].bytes.lowerBound..<text.count
        units[last].border = max(units[last].border, isParagraph ? .paragraph : .line)
    }

    /// A table's header as it is put before its rows.
    private func line(of header: String) -> [UInt8] {
        var line = Array(header.utf8)
        while line.last == UInt8(ascii: "\n") { line.removeLast() }
        return line.isEmpty ? [] : line + [UInt8(ascii: "\n")]
    }

    /// Whether the last unit is a line, whose end may still be missing.
    private func endsWith(_ line: [UInt8]) -> Bool {
        guard let last = units.last else { return false }
        let unit = text[last.bytes]
        return unit.elementsEqual(line) || unit.elementsEqual(line.dropLast())
    }

    /// Begins a table unless its rows go on. Returns its number.
    private mutating func enter(_ header: String, page: Int?, _ chunks: inout [TextChunk]) -> Int? {
        let line = line(of: header)
        guard !line.isEmpty else { return nil }
        if let last = units.last?.table, tables[last].header == line { return last }
        let cost = line.withUnsafeBufferPointer { TokenEstimate.hundredths(inBytes: $0) }
        // What is no header, such as a table of one long line, would leave no room for the rows.
        guard cost <= maximumCost / 3 else { return nil }
        tables.append(Table(header: line, cost: cost))
        let table = tables.count - 1
        // The header may have come as a row, too.
        if endsWith(line), let last = units.indices.last {
            units[last].table = table
            units[last].isHeader = true
        } else {
            let unit = TextUnit(
                bytes: line.indices,
                cost: cost,
                border: .line,
                page: page,
                table: table,
                isHeader: true
            )
            line.withUnsafeBufferPointer { append(unit, of: $0, &chunks) }
        }
        return table
    }

    /// Appends a unit, whose bytes are those of `source`.
    private mutating func append(
        _ unit: TextUnit,
        of source: UnsafeBufferPointer<UInt8>,
        _ chunks: inout [TextChunk]
    ) {
        while units.count > repeated, headerCost + cost + unit.cost > maximumCost {
            if let chunk = cut() { chunks.append(chunk) }
        }
        var unit = unit
        let start = text.count
        text.append(contentsOf: source[unit.bytes])
        unit.bytes = start..<text.count
        units.append(unit)
        cost += unit.cost
    }

    /// What the header costs that goes before the units.
    private var headerCost: Int { missingHeader(before: units[...]).map { tables[$0].cost } ?? 0 }

    private func missingHeader(before units: ArraySlice<TextUnit>) -> Int? {
        guard let first = units.first, let table = first.table, !first.isHeader else { return nil }
        return table
    }

    /// Makes a chunk of as many units as end well, and keeps what is to be repeated and the rest.
    private mutating func cut() -> TextChunk? {
        let end = bestEnd()
        let chunk = chunk(of: units[..<end])
        drop(upTo: overlapStart(before: end), cutAt: end)
        return chunk
    }

    /// The end of the best border in the last quarter; of equal ones the last.
    private func bestEnd() -> Int {
        var best = units.count
        var border = units[units.count - 1].border
        var behind = units[units.count - 1].cost
        for end in (repeated..<units.count - 1).reversed() {
            guard behind <= maximumCost / 4 else { break }
            if units[end].border > border {
                border = units[end].border
                best = end + 1
            }
            behind += units[end].cost
        }
        return best
    }

    /// Where the repeated part begins: it costs at most the overlap, and begins behind the best border of its first half.
    private func overlapStart(before end: Int) -> Int {
        var start = end
        var overlap = 0
        var best: (start: Int, border: TextUnit.Border)?
        while start > 1, overlap + units[start - 1].cost <= overlapCost {
            start -= 1
            overlap += units[start].cost
            let border = units[start - 1].border
            if overlap * 2 >= overlapCost, best.map({ border >= $0.border }) ?? true { best = (start, border) }
        }
        return best?.start ?? start
    }

    private mutating func drop(upTo start: Int, cutAt end: Int) {
        let firstByte = units[start..<units.count].first?.bytes.lowerBound ?? text.count
        text.removeFirst(firstByte)
        units.removeFirst(start)
        for index in units.indices {
            units[index].bytes = units[index].bytes.lowerBound - firstByte..<units[index].bytes.upperBound - firstByte
        }
        cost = units.reduce(0) { $0 + $1.cost }
        repeated = end - start
        forgetTables()
    }

    /// Headers of tables that no unit is a row of are needed no more.
    private mutating func forgetTables() {
        guard tables.count > 1 else { return }
        let kept = units.compactMap(\.table).min() ?? tables.count
        tables.removeFirst(kept)
        for index in units.indices { units[index].table = units[index].table.map { $0 - kept } }
    }

    /// Nil when there is nothing but spaces.
    private func chunk(of units: ArraySlice<TextUnit>) -> TextChunk? {
        let header = missingHeader(before: units).map { tables[$0] }
        let bytes = units.first.map { $0.bytes.lowerBound..<units[units.endIndex - 1].bytes.upperBound } ?? 0..<0
        var content = header?.header ?? []
        content += text[bytes]
        while let last = content.last, isSpace(last) { content.removeLast() }
        guard content.count > (header?.header.count ?? 0) else { return nil }
        let repeatedUnits = units.prefix(repeated)
        let repeatedBytes = repeatedUnits.reduce(header?.header.count ?? 0) { $0 + $1.bytes.count }
        let pages = units.compactMap(\.page)
        let span = pages.min().flatMap { first in pages.max().map { first...$0 } }
        let hundredths = units.reduce(header?.cost ?? 0) { $0 + $1.cost }
        return TextChunk(
            text: String(decoding: content, as: UTF8.self),
            tokens: (hundredths + 99) / 100,
            pages: span,
            pageStarts: span.map { pageStarts(of: units, $0, behind: header?.header.count ?? 0) } ?? [],
            repeatedBytes: min(repeatedBytes, content.count)
        )
    }

    /// Where each page after the first begins; a page without text begins with the next one.
    private func pageStarts(of units: ArraySlice<TextUnit>, _ pages: ClosedRange<Int>, behind header: Int) -> [Int] {
        var starts: [Int] = []
        let first = units.first?.bytes.lowerBound ?? 0
        for unit in units {
            guard let page = unit.page else { continue }
            while pages.lowerBound + starts.count < page { starts.append(header + unit.bytes.lowerBound - first) }
        }
        return starts
    }

    private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || 0x09...0x0D ~= byte }
}
