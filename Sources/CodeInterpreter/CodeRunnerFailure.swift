/// Why a cell was not run. What goes wrong within a cell is a ``CellResult``.
package enum CodeRunnerFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// There is no sandbox, or no Python in it.
    case unavailable(reason: String, remedy: String)
    /// All the room for sessions is taken, and was not given free in time.
    case busy(reason: String)
    /// A file of the server could not be given to the session.
    case inputUnreadable(name: String)
    /// A produced file is larger than its reader takes.
    case tooLarge(path: String, limit: Int)

    package var description: String {
        switch self {
        case .unavailable(let reason, let remedy):
            "The code interpreter is not available: \(reason). Remedy: \(remedy)."
        case .busy(let reason): "The code interpreter is busy: \(reason)."
        case .inputUnreadable(let name): "The file \(name) could not be given to the code interpreter."
        case .tooLarge(let path, let limit): "The file \(path) is larger than the \(limit) bytes that may be kept."
        }
    }
}
