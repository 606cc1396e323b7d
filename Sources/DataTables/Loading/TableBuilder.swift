import AssistantsAPI
import Foundation

/// Makes a folder of tables: a file for each, and a database that reads them. Blocks while it works: call it off the cooperative
/// pool.
///
/// The folder appears at its path only when `finish` has returned, complete; until then it has another name.
package final class TableBuilder {
    private let path: String
    private let partialPath: String
    /// Nil when it is finished.
    private var database: SQLiteDatabase?
    private let limit: Int
    private let isCancelled: () -> Bool
    private var names = ColumnNames()
    /// Of the tables' files.
    private var bytes = 0
    /// By their names.
    private var stored: [String: LoadedTables.Table] = [:]
    /// Tables of the source that is being added.
    private var added: [LoadedTables.Table] = []
    /// Tables of all sources, also of those that were taken back: files of the same name never follow each other.
    private var begun = 0
    package private(set) var catalogue = Catalogue()
    private var isFinished = false

    /// - Parameters:
    ///   - path: Where the folder will be; there must be nothing.
    ///   - limit: Bytes that the tables may take; more throws `DataLoadError.tooLarge`.
    ///   - isCancelled: Asked now and then; true makes loading throw `DataLoadError.cancelled`.
    package init(path: String, limit: Int = 2 << 30, isCancelled: @escaping () -> Bool = { false }) throws {
        self.path = path
        self.limit = limit
        self.isCancelled = isCancelled
        partialPath = "\(path).\(UInt64.random(in: 0...UInt64.max)).partial"
        do {
            try FileManager.default.createDirectory(atPath: partialPath, withIntermediateDirectories: true)
            let database = try SQLiteDatabase(path: TableFolder.database(in: partialPath), mode: .create)
            try ColumnModule.install(on: database, folder: partialPath)
            // Nobody sees the folder before it is whole, and one that is lost is made again.
            try database.execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = FILE; BEGIN")
            self.database = database
        } catch let error as SQLiteError {
            throw DataLoadError.database(reason: error.message)
        } catch {
            throw DataLoadError.database(reason: error.localizedDescription)
        }
        // Its names are SQLite's or ours.
        names.add(CatalogueStore.table)
    }

    deinit { if !isFinished { TableFolder.remove(partialPath) } }

    /// Adds the tables of a source. A table that has a name already gets a number behind it.
    ///
    /// Nothing of a source is added that throws.
    ///
    /// - Returns: What was added; never empty, as a source without rows throws `DataLoadError.empty`.
    @discardableResult
    package func add(_ source: DataSource) throws -> LoadedTables {
        try adding {
            switch source.content {
            case .file(let path):
                try MappedBytes.withFile(at: path) { bytes in
                    try SourceText.withUTF8(of: bytes) { try load(source, $0) }
                }
            case .text(let text):
                var copy = text
                try copy.withUTF8 { try load(source, UnsafeRawBufferPointer($0)) }
            }
        }
    }

    /// Adds tables that were made before, as they are.
    @discardableResult
    package func add(_ loaded: LoadedTables) throws -> LoadedTables {
        try adding {
            for table in loaded.tables {
                let file = newFile()
                var description = table.description
                description.name = newName(table.wantedName)
                do {
                    try TableFolder.link(table.file, in: loaded.folder, to: file, in: partialPath)
                    try put(LoadedTables.Table(copying: table, as: description, file: file))
                } catch {
                    unlink(ColumnModule.file(file, in: partialPath))
                    throw error
                }
            }
        }
    }

    private func adding(_ body: () throws -> Void) throws -> LoadedTables {
        added = []
        let formerNames = names
        do {
            try body()
            if added.isEmpty { throw DataLoadError.empty }
        } catch {
            try removeAdded()
            names = formerNames
            switch error {
            case DataLoadError.tooLarge: throw DataLoadError.tooLarge(limit: limit)
            case let error as SQLiteError:
                throw error.isFull ? DataLoadError.tooLarge(limit: limit) : .database(reason: error.message)
            case let error as JSONParsingError:
                throw DataLoadError.malformed(offset: error.offset, reason: error.reason)
            default: throw error
            }
        }
        for table in added {
            stored[table.description.name] = table
            catalogue.tables.append(table.description)
        }
        return LoadedTables(folder: path, tables: added)
    }

    private func removeAdded() throws {
        for table in added {
            do {
                try opened().execute("DROP TABLE \(table.description.name.quoted)")
            } catch {
                throw DataLoadError.database(reason: error.message)
            }
            unlink(ColumnModule.file(table.file, in: partialPath))
            bytes -= table.bytes
        }
    }

    private func newFile() -> String {
        begun += 1
        return "t\(begun)"
    }

    private func load(_ source: DataSource, _ text: UnsafeRawBufferPointer) throws {
        switch source.format {
        case .jsonLines: try load(JSONLineRows(text), source.name, source)
        case .separated(let separator): try load(SeparatedRows(text, separator: separator), source.name, source)
        case .json:
            for table in try DocumentTables(in: text, named: source.name).tables {
                try load(JSONRows(table.kind), table.name, source)
            }
        }
    }

    private func load(_ rows: any RowReader, _ wantedName: String, _ source: DataSource) throws {
        let name = newName(wantedName)
        let file = newFile()
        let loader = TableLoader(
            name: name,
            source: source.origin,
            path: ColumnModule.file(file, in: partialPath),
            limit: limit - bytes,
            isCancelled: isCancelled
        )
        do {
            guard let loaded = try loader.load(rows) else {
                unlink(loader.path)
                return
            }
            try put(LoadedTables.Table(loaded, wantedName: wantedName, file: file))
        } catch {
            unlink(loader.path)
            throw error
        }
    }

    private func put(_ table: LoadedTables.Table) throws {
        guard bytes + table.bytes <= limit else { throw DataLoadError.tooLarge(limit: limit) }
        try opened().execute(
            ColumnModule.declaration(of: table.description.name, files: [table.file], columns: table.columns)
        )
        bytes += table.bytes
        added.append(table)
    }

    private func newName(_ wanted: String) -> String {
        // SQLite keeps names that begin so for itself.
        let safe = wanted.lowercased().hasPrefix("sqlite_") ? "_" + wanted : wanted
        return names.add(ColumnNames.cleaned(safe, or: "data"))
    }

    private func opened() throws(SQLiteError) -> SQLiteDatabase {
        guard let database else { throw SQLiteError(code: 0, message: "they are finished") }
        return database
    }

    /// A column that has names in place of the values of another one.
    package struct NameColumn {
        let name: String
        let column: String
        let names: (String) -> String?

        /// - Parameters:
        ///   - column: The column of the table whose values are given names: one whose different values were counted exactly.
        ///   - names: The name for a value's text; nil for null.
        package init(_ name: String, of column: String, names: @escaping (String) -> String?) {
            self.name = name
            self.column = column
            self.names = names
        }
    }

    /// Adds columns to a table that only queries that name them see. To be called once for a table.
    package func add(_ columns: [NameColumn], to table: TableDescription) throws {
        guard let stored = stored[table.name], !columns.isEmpty else { return }
        let (file, declared) = (stored.file, stored.columns)
        do {
            let paths = [file, "\(file)n"].map { ColumnModule.file($0, in: partialPath) }
            var added = try NameColumns(ColumnTable(paths: [paths[0]]), path: paths[1], limit: limit - bytes)
            for column in columns {
                guard let index = declared.firstIndex(where: { $0.name == column.column }) else { continue }
                try added.add(of: index, column.names)
            }
            bytes += try added.finish()
            let all = declared + columns.map { DeclaredColumn(name: $0.name, declaration: "TEXT HIDDEN") }
            let database = try opened()
            try database.execute("DROP TABLE \(table.name.quoted)")
            try database.execute(ColumnModule.declaration(of: table.name, files: [file, "\(file)n"], columns: all))
        } catch let error as SQLiteError {
            throw DataLoadError.database(reason: error.message)
        }
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

    /// The first two columns of what a query returns, as text, without rows that have a null in one of them.
    ///
    /// - Parameter query: A SELECT, which is trusted.
    package func pairs(_ query: String) throws -> [(String, String)] {
        do {
            let statement = try opened().prepare(query)
            var pairs: [(String, String)] = []
            while try statement.step() {
                if let first = statement.text, let second = statement.text(1) { pairs.append((first, second)) }
            }
            return pairs
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
            try database.execute("COMMIT")
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
