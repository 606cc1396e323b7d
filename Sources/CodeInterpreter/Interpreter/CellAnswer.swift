import AssistantsAPI

/// What an interpreter answered to a cell, with nothing in it that its code could use against who reads it.
struct CellAnswer {
    let end: CellResult.End
    let outputs: [CellResult.Output]
    let files: [ProducedFile]

    /// Nil for an answer without an end that makes sense.
    init?(_ answer: JSONValue, timeLimit: Duration, life: SessionLife) {
        switch answer["end"]?.stringValue {
        case "finished": end = .finished
        case "raised": end = .raised
        case "time", "cancelled": end = .interrupted(.time(timeLimit))
        default: return nil
        }
        var outputs: [CellResult.Output] = []
        var (room, images) = (CellResult.largestLogs + Self.roomForNotes, 0)
        for output in answer["outputs"]?.arrayValue ?? [] {
            if let logs = output["logs"]?.stringValue, !logs.isEmpty, room > 0 {
                outputs.append(.logs(Self.cut(logs, to: room)))
                room -= logs.utf8.count
            } else if let image = output["image"], let file = Self.image(image, life: life) {
                images += 1
                if images <= CellResult.mostImages { outputs.append(.image(file)) }
            }
        }
        self.outputs = outputs
        files = (answer["files"]?.arrayValue ?? []).prefix(CellResult.mostFiles)
            .compactMap { Self.file($0, life: life) }
    }

    /// In bytes, for what is said besides a cell's own logs.
    static let roomForNotes = 8192

    static func cut(_ text: String, to size: Int) -> String {
        text.utf8.count <= size ? text : String(decoding: text.utf8.prefix(size), as: UTF8.self)
    }

    private static func image(_ value: JSONValue, life: SessionLife) -> ProducedFile? {
        guard let name = value["name"]?.stringValue, isInnocent(name), !name.contains("/"),
            let size = value["size"]?.intValue, size >= 0
        else { return nil }
        return ProducedFile(name: name, path: "/tmp/.figures/\(name)", size: size, life: life)
    }

    private static func file(_ value: JSONValue, life: SessionLife) -> ProducedFile? {
        guard let name = value["name"]?.stringValue, isInnocent(name),
            let size = value["size"]?.intValue, size >= 0
        else { return nil }
        return ProducedFile(name: name, path: "/mnt/data/\(name)", size: size, life: life)
    }

    /// A path within its folder, without characters that could be taken for something else where it is shown.
    static func isInnocent(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        return name.utf8.count <= 1024
            && parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." && $0.utf8.count <= 255 }
            && name.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    }
}
