import Foundation
import GRDBSQLite

/// How a query reads a table: all rows or those with one column's value, as they are or in the order of columns.
struct ColumnPlan {
    /// The column whose value is given; nil for all rows.
    private let column: Int?
    private let order: RowOrder

    /// As SQLite hands it back.
    ///
    /// - Parameters:
    ///   - column: Counted from 1; 0 for none.
    ///   - order: Columns counted from 1, negative where the order is descending.
    init(column: Int32, order: UnsafePointer<CChar>?) {
        self.column = column > 0 ? Int(column) - 1 : nil
        let keys = order.map { String(cString: $0).split(separator: " ").compactMap { Int($0) } } ?? []
        self.order = RowOrder(keys: keys.map { RowOrder.Key(column: abs($0) - 1, isDescending: $0 < 0) })
    }

    /// Answers what SQLite asks when it plans a query.
    static func make(_ table: ColumnTable, _ info: UnsafeMutablePointer<sqlite3_index_info>) -> Int32 {
        var rows = Double(table.rows)
        var cost = rows
        if let (place, column) = lookUp(table, info) {
            info.pointee.aConstraintUsage[place].argvIndex = 1
            info.pointee.idxNum = Int32(column + 1)
            rows = max(1, rows / Double(max(1, table.columns[column].distinct)))
            cost = rows + 10
        }
        if let keys = order(table, info) {
            info.pointee.orderByConsumed = 1
            cost += rows / 10
            let text = keys.map(String.init).joined(separator: " ")
            guard let copy = sqlite3_malloc64(UInt64(text.utf8.count + 1)) else { return SQLITE_NOMEM }
            copy.copyMemory(from: text, byteCount: text.utf8.count + 1)
            info.pointee.idxStr = copy.assumingMemoryBound(to: CChar.self)
            info.pointee.needToFreeIdxStr = 1
        }
        info.pointee.estimatedRows = Int64(rows)
        info.pointee.estimatedCost = cost
        return SQLITE_OK
    }

    /// The place of the constraint that leaves the fewest rows, and its column.
    private static func lookUp(
        _ table: ColumnTable,
        _ info: UnsafeMutablePointer<sqlite3_index_info>
    ) -> (place: Int, column: Int)? {
        var best: (place: Int, column: Int)?
        for place in 0..<Int(info.pointee.nConstraint) {
            let constraint = info.pointee.aConstraint[place]
            let column = Int(constraint.iColumn)
            guard constraint.usable != 0, constraint.op == UInt8(SQLITE_INDEX_CONSTRAINT_EQ), column >= 0,
                isBinary(sqlite3_vtab_collation(info, Int32(place)))
            else { continue }
            // Among numbers and texts together SQL has rules of its own for what is equal.
            if table.columns[column].hasTexts, table.columns[column].hasNumbers { continue }
            if let best, table.columns[best.column].distinct >= table.columns[column].distinct { continue }
            best = (place, column)
        }
        return best
    }

    private static func isBinary(_ collation: UnsafePointer<CChar>?) -> Bool {
        collation.map { strcasecmp($0, "BINARY") == 0 } ?? true
    }

    /// The columns that SQLite wants the rows ordered by; nil when they cannot be had in this order.
    private static func order(_ table: ColumnTable, _ info: UnsafeMutablePointer<sqlite3_index_info>) -> [Int]? {
        let wanted = (0..<Int(info.pointee.nOrderBy)).map { info.pointee.aOrderBy[$0] }
        if wanted.isEmpty { return nil }
        // Rows come in the order of their numbers anyhow.
        if wanted.count == 1, wanted[0].iColumn < 0, wanted[0].desc == 0 { return [] }
        guard wanted.allSatisfy({ $0.iColumn >= 0 && table.columns[Int($0.iColumn)].isCoded }) else { return nil }
        return wanted.map { Int($0.iColumn + 1) * ($0.desc == 0 ? 1 : -1) }
    }

    /// - Parameter value: What the column must be equal to.
    func scan(_ table: ColumnTable, _ value: OpaquePointer?) -> ColumnScan {
        var rows: [UInt32]?
        if let column, let value {
            switch Self.search(value, in: table.columns[column]) {
            case .nothing: rows = []
            case .everything: break
            case .hash(let hash): rows = table.buckets(of: column).rows(hash: hash)
            }
        }
        if !order.keys.isEmpty { rows = order.sorted(rows, of: table) }
        return rows.map { ColumnScan($0) } ?? ColumnScan(all: table)
    }

    private enum Search {
        case nothing
        /// SQLite compares by itself, as values of different types may be equal.
        case everything
        case hash(UInt64)
    }

    private static func search(_ value: OpaquePointer, in column: ColumnTable.Column) -> Search {
        switch sqlite3_value_type(value) {
        case SQLITE_NULL: return .nothing
        case SQLITE_INTEGER where !column.hasTexts: return .hash(StoredValue.integer(sqlite3_value_int64(value)).hash)
        case SQLITE_FLOAT where !column.hasTexts: return .hash(StoredValue.decimal(sqlite3_value_double(value)).hash)
        case SQLITE_TEXT where !column.hasNumbers:
            let start = sqlite3_value_text(value)
            let text = UnsafeRawBufferPointer(start: start, count: Int(sqlite3_value_bytes(value)))
            return .hash(StoredValue.text(text).hash)
        default: return .everything
        }
    }
}
