/// Tables are written in groups of rows: of each group, one column after the other. So what is gathered in memory does not grow
/// with the table.
enum RowGroup {
    static let bits = 14
    static let rows = 1 << bits
    static let mask = rows - 1

    /// How the values of one column in one group are written.
    enum Form {
        /// They are not: all are null.
        static let absent: UInt64 = 0
        /// A number of 16 bits for each, its place in the column's dictionary.
        static let codes: UInt64 = 1
        /// Words of 64 bits, then tags of 8; texts are elsewhere.
        static let plain: UInt64 = 2
    }

    /// Where the values of one column in one group are, from the beginning of the file.
    struct Segment {
        var form = Form.absent
        var offset = 0
        /// Of plain values: where their tags are, and what the places of texts are counted from.
        var tags = 0
        var text = 0

        /// How many words it is written as.
        static let words = 4
    }
}
