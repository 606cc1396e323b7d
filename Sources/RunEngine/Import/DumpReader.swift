import AssistantsAPI
import Storage

/// Finds the objects of the API in a value of a dump: alone, in arrays, in list pages, and in objects of other making
/// that hold such things.
struct DumpReader {
    /// An object, or why it is none that could be taken.
    enum Finding {
        case object(StagedObject, isUnfinishedRun: Bool)
        case refused(StagedObject.Origin, id: String?, ImportRefusal)
    }

    private(set) var findings: [Finding] = []
    /// Makes a number for each object, in the order in which they are found.
    private let nextNumber: () -> (rank: Int, origin: StagedObject.Origin)

    /// Deeper nesting is not looked into.
    private static let maximumDepth = 8

    /// - Parameter nextNumber: is asked for each finding.
    init(
        _ bytes: UnsafeRawBufferPointer,
        nextNumber: @escaping () -> (rank: Int, origin: StagedObject.Origin)
    ) {
        self.nextNumber = nextNumber
        collect(bytes, depth: 0)
    }

    private mutating func collect(_ bytes: UnsafeRawBufferPointer, depth: Int) {
        do {
            var cursor = JSONCursor(bytes)
            switch try cursor.kind() {
            case .array: try collectElements(&cursor, bytes, depth)
            case .object: try collectObject(&cursor, bytes, depth)
            default: throw ImportRefusal("not an object of the API")
            }
        } catch let refusal as ImportRefusal {
            refuse(refusal)
        } catch {
            refuse(ImportRefusal("not JSON: \(error)"))
        }
    }

    private mutating func refuse(_ refusal: ImportRefusal, id: String? = nil) {
        findings.append(.refused(nextNumber().origin, id: id, refusal))
    }

    private mutating func collectElements(
        _ cursor: inout JSONCursor,
        _ bytes: UnsafeRawBufferPointer,
        _ depth: Int
    ) throws {
        var elements: [Range<Int>] = []
        try cursor.forEachElement { (cursor) throws(JSONParsingError) in
            let start = cursor.offset
            try cursor.skipValue()
            elements.append(start..<cursor.offset)
        }
        guard depth < Self.maximumDepth else { throw ImportRefusal("nested too deeply") }
        for range in elements { collect(UnsafeRawBufferPointer(rebasing: bytes[range]), depth: depth + 1) }
    }

    private mutating func collectObject(
        _ cursor: inout JSONCursor,
        _ bytes: UnsafeRawBufferPointer,
        _ depth: Int
    ) throws {
        var name: String?
        var id: String?
        var containers: [(isData: Bool, range: Range<Int>)] = []
        try cursor.forEachMember { (key, cursor) throws(JSONParsingError) in
            let kind = try cursor.kind()
            switch (key, kind) {
            case ("object", .string): name = try cursor.string()
            case ("id", .string): id = try cursor.string()
            default:
                let start = cursor.offset
                try cursor.skipValue()
                if kind == .object || kind == .array { containers.append(("data" ~= key, start..<cursor.offset)) }
            }
        }
        if let kind = name.flatMap(StagedObject.Kind.init(object:)) {
            findings.append(finding(kind, id: id, bytes))
            return
        }
        let isList = name == "list"
        guard isList || name == nil, depth < Self.maximumDepth else {
            return refuse(ImportRefusal("objects of the kind '\(name ?? "?")' are not imported"), id: id)
        }
        let inside = containers.filter { $0.isData || !isList }
        guard isList || !inside.isEmpty else { throw ImportRefusal("not an object of the API") }
        for container in inside {
            collect(UnsafeRawBufferPointer(rebasing: bytes[container.range]), depth: depth + 1)
        }
    }

    private func finding(_ kind: StagedObject.Kind, id: String?, _ bytes: UnsafeRawBufferPointer) -> Finding {
        let number = nextNumber()
        do {
            let value = try JSONValue(parsing: bytes)
            let (id, parent, createdAt) = try kind.check(value)
            let object = StagedObject(
                kind: kind,
                id: id,
                parent: parent,
                createdAt: createdAt,
                rank: number.rank,
                origin: number.origin,
                body: String(decoding: bytes, as: UTF8.self)
            )
            let status = kind == .run ? value["status"]?.stringValue.flatMap(Run.Status.init) : nil
            return .object(object, isUnfinishedRun: status.map { !$0.isTerminal } ?? false)
        } catch let refusal as ImportRefusal {
            return .refused(number.origin, id: id, refusal)
        } catch {
            return .refused(number.origin, id: id, ImportRefusal("not JSON: \(error)"))
        }
    }
}

extension StagedObject.Kind {
    /// The kind of objects with this name.
    fileprivate init?(object name: String) {
        switch name {
        case "assistant": self = .assistant
        case "file": self = .file
        case "thread": self = .thread
        case "thread.message": self = .message
        case "thread.run": self = .run
        case "thread.run.step": self = .step
        case "vector_store": self = .vectorStore
        case "vector_store.file": self = .vectorStoreFile
        default: return nil
        }
    }

    /// Reads an object, to find out whether that can be done, and what its place depends on.
    fileprivate func check(
        _ value: JSONValue
    ) throws(ImportRefusal) -> (id: String, parent: String, createdAt: Timestamp) {
        switch self {
        case .assistant:
            let assistant = try Assistant(dumped: value)
            return (assistant.id.rawValue, "", assistant.createdAt)
        case .thread:
            let thread = try AssistantThread(dumped: value)
            return (thread.id.rawValue, "", thread.createdAt)
        case .message:
            let message = try Message(dumped: value)
            return (message.id.rawValue, message.threadID.rawValue, message.createdAt)
        case .run:
            let run = try Run(dumped: value)
            return (run.id.rawValue, run.threadID.rawValue, run.createdAt)
        case .step:
            let step = try DumpedStep(value)
            return (step.id.rawValue, step.runID.rawValue, step.createdAt)
        case .file:
            let file = try DumpedFile(value).file
            return (file.id.rawValue, "", file.createdAt)
        case .vectorStore:
            let store = try VectorStore(dumped: value)
            return (store.id.rawValue, "", store.createdAt)
        case .vectorStoreFile:
            let file = try VectorStoreFile(dumped: value)
            // The same file may be in several stores.
            return ("\(file.storeID)/\(file.id)", file.storeID.rawValue, file.createdAt)
        }
    }

    /// As people call them.
    package var plural: String {
        switch self {
        case .assistant: "assistants"
        case .thread: "threads"
        case .message: "messages"
        case .run: "runs"
        case .step: "run steps"
        case .file: "files"
        case .vectorStore: "vector stores"
        case .vectorStoreFile: "files in vector stores"
        }
    }
}
