import AssistantsAPI
import GRDB

extension StoreMap {
    /// Reads what memory keeps of an index that was just opened. Files that a process left unfinished are given up.
    init(reading db: GRDB.Database) throws {
        try db.run("UPDATE files SET state = 2 WHERE state = 0")
        space = try StoredVectors.space(in: db)
        try db.forEach("SELECT seq, id, name, attributes FROM files WHERE state = 1", []) { row in
            files[row.integer(0)] = IndexedFile(
                id: Identifier(row.text(1)),
                name: row.text(2),
                attributes: Attributes(storedJSON: row.text(3)) ?? Attributes(),
                isVisible: true
            )
            return true
        }
        // The whole of it is in the index `chunks_of_file`; texts are not read.
        var found: [(chunk: Int, file: Int, terms: Int)] = []
        try db.forEach("SELECT id, file, terms FROM chunks INDEXED BY chunks_of_file ORDER BY file, number", []) {
            row in
            let file = row.integer(1)
            if files[file] != nil { found.append((row.integer(0), file, row.integer(2))) }
            return true
        }
        found.sort { $0.chunk < $1.chunk }
        for (chunk, file, terms) in found { append(file: file, firstChunk: chunk, lengths: [terms]) }
    }

    /// Takes in the vectors that were read.
    mutating func install(_ loaded: StoredVectors.Loaded) {
        matrix = loaded.matrix
        setRows(loaded.rows)
    }
}
