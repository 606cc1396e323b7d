import AssistantsAPI

/// An object of a dump on its way into the store.
package struct StagedObject: Sendable, Equatable {
    /// Files are stored first, the others in this order: each one may need those before it.
    package enum Kind: Int, Sendable, CaseIterable {
        case assistant, thread, message, run, step, file, vectorStore, vectorStoreFile
    }

    package var kind: Kind
    package var id: String
    /// The thread of a message or run, the run of a step, the store of a file in it; empty for others.
    package var parent: String
    package var createdAt: Timestamp
    /// Orders objects of the same second: the lower the older.
    package var rank: Int
    /// Where it is from.
    package var origin: Origin
    /// The object's JSON text.
    package var body: String

    /// A place in a dump.
    package struct Origin: Sendable, Equatable {
        /// The file's number.
        package var file: Int
        /// Counted from 1.
        package var line: Int
        /// Which object of the file it is, counted from 1.
        package var object: Int

        package init(file: Int, line: Int, object: Int) {
            self.file = file
            self.line = line
            self.object = object
        }
    }

    package init(
        kind: Kind,
        id: String,
        parent: String = "",
        createdAt: Timestamp,
        rank: Int,
        origin: Origin,
        body: String
    ) {
        self.kind = kind
        self.id = id
        self.parent = parent
        self.createdAt = createdAt
        self.rank = rank
        self.origin = origin
        self.body = body
    }
}
