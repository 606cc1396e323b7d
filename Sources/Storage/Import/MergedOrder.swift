import AssistantsAPI

/// The order of a list that gets objects from a dump: by time, with those of the same second as the dump has them.
///
/// Rows that are stored keep their order. New ones go behind them where they can; where one is older, it and all that
/// follow get new places.
package struct MergedOrder: Sendable, Equatable {
    /// A row of the list as it is.
    package struct Row: Sendable, Equatable {
        package var sequence: Int
        package var createdAt: Timestamp
        /// Nil for what is not in the dump.
        package var rank: Int?

        package init(sequence: Int, createdAt: Timestamp, rank: Int?) {
            self.sequence = sequence
            self.createdAt = createdAt
            self.rank = rank
        }
    }

    /// A new object, by its place among the staged ones.
    package struct Addition: Sendable, Equatable {
        package var staged: Int
        package var createdAt: Timestamp
        package var rank: Int

        package init(staged: Int, createdAt: Timestamp, rank: Int) {
            self.staged = staged
            self.createdAt = createdAt
            self.rank = rank
        }
    }

    package enum Item: Sendable, Equatable {
        /// The stored row that has this place now.
        case row(Int)
        /// The staged object.
        case addition(Int)
    }

    /// The place of the last row that stays where it is; nil when none does.
    package private(set) var lastKept: Int?
    /// What follows it, in order.
    package private(set) var tail: [Item] = []

    /// Whether stored rows get other places.
    var movesRows: Bool { tail.contains { if case .row = $0 { true } else { false } } }

    /// - Parameters:
    ///   - rows: in the order of the list.
    ///   - additions: by time and rank.
    package init(_ rows: [Row], adding additions: [Addition]) {
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
