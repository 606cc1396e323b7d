/// What became of a cell.
package struct CellResult: Sendable, Equatable {
    package enum End: Sendable, Equatable {
        /// To its last line, or with `SystemExit`, which ends a cell and no session.
        case finished
        /// With an error of Python; the traceback is among the outputs.
        case raised
        /// It was interrupted at this limit; the session lives, with all its variables.
        case interrupted(CellLimit)
        /// With the cell the session ended: in words for the model. The next cell starts anew.
        case sessionEnded(reason: String)
    }

    package enum Output: Sendable, Equatable {
        /// What was printed, the value of the last expression, and tracebacks; cut at
        /// ``CellResult/largestLogs`` bytes, which the text then says itself.
        case logs(String)
        /// A figure, as PNG.
        case image(ProducedFile)
    }

    package var end: End
    /// In their order.
    package var outputs: [Output]
    /// Whether this is a new interpreter where an earlier one of this thread had been: its variables are lost, its files
    /// are those that were given.
    package var isFresh: Bool
    /// Regular files of `/mnt/data` that are new or have changed since the cell began, at most
    /// ``CellResult/mostFiles``.
    package var files: [ProducedFile]

    /// In bytes of UTF-8.
    package static let largestLogs = 256 << 10
    package static let mostFiles = 200
    package static let mostImages = 20

    package init(end: End, outputs: [Output] = [], isFresh: Bool, files: [ProducedFile] = []) {
        self.end = end
        self.outputs = outputs
        self.isFresh = isFresh
        self.files = files
    }
}

/// What a cell can run into without the end of its session.
package enum CellLimit: Sendable, Equatable {
    case time(Duration)
}
