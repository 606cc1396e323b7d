/// A value of a row as it stands in its source. The bytes are the source's own, or the reader's until its next row.
enum Cell {
    /// The row does not have it, or has null.
    case null
    case bool(Bool)
    /// A number as it is written in JSON.
    case number(UnsafeRawBufferPointer)
    /// Text of any content; numbers and dates in text are told from it later.
    case text(UnsafeRawBufferPointer)
    /// A JSON array, or an object that is nested too deeply for columns of its own.
    case json(UnsafeRawBufferPointer)

    var isNull: Bool {
        if case .null = self { true } else { false }
    }
}

/// The cells of the row that is being read, one for each column. Used over and over: a row costs no allocation, unless it
/// has text with escapes in it.
final class RowCells {
    private let cells = UnsafeMutableBufferPointer<Cell>.allocate(capacity: TableLimits.columns)
    /// How many columns had a cell in any row so far, as a place of its own so that reading it costs no checks.
    private let used = UnsafeMutablePointer<Int>.allocate(capacity: 1)
    private var scratch: [UnsafeMutableRawBufferPointer] = []

    init() {
        cells.initialize(repeating: .null)
        used.initialize(to: 0)
    }

    deinit {
        for text in scratch { text.deallocate() }
        cells.deallocate()
        used.deallocate()
    }

    /// Columns beyond are null.
    var count: Int { used.pointee }

    /// - Parameter column: Below `TableLimits.columns`.
    subscript(column: Int) -> Cell { cells[column] }

    func clear() {
        for index in 0..<used.pointee { cells[index] = .null }
        if !scratch.isEmpty { forget() }
    }

    private func forget() {
        for text in scratch { text.deallocate() }
        scratch.removeAll(keepingCapacity: true)
    }

    func put(_ cell: Cell, at column: Int) {
        cells[column] = cell
        if column >= used.pointee { used.pointee = column + 1 }
    }

    /// Keeps text that does not stand in the source as it is until the row is cleared.
    func keep(_ text: some Collection<UInt8>) -> UnsafeRawBufferPointer {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, text.count), alignment: 1)
        copy.copyBytes(from: text)
        scratch.append(copy)
        return UnsafeRawBufferPointer(rebasing: copy[..<text.count])
    }
}
