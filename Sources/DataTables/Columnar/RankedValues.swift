/// The order of a dictionary's values: each number's rank, the same for equal values, 0 for null.
struct RankedValues {
    struct Count {
        /// The first number with this rank.
        var code: Int
        var times: Int
    }

    private(set) var ranks: [UInt32]
    /// How often each rank from 1 on came.
    private(set) var counts: [Count] = []

    /// - Parameters:
    ///   - count: How many numbers there are.
    ///   - times: How often each came.
    init(count: Int, value: (Int) -> StoredValue, times: (Int) -> Int) {
        ranks = [UInt32](repeating: 0, count: count)
        var previous = StoredValue.null
        for code in (0..<count).sorted(by: { StoredValue.order(value($0), value($1)) < 0 }) {
            let value = value(code)
            if case .null = value { continue }
            if counts.isEmpty || StoredValue.order(previous, value) != 0 { counts.append(Count(code: code, times: 0)) }
            ranks[code] = UInt32(counts.count)
            counts[counts.count - 1].times += times(code)
            counts[counts.count - 1].code = min(code, counts[counts.count - 1].code)
            previous = value
        }
    }
}
