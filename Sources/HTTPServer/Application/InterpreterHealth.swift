import AssistantsAPI

/// Whether models can run code, as the health check tells it.
package enum InterpreterHealth: Sendable, Equatable {
    case available
    /// It has not been tried yet.
    case untested
    case unavailable(reason: String)
    case off
}

extension InterpreterHealth: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        switch self {
        case .available: writer.member("status", "available")
        case .untested: writer.member("status", "untested")
        case .off: writer.member("status", "off")
        case .unavailable(let reason):
            writer.member("status", "unavailable")
            writer.member("reason", reason)
        }
        writer.endObject()
    }
}
