import AssistantsAPI
import Foundation

/// Makes a database of tables. Blocks while it works: call it off the cooperative pool.
///
/// The database appears at its path only when `finish` has returned, complete; until then it has another name.
package final class TableBuilder {
    private let path: String
    private let partialPath: String
    /// Nil when it is finished.
    private var database: SQLiteDatabase?
    private let limit: Int
    private let isCancelled: () -> Bool
    private var names = ColumnNames()
    package private(set) var catalogue = Catalogue()
    private var isFinished = false

    /// - Parameters:
    ///   - path: Where the database will be; what is there is replaced.
    ///   - limit: Bytes that it may take; more throws `DataLoadError.tooLarge`.
    ///   - isCancelled: Asked now and then; true makes loading throw `DataLoadError.cancelled`.
    package init(path: String, limit: Int = 2 << 30, isCancelled: @escaping () -> Bool = { false }) throws {
        self.path = path
        self.limit = limit
        self.isCancelled = isCancelled
        partialPath = "\(path).\(UInt64.random(in: 0...UInt64.max)).partial"
        do {
            let database = try SQLiteDatabase(path: partialPath, mode: .create)
            // Nobody sees the file before it is whole, and one that is lost is made again.
            try database.execute(
                """
                PRAGMA page_size = 8192; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
                PRAGMA locking_mode = EXCLUSIVE; PRAGMA temp_store = FILE; PRAGMA cache_size = -65536;
                PRAGMA secure_delete = OFF; PRAGMA threads = 2; PRAGMA max_page_count = \(limit / 8192); BEGIN
                """
            )
            self.database = database
        } catch {
            throw DataLoadError.database(reason: error.message)
        }
        // Its names are SQLite's or ours.
        names.add(CatalogueStore.table)
    }

    deinit { if !isFinished { unlink(partialPath) } }

    /// Adds the tables of a source. A table that has a name already gets a number behind it.
    ///
    /// - Returns: What was added; never empty, as a source without rows throws `DataLoadError.empty`.
    @discardableResult
    package func add(_ source: DataSource) throws -> [TableDescription] {
        do {
            let added: [TableDescription]
            switch source.content {
            case .file(let path):
                added = try MappedBytes.withFile(at: path) { bytes in
                    try SourceText.withUTF8(of: bytes) { try add(source, $0) }
                }
            case .text(let text):
                var copy = text
                added = try copy.withUTF8 { try add(source, UnsafeRawBufferPointer($0)) }
            }
            if added.isEmpty { throw DataLoadError.empty }
            catalogue.tables += added
            return added
        } catch let error as SQLiteError {
            throw error.isFull ? DataLoadError.tooLarge(limit: limit) : .database(reason: error.message)
        } catch let error as JSONParsingError {
            throw DataLoadError.malformed(offset: error.offset, reason: error.reason)
        }
    }

    private func add(_ source: DataSource, _ text: UnsafeRawBufferPointer) throws -> [TableDescription] {
        switch source.format {
        case .jsonLines: try [load(JSONLineRows(text), source.name, source)].compactMap { $0 }
        case .separated(let separator):
            try [load(SeparatedRows(text, separator: separator), source.name, source)].compactMap { $0 }
        case .json:
            try DocumentTables(in: text, named: source.name).tables.compactMap {
                try load(JSONRows($0.kind), $0.name, source)
            }
        }
    }

    private func load(_ rows: any RowReader, _ name: String, _ source: DataSource) throws -> TableDescription? {
        var safe = name
        // SQLite keeps names that begin so for itself.
        if safe.lowercased().hasPrefix("sqlite_") { safe = "_" + safe }
        names.add(ColumnNames.cleaned(safe, or: "data"))
        let loader = TableLoader(
            database: try opened(),
            name: names.names.last ?? safe,
            source: source.origin,
            isCancelled: isCancelled
        )
        return try loader.load(rows)
    }

    private func opened() throws(SQLiteError) -> SQLiteDatabase {
        guard let database else { throw SQLiteError(code: 0, message: "they are finished") }
        return database
    }

    /// Adds a view over the tables.
    ///
    /// - Parameters:
    ///   - query: The SELECT that it stands for, which is trusted.
    ///   - key: A column without repeated values: the rows are stored then, and found by it. For small results that large
    ///     tables are joined with.
    package func add(_ view: ViewDescription, as query: String, storedBy key: String? = nil) throws {
        do {
            let database = try opened()
            try database.execute("CREATE \(key == nil ? "VIEW" : "TABLE") \(view.name.quoted) AS \(query)")
            if let key {
                let index = "\(view.name) by \(key)"
                try database.execute("CREATE UNIQUE INDEX \(index.quoted) ON \(view.name.quoted) (\(key.quoted))")
            }
            // Says at once what is wrong in it.
            _ = try database.prepare("SELECT * FROM \(view.name.quoted) LIMIT 0")
            names.add(view.name)
            catalogue.views.append(view)
        } catch {
            throw DataLoadError.database(reason: "\(view.name): \(error.message)")
        }
    }

    /// The first column of what a query returns, as text without nulls.
    ///
    /// - Parameter query: A SELECT, which is trusted.
    package func values(_ query: String) throws -> [String] {
        do {
            let statement = try opened().prepare(query)
            var values: [String] = []
            while try statement.step() { if let value = statement.text { values.append(value) } }
            return values
        } catch {
            throw DataLoadError.database(reason: error.message)
        }
    }

    /// Whether a view or a table has this name.
    package func hasTable(_ name: String) -> Bool { names.names.contains { $0.lowercased() == name.lowercased() } }

    /// Notes what of the data is in no table, and why: one line, for whoever asks questions of it.
    package func note(_ fault: String) { catalogue.faults.append(String(fault.prefix(Self.faultLength))) }

    private static let faultLength = 300

    /// Puts the finished database in its place.
    package func finish() throws {
        do {
            let database = try opened()
            try CatalogueStore.write(catalogue, to: database)
            try database.execute("COMMIT; PRAGMA optimize")
            self.database = nil
        } catch {
            throw error.isFull ? DataLoadError.tooLarge(limit: limit) : .database(reason: error.message)
        }
        guard rename(partialPath, path) == 0 else {
            throw DataLoadError.database(reason: String(cString: strerror(errno)))
        }
        isFinished = true
    }
}
