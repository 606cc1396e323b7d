/// A table as it is told to whoever asks questions of it.
package struct TableDescription: Sendable, Equatable {
    /// Its name in SQL, not quoted.
    package var name: String
    /// Where it comes from, such as a file's name.
    package var source: String
    package var rows: Int
    package var columns: [ColumnDescription]
    /// What was odd about its source.
    package var notes: [String]
}

/// A column as it is told to whoever asks questions of it.
package struct ColumnDescription: Sendable, Equatable {
    /// Its name in SQL, not quoted.
    package var name: String
    package var kind: ColumnKind
    package var nulls: Int
    /// Values that are not of this kind and are stored as the text that was written.
    package var exceptions: Int
    package var distinct: Int
    package var isDistinctExact: Bool
    /// The smallest and the largest value, of numbers and dates.
    package var range: Range?
    /// The most frequent values, if there are few different ones.
    package var frequent: [Frequent]
    package var notes: [String]
    /// Columns beside it that hold parts of its points in time, by `MomentPart.name`.
    package var parts: [MomentPart] = []

    package struct Range: Sendable, Equatable {
        package var smallest: String
        package var largest: String

        package init(smallest: String, largest: String) {
            self.smallest = smallest
            self.largest = largest
        }
    }

    package struct Frequent: Sendable, Equatable {
        package var value: String
        package var count: Int
    }
}

/// A view made over the tables, and what it is for.
package struct ViewDescription: Sendable, Equatable {
    package var name: String
    package var columns: [String]
    /// One line.
    package var purpose: String

    package init(name: String, columns: [String], purpose: String) {
        self.name = name
        self.columns = columns
        self.purpose = purpose
    }
}

/// All that a database of tables holds.
package struct Catalogue: Sendable, Equatable {
    package var tables: [TableDescription] = []
    package var views: [ViewDescription] = []
    /// What of the data is in no table, and why, in words.
    package var faults: [String] = []

    package func table(named name: String) -> TableDescription? {
        tables.first { $0.name.lowercased() == name.lowercased() }
    }

    package func view(named name: String) -> ViewDescription? { views.first { $0.name == name } }
}
