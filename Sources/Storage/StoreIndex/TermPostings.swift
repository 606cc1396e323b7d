import CTermPostings
import GRDB
import GRDBSQLite

/// The chunks that have a term, as the index tells them; used again for one term after the other.
final class TermPostings {
    private let storage: UnsafeMutablePointer<term_postings>

    init() {
        storage = .allocate(capacity: 1)
        storage.initialize(to: term_postings())
    }

    deinit {
        term_postings_clear(storage)
        storage.deallocate()
    }

    /// The numbers of the chunks, which ascend.
    var chunks: UnsafeBufferPointer<Int64> { UnsafeBufferPointer(start: storage.pointee.rows, count: count) }
    /// For each of them, the column of the index that has the term.
    var columns: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: storage.pointee.columns, count: count) }
    var count: Int { storage.pointee.count }
    /// Whether there are more than were asked for.
    var isCut: Bool { storage.pointee.is_cut != 0 }

    /// Finds the chunks with a term, at most `limit` of them.
    func find(_ term: String, limit: Int, in db: GRDB.Database) throws {
        storage.pointee.count = 0
        storage.pointee.is_cut = 0
        storage.pointee.limit = limit
        // A term has neither quotes nor spaces: nothing in it can be taken for the index's own language.
        _ = try db.hasRow(
            "SELECT term_postings(chunk_terms, ?) FROM chunk_terms WHERE chunk_terms MATCH ? LIMIT 1",
            [Parameter(storage: storage), "\"\(term)\""]
        )
    }

    /// Makes the function known that the statement needs.
    static func register(on db: GRDB.Database) throws {
        let code = term_postings_register(db.sqliteConnection)
        guard code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
    }

    private struct Parameter: SQLValue {
        let storage: UnsafeMutablePointer<term_postings>

        func bind(to statement: OpaquePointer, at index: CInt) -> CInt {
            term_postings_bind(statement, index, storage)
        }
    }
}
