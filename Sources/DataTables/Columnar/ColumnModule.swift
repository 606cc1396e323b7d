import Foundation
import GRDBSQLite

/// Lets SQLite read tables out of their files, as virtual tables.
///
/// SQLite's own tables take a second to group a million rows by a column without an index. These hand rows over in the order
/// that a query groups or sorts by, if it is one of columns with few values, and find the rows of a value at once.
enum ColumnModule {
    static let name = "data_columns"

    /// - Parameter folder: Where the files are that tables name.
    static func install(on database: SQLiteDatabase, folder: String) throws(SQLiteError) {
        let context = Unmanaged.passRetained(Folder(path: folder))
        let release: @convention(c) (UnsafeMutableRawPointer?) -> Void = { context in
            if let context { Unmanaged<Folder>.fromOpaque(context).release() }
        }
        guard sqlite3_create_module_v2(database.handle, name, module, context.toOpaque(), release) == SQLITE_OK else {
            throw database.error
        }
    }

    /// The statement that makes a table.
    ///
    /// - Parameters:
    ///   - files: The names of its files without `.columns`: letters and digits alone. What `NameColumns` made comes behind the
    ///     table's own.
    ///   - columns: In the order of the files.
    static func declaration(of table: String, files: [String], columns: [DeclaredColumn]) -> String {
        let list = [files.joined(separator: " ")] + columns.map { "\($0.name.quoted) \($0.declaration)" }
        return "CREATE VIRTUAL TABLE \(table.quoted) USING \(name)(\(list.joined(separator: ", ")))"
    }

    static func file(_ name: String, in folder: String) -> String { "\(folder)/\(name).columns" }

    private final class Folder {
        let path: String
        init(path: String) { self.path = path }
    }

    // What SQLite is handed begins with its own structures; Swift puts the first field of a structure at its beginning.

    private struct Table {
        var base = sqlite3_vtab()
        let table: Unmanaged<ColumnTable>
    }

    private struct Cursor {
        var base = sqlite3_vtab_cursor()
        let columns: UnsafePointer<ColumnTable.Column>
        var scan: ColumnScan
    }

    /// Never changed once it is made, and used by SQLite as long as there is a connection.
    nonisolated(unsafe) private static let module: UnsafePointer<sqlite3_module> = {
        var module = sqlite3_module()
        module.xCreate = { database, context, count, arguments, made, message in
            ColumnModule.connect(database, context, count, arguments, made, message)
        }
        module.xConnect = { database, context, count, arguments, made, message in
            ColumnModule.connect(database, context, count, arguments, made, message)
        }
        module.xBestIndex = { table, info in
            guard let table, let info else { return SQLITE_ERROR }
            return ColumnPlan.make(ColumnModule.table(table), info)
        }
        module.xDisconnect = { ColumnModule.disconnect($0) }
        module.xDestroy = { ColumnModule.disconnect($0) }
        module.xOpen = { table, made in
            guard let table else { return SQLITE_ERROR }
            let data = ColumnModule.table(table)
            guard let columns = data.columns.baseAddress else { return SQLITE_ERROR }
            let cursor = UnsafeMutablePointer<Cursor>.allocate(capacity: 1)
            cursor.initialize(to: Cursor(columns: columns, scan: ColumnScan(all: data)))
            made?.pointee = UnsafeMutableRawPointer(cursor).assumingMemoryBound(to: sqlite3_vtab_cursor.self)
            return SQLITE_OK
        }
        module.xClose = { opened in
            guard let cursor = ColumnModule.cursor(opened) else { return SQLITE_ERROR }
            cursor.pointee.scan.free()
            cursor.deallocate()
            return SQLITE_OK
        }
        module.xFilter = { opened, column, order, _, arguments in
            guard let cursor = ColumnModule.cursor(opened), let table = opened?.pointee.pVtab else {
                return SQLITE_ERROR
            }
            let plan = ColumnPlan(column: column, order: order)
            cursor.pointee.scan.free()
            cursor.pointee.scan = plan.scan(ColumnModule.table(table), arguments?[0])
            return SQLITE_OK
        }
        module.xNext = { opened in
            ColumnModule.cursor(opened)?.pointee.scan.advance()
            return SQLITE_OK
        }
        module.xEof = { opened in ColumnModule.cursor(opened)?.pointee.scan.isAtEnd == false ? 0 : 1 }
        module.xColumn = { opened, context, column in
            guard let cursor = ColumnModule.cursor(opened) else { return SQLITE_ERROR }
            switch cursor.pointee.columns[Int(column)].value(cursor.pointee.scan.row) {
            case .null: sqlite3_result_null(context)
            case .integer(let value): sqlite3_result_int64(context, value)
            case .decimal(let value): sqlite3_result_double(context, value)
            case .text(let text):
                // The file stays mapped as long as the table is connected, and so longer than any statement.
                let start = text.baseAddress?.assumingMemoryBound(to: CChar.self)
                sqlite3_result_text(context, start, Int32(text.count), nil)
            }
            return SQLITE_OK
        }
        module.xRowid = { opened, row in
            guard let cursor = ColumnModule.cursor(opened) else { return SQLITE_ERROR }
            row?.pointee = Int64(cursor.pointee.scan.row + 1)
            return SQLITE_OK
        }
        let kept = UnsafeMutablePointer<sqlite3_module>.allocate(capacity: 1)
        kept.initialize(to: module)
        return UnsafePointer(kept)
    }()

    private static func connect(
        _ database: OpaquePointer?,
        _ context: UnsafeMutableRawPointer?,
        _ count: Int32,
        _ arguments: UnsafePointer<UnsafePointer<CChar>?>?,
        _ made: UnsafeMutablePointer<UnsafeMutablePointer<sqlite3_vtab>?>?,
        _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
    ) -> Int32 {
        let given = (0..<Int(count)).compactMap { arguments?[$0].map { String(cString: $0) } }
        guard let context, given.count > 4 else { return SQLITE_ERROR }
        let folder = Unmanaged<Folder>.fromOpaque(context).takeUnretainedValue().path
        do {
            let files = given[3].split(separator: " ").map { file(String($0), in: folder) }
            let data = try ColumnTable(paths: files)
            guard data.columns.count == given.count - 4 else { return SQLITE_CORRUPT }
            let code = sqlite3_declare_vtab(database, "CREATE TABLE x (\(given[4...].joined(separator: ", ")))")
            guard code == SQLITE_OK else { return code }
            let table = UnsafeMutablePointer<Table>.allocate(capacity: 1)
            table.initialize(to: Table(table: Unmanaged.passRetained(data)))
            made?.pointee = UnsafeMutableRawPointer(table).assumingMemoryBound(to: sqlite3_vtab.self)
            return SQLITE_OK
        } catch {
            return SQLITE_CANTOPEN
        }
    }

    private static func disconnect(_ table: UnsafeMutablePointer<sqlite3_vtab>?) -> Int32 {
        guard let table else { return SQLITE_ERROR }
        let own = UnsafeMutableRawPointer(table).assumingMemoryBound(to: Table.self)
        own.pointee.table.release()
        own.deallocate()
        return SQLITE_OK
    }

    private static func table(_ table: UnsafeMutablePointer<sqlite3_vtab>) -> ColumnTable {
        UnsafeMutableRawPointer(table).assumingMemoryBound(to: Table.self).pointee.table.takeUnretainedValue()
    }

    private static func cursor(_ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?) -> UnsafeMutablePointer<Cursor>? {
        UnsafeMutableRawPointer(cursor)?.assumingMemoryBound(to: Cursor.self)
    }
}
