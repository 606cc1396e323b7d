import AssistantsAPI

extension CellResult: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        switch end {
        case .finished: writer.member("end", "finished")
        case .raised: writer.member("end", "raised")
        case .interrupted: writer.member("end", "interrupted")
        case .sessionEnded(let reason):
            writer.member("end", "session_ended")
            writer.member("reason", reason)
        }
        writer.member("fresh", isFresh)
        writer.member("outputs", outputs)
        writer.member("files", files)
        writer.endObject()
    }

    /// What a runner answered. It is believed no more than an interpreter is.
    ///
    /// - Returns: Nil for what is no result.
    package init?(_ json: JSONValue, timeLimit: Duration) {
        let end: End
        switch json["end"]?.stringValue {
        case "finished": end = .finished
        case "raised": end = .raised
        case "interrupted": end = .interrupted(.time(timeLimit))
        case "session_ended":
            end = .sessionEnded(reason: CellAnswer.cut(json["reason"]?.stringValue ?? "it is gone", to: 1024))
        default: return nil
        }
        guard let isFresh = json["fresh"]?.boolValue else { return nil }
        var outputs: [Output] = []
        var (room, images) = (Self.largestLogs + CellAnswer.roomForNotes, 0)
        for output in json["outputs"]?.arrayValue ?? [] {
            if let logs = output["logs"]?.stringValue, !logs.isEmpty, room > 0 {
                outputs.append(.logs(CellAnswer.cut(logs, to: room)))
                room -= logs.utf8.count
            } else if let image = output["image"].flatMap(ProducedFile.init), images < Self.mostImages {
                images += 1
                outputs.append(.image(image))
            }
        }
        let files = (json["files"]?.arrayValue ?? []).prefix(Self.mostFiles).compactMap(ProducedFile.init)
        self.init(end: end, outputs: outputs, isFresh: isFresh, files: files)
    }
}

extension CellResult.Output: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        switch self {
        case .logs(let text): writer.member("logs", text)
        case .image(let file): writer.member("image", file)
        }
        writer.endObject()
    }
}

extension ProducedFile: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("name", name)
        writer.member("path", path)
        writer.member("size", size)
        writer.member("life", life.id)
        writer.endObject()
    }

    fileprivate init?(_ json: JSONValue) {
        guard let name = json["name"]?.stringValue, CellAnswer.isInnocent(name),
            let path = json["path"]?.stringValue, CodeRunnerProtocol.isName(path),
            let life = json["life"]?.stringValue, CodeRunnerProtocol.isName(life),
            let size = json["size"]?.intValue, size >= 0
        else { return nil }
        self.init(name: name, path: path, size: size, life: SessionLife(id: life))
    }
}
