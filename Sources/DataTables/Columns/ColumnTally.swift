/// What a column's values come to, noted while they are stored.
struct ColumnTally {
    private(set) var values = 0
    private(set) var integers = 0
    private(set) var decimals = 0
    /// Values that are not of the column's kind and stayed as they were written.
    private(set) var exceptions = 0
    /// Texts that were too long and were cut.
    private(set) var cut = 0
    private(set) var zones: [Moment.Zone] = []
    private(set) var distinct = DistinctCount()
    private var smallestInteger = Int64.max
    private var largestInteger = Int64.min
    private var smallestDecimal = Double.infinity
    private var largestDecimal = -Double.infinity
    private var smallestText: [UInt8] = []
    private var largestText: [UInt8] = []

    mutating func note(_ value: Int64) {
        values += 1
        integers += 1
        if value < smallestInteger { smallestInteger = value }
        if value > largestInteger { largestInteger = value }
        distinct.note(ValueHash.of(UInt64(bitPattern: value)), String(value))
    }

    mutating func note(_ value: Double) {
        values += 1
        decimals += 1
        if value < smallestDecimal { smallestDecimal = value }
        if value > largestDecimal { largestDecimal = value }
        distinct.note(ValueHash.of(value.bitPattern), DecimalText.exact(value))
    }

    mutating func note(_ value: Bool) {
        values += 1
        distinct.note(ValueHash.of(value ? 1 : 0), value ? "true" : "false")
    }

    /// - Parameter isOrdered: Whether the column's texts have a first and a last worth telling, as dates have.
    mutating func note(_ text: UnsafeRawBufferPointer, isOrdered: Bool = false) {
        values += 1
        distinct.note(ValueHash.of(text), Self.shown(text))
        guard isOrdered else { return }
        if largestText.isEmpty || Self.isLess(largestText, text) { largestText = Array(text) }
        if smallestText.isEmpty || Self.isLess(text, smallestText) { smallestText = Array(text) }
    }

    mutating func noteException(_ text: UnsafeRawBufferPointer) {
        exceptions += 1
        note(text)
    }

    mutating func noteCut() { cut += 1 }

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

    private static let shownLength = 60

    private static func shown(_ text: UnsafeRawBufferPointer) -> String {
        let whole = String(decoding: text.prefix(4 * shownLength), as: UTF8.self)
        return whole.count > shownLength ? whole.prefix(shownLength) + "…" : whole
    }

    private static func isLess(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
        left.lexicographicallyPrecedes(right)
    }
}
