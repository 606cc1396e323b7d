import DataTables
import SignageAnalyst

/// Makes the folder of a thread's tables. What cannot be loaded is noted in it, in words, and left out; what was loaded before is
/// taken over from there.
struct TableMaking {
    let path: String
    /// In bytes.
    let limit: Int
    let names: FieldNames
    /// What the thread's tables were made of until now; nil when there are none.
    let former: TableFile?
    let isCancelled: @Sendable () -> Bool

    /// Blocks while it works. Throws `CancellationError`, and `DataLoadError` where the disk cannot be written.
    func make(of data: [TableData]) throws -> TableFile {
        let builder = try TableBuilder(path: path, limit: limit, isCancelled: isCancelled)
        var made: [TableData.Key: TableData.Made] = [:]
        for data in data {
            let result = try former?.made[data.key].map { try add($0, to: builder) } ?? add(data, to: builder)
            for fault in result.faults { builder.note(fault) }
            // What found no room may find it when other data is gone.
            if result.isComplete { made[data.key] = result }
        }
        try SignageViews.add(to: builder, names: names)
        try builder.finish()
        return TableFile(path: path, made: made)
    }

    private func add(_ data: TableData, to builder: TableBuilder) throws -> TableData.Made {
        var made = TableData.Made(faults: data.faults)
        for source in data.sources {
            do {
                made.tables.append(try builder.add(source))
            } catch let error as DataLoadError {
                switch error {
                case .cancelled: throw CancellationError()
                case .database: throw error
                // An empty table says that there is nothing, which needs no words.
                case .empty where source.origin == ConversationTables.systemData: continue
                case .unreadable, .unknownEncoding, .malformed, .empty:
                    made.faults.append("\(source.origin): \(error)")
                case .tooLarge:
                    made.faults.append("\(source.origin): \(error)")
                    made.isComplete = false
                }
            }
        }
        return made
    }

    private func add(_ former: TableData.Made, to builder: TableBuilder) throws -> TableData.Made {
        var made = TableData.Made(faults: former.faults)
        for tables in former.tables {
            do {
                made.tables.append(try builder.add(tables))
            } catch let error as DataLoadError {
                guard case .tooLarge = error else { throw error }
                made.faults.append("\(tables.origin): \(error)")
                made.isComplete = false
            }
        }
        return made
    }
}
