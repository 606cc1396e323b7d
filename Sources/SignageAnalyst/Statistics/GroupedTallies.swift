/// Tallies by name, in the order in which the names turned up.
struct GroupedTallies: Sendable {
    private(set) var names: [String] = []
    private(set) var tallies: [Tally] = []
    private var indices: [String: Int] = [:]
    /// Events of names that came when there were too many already.
    private(set) var overflow = Tally()

    /// Bounds the memory that hostile data can take.
    static let maximumGroups = 200_000

    /// The index of a name, nil when there are too many.
    mutating func index(of name: String) -> Int? {
        if let index = indices[name] { return index }
        guard names.count < Self.maximumGroups else { return nil }
        indices[name] = names.count
        names.append(name)
        tallies.append(Tally())
        return names.count - 1
    }

    mutating func add(_ event: Tally.Event, at index: Int?) {
        if let index { tallies[index].add(event) } else { overflow.add(event) }
    }

    subscript(name: String) -> Tally? { indices[name].map { tallies[$0] } }

    var isEmpty: Bool { names.isEmpty }
    var count: Int { names.count }
}
