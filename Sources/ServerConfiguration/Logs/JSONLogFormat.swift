import AssistantsAPI
import Logging

/// A record as a line of JSON: time (UTC), level in capitals, logger, message, then its metadata as flat members.
struct JSONLogFormat {
    private var time = LogTimeFormatter(.utc)
    private let redaction: LogRedaction

    init(redaction: LogRedaction) { self.redaction = redaction }

    mutating func append(_ record: LogRecord, to bytes: inout [UInt8]) {
        var moment: [UInt8] = []
        time.append(record.time, to: &moment)
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("time", String(decoding: moment, as: UTF8.self))
        writer.member("level", record.level.rawValue.uppercased())
        writer.member("logger", record.label)
        writer.member("message", redaction.scrub(record.message))
        for field in record.fields(redaction) {
            writer.key(Self.reserved.contains(field.name) ? field.name + "_" : field.name)
            Self.write(field.value, to: &writer)
        }
        writer.endObject()
        bytes.append(contentsOf: writer.bytes)
        bytes.append(UInt8(ascii: "\n"))
    }

    private static let reserved: Set<String> = ["time", "level", "logger", "message"]

    private static func write(_ value: LogField.Value, to writer: inout JSONWriter) {
        switch value {
        case .text(let text): writer.value(text)
        case .integer(let value): writer.value(value)
        case .number(let value): writer.value(value)
        case .truth(let value): writer.value(value)
        case .list(let elements):
            writer.beginArray()
            for element in elements { writer.value(element) }
            writer.endArray()
        }
    }
}
