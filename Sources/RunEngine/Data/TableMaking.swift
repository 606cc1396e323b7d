import DataTables
import SignageAnalyst

/// Makes the database of a thread's tables. What cannot be loaded is noted in it, in words, and left out.
struct TableMaking {
    let path: String
    /// In bytes.
    let limit: Int
    let names: FieldNames
    let isCancelled: @Sendable () -> Bool

    /// Blocks while it works. Throws `CancellationError`, and `DataLoadError` where the disk cannot be written.
    func make(of sources: [DataSource], faults: [String]) throws {
        var (sources, faults) = (sources, faults)
        // What does not fit in the end is left out, and the rest made anew: the file is of no use any more.
        while let excess = try attempt(sources, &faults) { sources.remove(at: excess) }
    }

    /// Returns the place of the source that found no room.
    private func attempt(_ sources: [DataSource], _ faults: inout [String]) throws -> Int? {
        let builder = try TableBuilder(path: path, limit: limit, isCancelled: isCancelled)
        for fault in faults { builder.note(fault) }
        for (index, source) in sources.enumerated() {
            do {
                try builder.add(source)
            } catch let error as DataLoadError {
                switch error {
                case .cancelled: throw CancellationError()
                case .database: throw error
                case .tooLarge:
                    faults.append("\(source.origin): \(error)")
                    return index
                // An empty table says that there is nothing, which needs no words.
                case .empty where source.origin == ConversationTables.systemData: continue
                case .unreadable, .unknownEncoding, .malformed, .empty: builder.note("\(source.origin): \(error)")
                }
            }
        }
        try SignageViews.add(to: builder, names: names)
        try builder.finish()
        return nil
    }
}
