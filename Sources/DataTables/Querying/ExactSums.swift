import GRDBSQLite

/// Sums that lose nothing on the way: SQLite's own add decimals one by one, so that a million tenths come to
/// 100000.00000133. These carry the error along (Neumaier) and agree with a sum by hand to the last digit shown.
enum ExactSums {
    static func install(on database: SQLiteDatabase) {
        for (name, kind) in [("sum", Kind.sum), ("avg", .average), ("total", .total)] {
            sqlite3_create_window_function(
                database.handle,
                name,
                1,
                SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
                UnsafeMutableRawPointer(bitPattern: kind.rawValue),
                { context, _, arguments in ExactSums.step(context, arguments, sign: 1) },
                { context in ExactSums.result(context, isFinal: true) },
                { context in ExactSums.result(context, isFinal: false) },
                { context, _, arguments in ExactSums.step(context, arguments, sign: -1) },
                nil
            )
        }
    }

    private enum Kind: Int {
        case sum = 1
        case average, total
    }

    /// The state of one sum, in memory that SQLite gives, filled with zeros, and takes back. No destructor is ever run.
    private struct State {
        var count: Int
        var integers: Int
        var overflowed: Bool
        /// How many values were not integers.
        var decimals: Int
        var sum: Double
        var correction: Double

        mutating func add(_ value: Double) {
            let next = sum + value
            correction += sum.magnitude >= value.magnitude ? (sum - next) + value : (value - next) + sum
            sum = next
        }

        var decimal: Double {
            // Infinities make the correction no number.
            let corrected = sum + correction
            return corrected.isNaN ? sum : corrected
        }
    }

    private static func step(
        _ context: OpaquePointer?,
        _ arguments: UnsafeMutablePointer<OpaquePointer?>?,
        sign: Int
    ) {
        guard let value = arguments?[0], sqlite3_value_type(value) != SQLITE_NULL,
            let memory = sqlite3_aggregate_context(context, Int32(MemoryLayout<State>.size))
        else { return }
        let state = memory.assumingMemoryBound(to: State.self)
        state.pointee.count += sign
        if sqlite3_value_numeric_type(value) == SQLITE_INTEGER {
            let integer = Int(sqlite3_value_int64(value))
            let (sum, overflow) =
                sign > 0
                ? state.pointee.integers.addingReportingOverflow(integer)
                : state.pointee.integers.subtractingReportingOverflow(integer)
            state.pointee.integers = sum
            if overflow { state.pointee.overflowed = true }
            // In case that decimals follow, or the sum overflows where an average is wanted.
            state.pointee.add(Double(sign * integer))
        } else {
            state.pointee.decimals += sign
            state.pointee.add(Double(sign) * sqlite3_value_double(value))
        }
    }

    private static func result(_ context: OpaquePointer?, isFinal: Bool) {
        let kind = Kind(rawValue: Int(bitPattern: sqlite3_user_data(context))) ?? .sum
        guard let memory = sqlite3_aggregate_context(context, 0) else {
            if kind == .total { sqlite3_result_double(context, 0) } else { sqlite3_result_null(context) }
            return
        }
        let state = memory.assumingMemoryBound(to: State.self).pointee
        switch kind {
        case .total: sqlite3_result_double(context, state.decimal)
        case .average:
            if state.count > 0 {
                sqlite3_result_double(context, state.decimal / Double(state.count))
            } else {
                sqlite3_result_null(context)
            }
        case .sum:
            if state.count == 0 {
                sqlite3_result_null(context)
            } else if state.decimals > 0 {
                sqlite3_result_double(context, state.decimal)
            } else if state.overflowed {
                sqlite3_result_error(context, "integer overflow: sum of CAST(x AS REAL) computes it approximately", -1)
            } else {
                sqlite3_result_int64(context, Int64(state.integers))
            }
        }
    }
}
