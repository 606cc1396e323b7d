import GRDBSQLite

/// `median(x)` and `percentile(x, p)` (p from 0 to 100, interpolated), `variance(x)` and `stddev(x)` (of a sample), which SQLite
/// does not have. Values that are no numbers are passed over.
enum Percentiles {
    static func install(on database: SQLiteDatabase) {
        for (name, arguments, kind) in [
            ("median", 1, Kind.median), ("percentile", 2, .percentile), ("variance", 1, .variance),
            ("stddev", 1, .deviation),
        ] {
            sqlite3_create_function_v2(
                database.handle,
                name,
                Int32(arguments),
                SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
                UnsafeMutableRawPointer(bitPattern: kind.rawValue),
                nil,
                { context, count, arguments in Percentiles.step(context, count, arguments) },
                { context in Percentiles.finish(context) },
                nil
            )
        }
    }

    private enum Kind: Int {
        case median = 1
        case percentile, variance, deviation
    }

    private final class Values {
        var numbers: [Double] = []
        var fraction = 0.5
    }

    /// Of one group. Beyond, the values would take too much memory.
    private static let limit = 5_000_000

    private static func step(
        _ context: OpaquePointer?,
        _ count: Int32,
        _ arguments: UnsafeMutablePointer<OpaquePointer?>?
    ) {
        guard let value = arguments?[0],
            let memory = sqlite3_aggregate_context(context, Int32(MemoryLayout<UnsafeMutableRawPointer?>.size))
        else { return }
        let place = memory.assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
        let values: Values
        if let kept = place.pointee {
            values = Unmanaged<Values>.fromOpaque(kept).takeUnretainedValue()
        } else {
            values = Values()
            place.pointee = Unmanaged.passRetained(values).toOpaque()
        }
        if count > 1, let fraction = arguments?[1] { values.fraction = sqlite3_value_double(fraction) / 100 }
        let type = sqlite3_value_numeric_type(value)
        guard type == SQLITE_INTEGER || type == SQLITE_FLOAT else { return }
        guard values.numbers.count < limit else {
            return sqlite3_result_error(context, "too many values for a percentile", -1)
        }
        values.numbers.append(sqlite3_value_double(value))
    }

    private static func finish(_ context: OpaquePointer?) {
        guard let memory = sqlite3_aggregate_context(context, 0),
            let kept = memory.assumingMemoryBound(to: UnsafeMutableRawPointer?.self).pointee
        else { return sqlite3_result_null(context) }
        let values = Unmanaged<Values>.fromOpaque(kept).takeRetainedValue()
        let result: Double?
        switch Kind(rawValue: Int(bitPattern: sqlite3_user_data(context))) {
        case .variance: result = variance(values.numbers)
        case .deviation: result = variance(values.numbers)?.squareRoot()
        case .median, .percentile, nil: result = percentile(values.numbers, values.fraction)
        }
        if let result { sqlite3_result_double(context, result) } else { sqlite3_result_null(context) }
    }

    private static func percentile(_ numbers: [Double], _ fraction: Double) -> Double? {
        guard !numbers.isEmpty, 0...1 ~= fraction else { return nil }
        let sorted = numbers.sorted()
        let place = fraction * Double(sorted.count - 1)
        let low = Int(place)
        let high = min(low + 1, sorted.count - 1)
        return sorted[low] + (place - Double(low)) * (sorted[high] - sorted[low])
    }

    private static func variance(_ numbers: [Double]) -> Double? {
        guard numbers.count > 1 else { return nil }
        let mean = numbers.reduce(0, +) / Double(numbers.count)
        return numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(numbers.count - 1)
    }
}
