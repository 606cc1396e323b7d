import AssistantsAPI
import DataTables
import Foundation

/// The tables that a conversation's data are, to be loaded: what came as `system_data`, and what was pasted into messages. The
/// newer table of a name takes the place of the older one, wherever each was found.
package struct ConversationTables {
    package private(set) var sources: [DataSource] = []
    /// Tables that are not among the sources, as there are too many.
    package private(set) var dropped = 0

    /// Names of fields and tables that a user has added.
    private let names: FieldNames

    private static let maximumTables = 64

    /// Where the tables are from, in the words of their descriptions.
    package static let systemData = "system_data"
    private static let message = "a message"
    static let origins: Set<String> = [systemData, message]

    package init(names: FieldNames) { self.names = names }

    /// Whether there is data in a message.
    package static func isData(in message: String) -> Bool {
        // Most messages end here: no table is without these.
        guard message.contains(byte: UInt8(ascii: "{")), message.contains(byte: UInt8(ascii: "[")) else { return false }
        return !MessageContent(message, keepsRows: false).tables.isEmpty
    }

    /// A message with words in place of the larger of its data: whoever reads it has them as tables.
    package static func withoutData(_ message: String) -> String {
        guard message.utf8.count > shownData, isData(in: message) else { return message }
        let ranges = MessageContent(message, keepsRows: false).ranges.filter { $0.count > shownData }
        if ranges.isEmpty { return message }
        let bytes = Array(message.utf8)
        var kept = ""
        var end = 0
        for range in ranges where range.lowerBound >= end {
            kept += String(decoding: bytes[end..<range.lowerBound], as: UTF8.self) + placeholder
            end = range.upperBound
        }
        return kept + String(decoding: bytes[end...], as: UTF8.self)
    }

    /// Bytes of data that are shown as they are.
    private static let shownData = 1000
    private static let placeholder = "[data: left out here, they are in the tables]"

    /// Adds a member of `system_data`.
    ///
    /// - Parameter json: a JSON text without faults.
    package mutating func add(_ name: String, json: String) {
        FieldNames.$added.withValue(names) {
            if json.utf8.first(where: { !" \n\r\t".utf8.contains($0) }) == UInt8(ascii: "[") {
                // It may be large: it goes to its table as it is.
                put(Self.name(.other(name)), json, Self.systemData)
            } else if let value = try? JSONValue(parsing: json) {
                var collector = TableCollector()
                collector.collect(JSONObject([(name, value)]))
                put(collector.found, Self.systemData)
            }
        }
    }

    /// Adds what was pasted into a message.
    package mutating func add(message text: String) {
        FieldNames.$added.withValue(names) { put(MessageContent(text).tables, Self.message) }
    }

    private mutating func put(_ found: [FoundTable], _ origin: String) {
        for table in found {
            // What could not be read at all leaves the older one in use.
            if table.reading.rows.isEmpty, table.reading.fault != nil { continue }
            var json = JSONWriter(reservingCapacity: table.reading.rows.count * 160)
            json.beginArray()
            for row in table.reading.rows { json.value(JSONValue.object(row)) }
            json.endArray()
            put(Self.name(table.name), json.text, origin)
        }
    }

    private static func name(_ name: FoundTable.Name) -> String? {
        switch name {
        case .known(let table): table.rawValue
        case .other(let name): name.map { TableName(key: $0)?.rawValue ?? $0 }
        }
    }

    private mutating func put(_ name: String?, _ json: String, _ origin: String) {
        let name = name ?? "array \(sources.count + 1)"
        let source = DataSource(name: name, format: .json, content: .text(json), origin: origin)
        if let index = sources.firstIndex(where: { $0.name == name }) {
            sources[index] = source
        } else if sources.count < Self.maximumTables {
            sources.append(source)
        } else {
            dropped += 1
        }
    }
}

extension String {
    fileprivate func contains(byte: UInt8) -> Bool {
        utf8.withContiguousStorageIfAvailable { bytes in
            guard let start = bytes.baseAddress else { return false }
            return memchr(start, CInt(byte), bytes.count) != nil
        } ?? utf8.contains(byte)
    }
}
