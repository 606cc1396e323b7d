import AssistantsAPI

/// A cell, as a server asks a runner for it.
package struct CellOrder: Sendable, Equatable {
    /// A file that the cell is to find; its bytes come by themselves, where the session lacks them.
    package struct Input: Sendable, Equatable {
        package var id: String
        package var names: [String]
        /// In bytes.
        package var size: Int
    }

    package var source: String
    package var timeLimit: Duration
    package var inputs: [Input]
    package var wasUsed: Bool

    package init(_ cell: Cell, files: [InputFile], wasUsed: Bool) {
        source = cell.source
        timeLimit = cell.timeLimit
        inputs = files.map { Input(id: $0.id, names: $0.names, size: $0.size) }
        self.wasUsed = wasUsed
    }

    /// - Throws: ``RunnerRefusal/invalid(_:)``.
    package init(parsing bytes: [UInt8]) throws(RunnerRefusal) {
        guard let json = bytes.withUnsafeBytes({ try? JSONValue(parsing: $0) }), json.objectValue != nil else {
            throw .invalid("the body is no JSON object")
        }
        guard let source = json["source"]?.stringValue else { throw .invalid("source is missing") }
        guard let seconds = json["time_limit"]?.doubleValue, (0.001...86_400).contains(seconds) else {
            throw .invalid("time_limit is no number of seconds from 0.001 to 86400")
        }
        self.source = source
        timeLimit = .milliseconds(Int64(seconds * 1000))
        wasUsed = json["was_used"]?.boolValue ?? false
        inputs = []
        for value in json["files"]?.arrayValue ?? [] {
            guard let input = Input(value) else { throw .invalid("a file has no usable id, names and size") }
            inputs.append(input)
        }
    }
}

extension CellOrder.Input {
    fileprivate init?(_ json: JSONValue) {
        let names = (json["names"]?.arrayValue ?? []).compactMap(\.stringValue)
        guard let id = json["id"]?.stringValue, CodeRunnerProtocol.isName(id), !names.isEmpty,
            names.allSatisfy({ CellAnswer.isInnocent($0) && !$0.contains("/") }),
            let size = json["size"]?.intValue, size >= 0
        else { return nil }
        self.init(id: id, names: names, size: size)
    }
}

extension CellOrder: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("source", source)
        writer.member("time_limit", timeLimit / .seconds(1))
        writer.member("was_used", wasUsed)
        writer.member("files", inputs)
        writer.endObject()
    }
}

extension CellOrder.Input: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("id", id)
        writer.member("names", names)
        writer.member("size", size)
        writer.endObject()
    }
}
