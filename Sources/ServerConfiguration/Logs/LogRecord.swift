import Logging

/// One thing that was logged, on its way from the caller to the writing thread.
///
/// Nothing is formatted or merged at the caller's expense.
package struct LogRecord: Sendable {
    let time: LogTime
    let level: Logger.Level
    let label: String
    let message: String
    let error: String?
    /// The logger's own metadata, and what goes before it: the task's, then the call's.
    let loggerMetadata: Logger.Metadata
    let taskMetadata: Logger.Metadata
    let callMetadata: Logger.Metadata

    package init(
        time: LogTime,
        level: Logger.Level,
        label: String,
        message: String,
        error: String? = nil,
        loggerMetadata: Logger.Metadata = [:],
        taskMetadata: Logger.Metadata = [:],
        callMetadata: Logger.Metadata = [:]
    ) {
        self.time = time
        self.level = level
        self.label = label
        self.message = message
        self.error = error
        self.loggerMetadata = loggerMetadata
        self.taskMetadata = taskMetadata
        self.callMetadata = callMetadata
    }

    /// About how many bytes the record holds on to.
    var weight: Int {
        var weight = 256 + message.utf8.count + (error?.utf8.count ?? 0)
        for value in callMetadata.values {
            if case .string(let text) = value { weight += text.utf8.count }
        }
        return weight
    }

    /// The metadata in a stable order, nested dictionaries as `outer.inner`, redacted.
    func fields(_ redaction: LogRedaction) -> [LogField] {
        var merged = loggerMetadata
        if !taskMetadata.isEmpty { merged.merge(taskMetadata) { _, inner in inner } }
        if !callMetadata.isEmpty { merged.merge(callMetadata) { _, inner in inner } }
        var fields: [LogField] = []
        fields.reserveCapacity(merged.count + 1)
        for (name, value) in merged { LogField.append(value, named: name, to: &fields, redaction) }
        fields.sort { $0.name < $1.name }
        if let error { fields.append(LogField(name: "error", value: .text(redaction.scrub(error)))) }
        return fields
    }
}

/// A named value of a log line.
struct LogField: Equatable {
    enum Value: Equatable {
        case text(String)
        case integer(Int)
        case number(Double)
        case truth(Bool)
        case list([String])
    }

    let name: String
    let value: Value

    static func append(
        _ value: Logger.MetadataValue,
        named name: String,
        to fields: inout [LogField],
        _ redaction: LogRedaction
    ) {
        guard !redaction.hides(name) else {
            fields.append(LogField(name: name, value: .text(LogRedaction.mask)))
            return
        }
        switch value {
        case .string(let text): fields.append(LogField(name: name, value: .text(redaction.scrub(text))))
        case .stringConvertible(let convertible):
            fields.append(LogField(name: name, value: Value(convertible, redaction)))
        case .array(let elements):
            fields.append(LogField(name: name, value: .list(elements.map { redaction.scrub("\($0)") })))
        case .dictionary(let members):
            for (inner, value) in members { append(value, named: "\(name).\(inner)", to: &fields, redaction) }
        }
    }
}

extension LogField.Value {
    fileprivate init(_ convertible: any CustomStringConvertible & Sendable, _ redaction: LogRedaction) {
        self =
            switch convertible {
            case let value as Int: .integer(value)
            case let value as Double where value.isFinite: .number(value)
            case let value as Bool: .truth(value)
            default: .text(redaction.scrub(convertible.description))
            }
    }
}
