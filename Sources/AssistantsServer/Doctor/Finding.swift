/// The outcome of one check, shown as one line.
enum Finding: CustomStringConvertible, Equatable {
    case well(String)
    /// Nothing that keeps the server from working.
    case note(String)
    case failed(String, remedy: String)

    var description: String {
        switch self {
        case .well(let what): "✓ \(what)"
        case .note(let what): "! \(what)"
        case .failed(let what, let remedy): "✗ \(what) → \(remedy)"
        }
    }
}
