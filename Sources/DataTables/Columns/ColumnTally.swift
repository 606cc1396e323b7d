/// What a column's values come to.
struct ColumnTally {
    private(set) var values = 0
    private(set) var integers = 0
    private(set) var decimals = 0
    /// Values that are not of the column's kind and stayed as they were written.
    private(set) var exceptions = 0
    /// Texts that were too long and were cut.
    private(set) var cut = 0
    private(set) var zones: [Moment.Zone] = []
    private var smallestInteger = Int64.max
    private var largestInteger = Int64.min
    private var smallestDecimal = Double.infinity
    private var largestDecimal = -Double.infinity
    private var smallestText: [UInt8] = []
    private var largestText: [UInt8] = []
    /// Whether the column's texts have a first and a last worth telling, as dates have.
    private let isOrdered: Bool

    init(isOrdered: Bool) { self.isOrdered = isOrdered }

    mutating func note(_ cell: TypedCell, times: Int = 1) {
        if cell.isException { exceptions += times }
        if cell.isCut { cut += times }
        switch cell.value {
        case .null: return
        case .integer(let value):
            integers += times
            if value < smallestInteger { smallestInteger = value }
            if value > largestInteger { largestInteger = value }
        case .decimal(let value):
            decimals += times
            if value < smallestDecimal { smallestDecimal = value }
            if value > largestDecimal { largestDecimal = value }
        case .text(let text) where isOrdered && !cell.isException:
            if largestText.isEmpty || largestText.lexicographicallyPrecedes(text) { largestText = Array(text) }
            if smallestText.isEmpty || text.lexicographicallyPrecedes(smallestText) { smallestText = Array(text) }
        case .text: break
        }
        values += times
    }

    mutating func note(_ zone: Moment.Zone) {
        if zones.last == zone || zones.count > 3 { return }
        if !zones.contains(zone) { zones.append(zone) }
    }

    /// The smallest and the largest value of numbers and dates.
    var range: (smallest: String, largest: String)? {
        if !smallestText.isEmpty {
            return (String(decoding: smallestText, as: UTF8.self), String(decoding: largestText, as: UTF8.self))
        }
        if decimals > 0 {
            var (low, high) = (smallestDecimal, largestDecimal)
            if integers > 0 { (low, high) = (min(low, Double(smallestInteger)), max(high, Double(largestInteger))) }
            return (DecimalText.exact(low), DecimalText.exact(high))
        }
        return integers > 0 ? (String(smallestInteger), String(largestInteger)) : nil
    }
}
