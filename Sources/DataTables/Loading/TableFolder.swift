import Foundation

/// The folder of a thread's tables: a database with the catalogue and the views, and beside it a file for each table.
package enum TableFolder {
    static func database(in path: String) -> String { "\(path)/tables.sqlite" }

    /// Bytes of all its files.
    package static func size(_ path: String) -> Int {
        files(in: path).reduce(0) { sum, file in
            var information = stat()
            return sum + (stat("\(path)/\(file)", &information) == 0 ? Int(information.st_size) : 0)
        }
    }

    package static func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }

    /// Puts a table's file into another folder too, on the disk only once where the disk can do that.
    static func link(_ file: String, in folder: String, to copy: String, in other: String) throws {
        let (from, to) = (ColumnModule.file(file, in: folder), ColumnModule.file(copy, in: other))
        guard Foundation.link(from, to) != 0 else { return }
        do {
            try FileManager.default.copyItem(atPath: from, toPath: to)
        } catch {
            throw DataLoadError.database(reason: error.localizedDescription)
        }
    }

    private static func files(in path: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    }
}
