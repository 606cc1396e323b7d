import Storage

/// What an import did.
package struct ImportReport: Sendable {
    package struct Counts: Sendable, Equatable {
        package var added = 0
        /// Stored before, and the same.
        package var unchanged = 0
        /// Stored before under the same id, and not the same: what is stored stays.
        package var different = 0

        package var isEmpty: Bool { added + unchanged + different == 0 }
    }

    /// An object that was not taken.
    package struct Refusal: Sendable, Equatable {
        package var path: String
        package var line: Int
        /// Which object of the file it is; 0 when it is none.
        package var object: Int
        package var id: String?
        package var reason: String
    }

    package internal(set) var counts = [Counts](repeating: Counts(), count: StagedObject.Kind.allCases.count)
    package internal(set) var refusals: [Refusal] = []
    /// Threads that are known from their messages and runs alone.
    package internal(set) var impliedThreads = 0
    /// Runs that had not ended when the dump was made.
    package internal(set) var unfinishedRuns = 0

    package subscript(kind: StagedObject.Kind) -> Counts { counts[kind.rawValue] }

    package var hasAdded: Bool { counts.contains { $0.added > 0 } }
}
