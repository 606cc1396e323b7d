/// Why data could not be made into tables, in words for whoever sent them.
package enum DataLoadError: Error, Equatable, CustomStringConvertible {
    case unreadable(reason: String)
    /// The bytes are no text that is known here.
    case unknownEncoding
    /// The text is not of its format; `offset` is that of the first wrong byte.
    case malformed(offset: Int, reason: String)
    /// There is no row in it.
    case empty
    case tooLarge(limit: Int)
    case cancelled
    case database(reason: String)

    package var description: String {
        switch self {
        case .unreadable(let reason): "The data cannot be read: \(reason)."
        case .unknownEncoding: "The text is in none of the encodings UTF-8, UTF-16 and CP949 (EUC-KR)."
        case .malformed(let offset, let reason): "The data is malformed at byte \(offset): \(reason)."
        case .empty: "There are no rows in the data."
        case .tooLarge(let limit): "The tables would take more than \(limit >> 20) MB."
        case .cancelled: "Loading the data was cancelled."
        case .database(let reason): "The tables cannot be written: \(reason)."
        }
    }
}
