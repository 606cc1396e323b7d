import AssistantsAPI

/// The order of a list that gets objects from a dump: by time, with those of the same second as the dump has them.
///
/// Rows that are stored keep their order. New ones go behind them where they can; where one is older, it and all that
/// follow get new places.
struct MergedOrder: Equatable {
    /// A row of the list as it is.
    struct Row: Equatable {
        var sequence: Int
        var createdAt: Timestamp
        /// Nil for what is not in the dump.
        var rank: Int?
    }

    /// A new object, by its place among the staged ones.
    struct Addition: Equatable {
        var staged: Int
        var createdAt: Timestamp
        var rank: Int
    }

    enum Item: Equatable {
        /// The stored row that has this place now.
        case row(Int)
        /// The staged object.
        case addition(Int)
    }

    /// The place of the last row that stays where it is; nil when none does.
    private(set) var lastKept: Int?
    /// What follows it, in order.
    private(set) var tail: [Item] = []

    /// Whether stored rows get other places.
    var movesRows: Bool { tail.contains { if case .row = $0 { true } else { false } } }

    /// - Parameters:
    ///   - rows: in the order of the list.
    ///   - additions: by time and rank.
    init(_ rows: [Row], adding additions: [Addition]) {
        var next = additions[...]
        var kept = true
        for row in rows {
            while let addition = next.first, Self.precedes(addition, row) {
                tail.append(.addition(addition.staged))
                next.removeFirst()
                kept = false
            }
            if kept { lastKept = row.sequence } else { tail.append(.row(row.sequence)) }
        }
        tail += next.map { .addition($0.staged) }
    }

    private static func precedes(_ addition: Addition, _ row: Row) -> Bool {
        if addition.createdAt != row.createdAt { return addition.createdAt < row.createdAt }
        return row.rank.map { addition.rank < $0 } ?? false
    }
}
