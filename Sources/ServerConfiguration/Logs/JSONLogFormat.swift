import AssistantsAPI
import Logging

/// A line as JSON: time (UTC), level in capitals, logger, message, then its metadata as flat members.
struct JSONLogFormat {
    private var time = LogTimeFormatter(.utc)
    // Kept, as are their buffers.
    private var moment: [UInt8] = []
    private var writer = JSONWriter()

    mutating func append(_ line: LogLine, to bytes: inout [UInt8]) {
        moment.removeAll(keepingCapacity: true)
        time.append(line.time, to: &moment)
        writer.restart()
        writer.beginObject()
        writer.key("time")
        writer.rawString(moment)
        writer.member("level", line.level.capitals)
        writer.member("logger", line.label)
        writer.member("message", line.message)
        for field in line.fields {
            writer.key(Self.isReserved(field.name) ? field.name + "_" : field.name)
            Self.write(field.value, to: &writer)
        }
        writer.endObject()
        bytes.append(contentsOf: writer.bytes)
        bytes.append(UInt8(ascii: "\n"))
    }

    private static func isReserved(_ name: String) -> Bool {
        name == "time" || name == "level" || name == "logger" || name == "message"
    }

    private static func write(_ value: LogLine.Field.Value, to writer: inout JSONWriter) {
        switch value {
        case .text(let text): writer.value(text)
        case .integer(let value): writer.value(value)
        case .number(let text): writer.raw(text)
        case .truth(let value): writer.value(value)
        case .list(let elements):
            writer.beginArray()
            for element in elements { writer.value(element) }
            writer.endArray()
        }
    }
}
