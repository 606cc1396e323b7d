/// Code that a model wrote and the server runs.
package struct CodeInterpreterCall: Sendable, Equatable {
    /// `call_…`, from the backend or made here.
    package var id: String
    /// Python, as far as the model has written it.
    package var input: String
    /// Nil as long as it has not been run.
    package var result: Result?

    package enum Output: Sendable, Equatable {
        /// What was printed, the value of the last expression, tracebacks, and what limits did to the code.
        case logs(String)
        /// A figure, as a file made by the tool.
        case image(fileID: String)
    }

    /// What came of code.
    package struct Result: Sendable, Equatable {
        /// In the order in which they were made.
        package var outputs: [Output]
        /// What the model is told beside the outputs. Never shown.
        package var remarks: [String]
        /// Files of `/mnt/data` that are new or have changed. Never shown.
        package var files: [WrittenFile]

        package init(outputs: [Output] = [], remarks: [String] = [], files: [WrittenFile] = []) {
            self.outputs = outputs
            self.remarks = remarks
            self.files = files
        }
    }

    package struct WrittenFile: Sendable, Equatable {
        /// Relative to `/mnt/data`.
        package var name: String
        /// In bytes.
        package var size: Int

        package init(name: String, size: Int) {
            self.name = name
            self.size = size
        }
    }

    package init(id: String, input: String = "", result: Result? = nil) {
        self.id = id
        self.input = input
        self.result = result
    }

    /// The files of its figures.
    package var imageFileIDs: [String] {
        (result?.outputs ?? []).compactMap { if case .image(let id) = $0 { id } else { nil } }
    }
}

extension CodeInterpreterCall {
    /// Reads what `writeStored(to:)` has written, or what a run step of the API shows; nil for anything else.
    init?(stored value: JSONValue) {
        guard let id = value["id"]?.stringValue, let code = value["code_interpreter"] else { return nil }
        self.init(id: id, input: code["input"]?.stringValue ?? "")
        guard let outputs = code["outputs"]?.arrayValue else { return }
        result = Result(
            outputs: outputs.compactMap(Output.init(stored:)),
            remarks: (code["remarks"]?.arrayValue ?? []).compactMap(\.stringValue),
            files: (code["files"]?.arrayValue ?? []).compactMap(WrittenFile.init(stored:))
        )
    }

    /// All that is known of the call.
    func writeStored(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("id", id)
        writer.member("type", "code_interpreter")
        writer.key("code_interpreter")
        writer.beginObject()
        writer.member("input", input)
        if let result {
            writer.member("outputs", result.outputs)
            if !result.remarks.isEmpty { writer.member("remarks", result.remarks) }
            if !result.files.isEmpty { writer.member("files", result.files) }
        }
        writer.endObject()
        writer.endObject()
    }

    /// The member `code_interpreter` of the call as the API shows it.
    func writeCode(to writer: inout JSONWriter) {
        writer.key("code_interpreter")
        writer.beginObject()
        writer.member("input", input)
        writer.member("outputs", result?.outputs ?? [])
        writer.endObject()
    }
}

extension CodeInterpreterCall.Output: JSONWritable {
    fileprivate init?(stored value: JSONValue) {
        switch value["type"]?.stringValue {
        case "logs": self = .logs(value["logs"]?.stringValue ?? "")
        case "image":
            guard let id = value["image"]?["file_id"]?.stringValue else { return nil }
            self = .image(fileID: id)
        default: return nil
        }
    }

    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writeMembers(to: &writer)
        writer.endObject()
    }

    func writeMembers(to writer: inout JSONWriter) {
        switch self {
        case .logs(let text):
            writer.member("type", "logs")
            writer.member("logs", text)
        case .image(let id):
            writer.member("type", "image")
            writer.key("image")
            writer.beginObject()
            writer.member("file_id", id)
            writer.endObject()
        }
    }
}

extension CodeInterpreterCall.WrittenFile: JSONWritable {
    fileprivate init?(stored value: JSONValue) {
        guard let name = value["name"]?.stringValue, let size = value["size"]?.intValue else { return nil }
        self.init(name: name, size: size)
    }

    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("name", name)
        writer.member("size", size)
        writer.endObject()
    }
}
