/// Why a text is not JSON, and where.
package struct JSONParsingError: Error, Equatable {
    /// Offset of the first wrong byte.
    package let offset: Int
    package let reason: String

    package init(offset: Int, reason: String) {
        self.offset = offset
        self.reason = reason
    }
}
