import AssistantsAPI
import Storage

/// Finds out whether a file lists its objects from the newest to the oldest, as the service's lists do, or the other way
/// round, which decides the order of objects of the same second.
struct ListDirection {
    private struct Counts {
        var ascending = 0
        var descending = 0
        var last: (parent: String, createdAt: Timestamp)?
    }

    private var counts = [Counts](repeating: Counts(), count: StagedObject.Kind.allCases.count)

    /// Looks at the next object of the file.
    mutating func note(_ object: StagedObject) {
        let last = counts[object.kind.rawValue].last
        counts[object.kind.rawValue].last = (object.parent, object.createdAt)
        guard let last, last.parent == object.parent else { return }
        if object.createdAt > last.createdAt { counts[object.kind.rawValue].ascending += 1 }
        if object.createdAt < last.createdAt { counts[object.kind.rawValue].descending += 1 }
    }

    /// The kinds that the file has oldest first. What cannot be told from a kind's own objects is told from the others;
    /// where nothing can be told, the newest comes first.
    var ascendingKinds: [StagedObject.Kind] {
        let all = counts.reduce(0) { $0 + $1.ascending - $1.descending }
        return StagedObject.Kind.allCases.filter { kind in
            let own = counts[kind.rawValue]
            guard counts[kind.rawValue].last != nil else { return false }
            return own.ascending + own.descending > 0 ? own.ascending > own.descending : all > 0
        }
    }
}
