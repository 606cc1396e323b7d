import Logging

/// A record as it may be shown: without secrets, its metadata flat and in a stable order.
struct LogLine {
    struct Field {
        enum Value {
            case text(String)
            case integer(Int)
            /// As it is written.
            case number(String)
            case truth(Bool)
            case list([String])
        }

        let name: String
        let value: Value
    }

    let time: LogTime
    let level: Logger.Level
    let label: String
    let message: String
    let fields: [Field]
}

/// Makes lines of records, and remembers which names of metadata hide their values.
struct LogLineReader {
    private let redaction: LogRedaction
    /// In a row, as a few short names are compared faster than one is hashed.
    private var names: [(name: String, isHidden: Bool)] = []

    /// Names are few, unless somebody logs them from data.
    private static let maximumNames = 64

    init(redaction: LogRedaction) { self.redaction = redaction }

    mutating func line(_ record: LogRecord) -> LogLine {
        let metadata = record.metadata
        var fields: [LogLine.Field] = []
        fields.reserveCapacity(metadata.count + 1)
        for (name, value) in metadata { append(value, named: name, to: &fields) }
        fields.sort { $0.name < $1.name }
        if let error = record.error { fields.append(.init(name: "error", value: .text(redaction.scrub(error)))) }
        return LogLine(
            time: record.time,
            level: record.level,
            label: record.label,
            message: redaction.scrub(record.message),
            fields: fields
        )
    }

    /// A dictionary becomes fields named `outer.inner`.
    private mutating func append(_ value: Logger.MetadataValue, named name: String, to fields: inout [LogLine.Field]) {
        guard !hides(name) else {
            fields.append(.init(name: name, value: .text(LogRedaction.mask)))
            return
        }
        switch value {
        case .string(let text): fields.append(.init(name: name, value: .text(redaction.scrub(text))))
        case .stringConvertible(let convertible): fields.append(.init(name: name, value: self.value(convertible)))
        case .array(let elements):
            fields.append(.init(name: name, value: .list(elements.map { redaction.scrub("\($0)") })))
        case .dictionary(let members):
            for (inner, value) in members { append(value, named: "\(name).\(inner)", to: &fields) }
        }
    }

    private func value(_ convertible: any CustomStringConvertible & Sendable) -> LogLine.Field.Value {
        switch convertible {
        case let value as Int: .integer(value)
        case let value as Double where value.isFinite: .number("\(value)")
        case let value as Bool: .truth(value)
        default: .text(redaction.scrub(convertible.description))
        }
    }

    private mutating func hides(_ name: String) -> Bool {
        if let known = names.first(where: { $0.name == name }) { return known.isHidden }
        let isHidden = redaction.hides(name)
        if names.count >= Self.maximumNames { names.removeAll() }
        names.append((name, isHidden))
        return isHidden
    }
}

extension Logger.Level {
    /// The name as logs show it.
    var capitals: String {
        switch self {
        case .trace: "TRACE"
        case .debug: "DEBUG"
        case .info: "INFO"
        case .notice: "NOTICE"
        case .warning: "WARNING"
        case .error: "ERROR"
        case .critical: "CRITICAL"
        }
    }
}
