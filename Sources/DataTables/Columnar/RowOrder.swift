/// Puts rows in the order of columns whose values have numbers, without comparing values: by counting how often each rank comes,
/// from the last column to the first.
struct RowOrder {
    struct Key: Equatable {
        let column: Int
        let isDescending: Bool
    }

    let keys: [Key]

    /// - Parameter chosen: The rows; nil for all of the table.
    func sorted(_ chosen: [UInt32]?, of table: ColumnTable) -> [UInt32] {
        var rows = chosen ?? (0..<UInt32(table.rows)).map { $0 }
        for key in keys.reversed() { rows = sort(rows, by: key, table.columns[key.column]) }
        return rows
    }

    private func sort(_ rows: [UInt32], by key: Key, _ column: ColumnTable.Column) -> [UInt32] {
        let last = column.highestRank
        func rank(_ row: UInt32) -> Int {
            let rank = Int(column.ranks[column.code(Int(row))])
            return key.isDescending ? last - rank : rank
        }
        // Fewer rows than ranks are sorted sooner than counted.
        if rows.count * 16 < last {
            return rows.indices.map { (rank(rows[$0]), $0) }.sorted { $0 < $1 }.map { rows[$0.1] }
        }
        var starts = [Int](repeating: 0, count: last + 2)
        for row in rows { starts[rank(row) + 1] += 1 }
        for rank in 1..<starts.count { starts[rank] += starts[rank - 1] }
        return [UInt32](unsafeUninitializedCapacity: rows.count) { sorted, count in
            for row in rows {
                let rank = rank(row)
                sorted[starts[rank]] = row
                starts[rank] += 1
            }
            count = rows.count
        }
    }
}
