import AssistantsAPI
import Logging

/// A line as JSON: time (UTC), level in capitals, logger, message, then its metadata as flat members.
struct JSONLogFormat {
    private var time = LogTimeFormatter(.utc)

    mutating func append(_ line: LogLine, to bytes: inout [UInt8]) {
        var moment: [UInt8] = []
        time.append(line.time, to: &moment)
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("time", String(decoding: moment, as: UTF8.self))
        writer.member("level", line.level.capitals)
        writer.member("logger", line.label)
        writer.member("message", line.message)
        for field in line.fields {
            writer.key(Self.reserved.contains(field.name) ? field.name + "_" : field.name)
            Self.write(field.value, to: &writer)
        }
        writer.endObject()
        bytes.append(contentsOf: writer.bytes)
        bytes.append(UInt8(ascii: "\n"))
    }

    private static let reserved: Set<String> = ["time", "level", "logger", "message"]

    private static func write(_ value: LogLine.Field.Value, to writer: inout JSONWriter) {
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
