/// Gives columns the names they have in SQL: as they are written in the data, Korean or with spaces, changed only where
/// SQL leaves no choice. Names that differ in the case of ASCII letters alone are one name to SQL, so the later gets a
/// number.
struct ColumnNames {
    private(set) var names: [String] = []
    private var taken: Set<String> = []

    /// In bytes of UTF-8; longer names are cut.
    private static let longest = 120

    /// Adds a column and returns its name.
    @discardableResult
    mutating func add(_ wanted: String) -> String {
        let base = Self.cleaned(wanted, or: "column_\(names.count + 1)")
        var name = base
        var number = 2
        while !taken.insert(name.lowercased()).inserted {
            name = "\(base)_\(number)"
            number += 1
        }
        names.append(name)
        return name
    }

    /// A name that can stand in SQL between double quotes.
    static func cleaned(_ name: String, or fallback: String) -> String {
        var cleaned = ""
        for scalar in name.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .format, .surrogate, .privateUse, .unassigned:
                cleaned.unicodeScalars.append(" ")
            default: cleaned.unicodeScalars.append(scalar == "\"" ? "'" : scalar)
            }
        }
        while cleaned.utf8.count > longest { cleaned.removeLast() }
        let words = cleaned.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return words.isEmpty ? fallback : words
    }
}

extension String {
    /// The name as SQL writes it: bare where it can, else in double quotes.
    package var sqlName: String {
        let isBare = utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...:
                true
            default: false
            }
        }
        let beginsWithDigit = utf8.first.map { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 } ?? true
        if isBare, !beginsWithDigit, !SQLKeywords.all.contains(uppercased()) { return self }
        return "\"" + split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    /// The name in double quotes, as SQL takes any name.
    var quoted: String {
        "\"" + split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    /// The text as a literal of SQL.
    package var sqlLiteral: String {
        "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
    }
}

/// The words that SQLite keeps for itself.
enum SQLKeywords {
    static let all: Set<String> = Set(
        """
        ABORT ACTION ADD AFTER ALL ALTER ALWAYS ANALYZE AND AS ASC ATTACH AUTOINCREMENT BEFORE BEGIN BETWEEN BY CASCADE CASE \
        CAST CHECK COLLATE COLUMN COMMIT CONFLICT CONSTRAINT CREATE CROSS CURRENT CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP \
        DATABASE DEFAULT DEFERRABLE DEFERRED DELETE DESC DETACH DISTINCT DO DROP EACH ELSE END ESCAPE EXCEPT EXCLUDE EXCLUSIVE \
        EXISTS EXPLAIN FAIL FILTER FIRST FOLLOWING FOR FOREIGN FROM FULL GENERATED GLOB GROUP GROUPS HAVING IF IGNORE IMMEDIATE \
        IN INDEX INDEXED INITIALLY INNER INSERT INSTEAD INTERSECT INTO IS ISNULL JOIN KEY LAST LEFT LIKE LIMIT MATCH \
        MATERIALIZED NATURAL NO NOT NOTHING NOTNULL NULL NULLS OF OFFSET ON OR ORDER OTHERS OUTER OVER PARTITION PLAN PRAGMA \
        PRECEDING PRIMARY QUERY RAISE RANGE RECURSIVE REFERENCES REGEXP REINDEX RELEASE RENAME REPLACE RESTRICT RETURNING RIGHT \
        ROLLBACK ROW ROWS SAVEPOINT SELECT SET TABLE TEMP TEMPORARY THEN TIES TO TRANSACTION TRIGGER UNBOUNDED UNION UNIQUE \
        UPDATE USING VACUUM VALUES VIEW VIRTUAL WHEN WHERE WINDOW WITH WITHOUT
        """.split(separator: " ").map(String.init)
    )
}
