import AssistantsAPI

/// What an interpreter is asked to do.
enum InterpreterRequest: JSONWritable {
    case hello
    case probe
    case run(source: String, seconds: Double)
    /// The file's bytes follow.
    case put(names: [String], size: Int)
    /// The file's bytes follow the answer.
    case read(path: String, limit: Int)
    case interrupt

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        switch self {
        case .hello: writer.member("do", "hello")
        case .probe: writer.member("do", "probe")
        case .run(let source, let seconds):
            writer.member("do", "run")
            writer.member("source", source)
            writer.member("seconds", seconds)
        case .put(let names, let size):
            writer.member("do", "put")
            writer.member("names", names)
            writer.member("size", size)
        case .read(let path, let limit):
            writer.member("do", "read")
            writer.member("path", path)
            writer.member("limit", limit)
        case .interrupt: writer.member("do", "interrupt")
        }
        writer.endObject()
    }

    /// As it goes over the channel: four bytes of length, the call's name, JSON.
    func frame(_ call: CallName) -> [UInt8] {
        let body = jsonBytes
        let length = UInt32(body.count)
        return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) } + call.bytes + body
    }
}

/// Names one call: random, so that an answer to another one is not taken for its.
struct CallName: Equatable {
    let bytes: [UInt8]

    static let size = 16

    init() { bytes = (0..<Self.size).map { _ in UInt8.random(in: 0 ... .max) } }
}
