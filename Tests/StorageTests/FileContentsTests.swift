import AssistantsAPI
import Foundation
import NIOCore
import Storage
import Testing

@Suite struct FileContentsTests {
    private func file(_ id: String, purpose: FilePurpose = .assistants, expiresAt: Int? = nil) -> File {
        File(
            id: Identifier(id),
            createdAt: Timestamp(seconds: 1),
            filename: "\(id).txt",
            purpose: purpose,
            bytes: 3,
            expiresAt: expiresAt.map(Timestamp.init(seconds:))
        )
    }

    /// Stores a file with a content.
    private func store(
        _ file: File,
        _ text: String,
        _ contents: FileContents,
        _ temporary: TemporaryDatabase
    ) async throws -> Digest {
        try await contents.receiving { incoming in
            try await incoming.write(ByteBuffer(string: text))
            return try await contents.keep(incoming) { content in
                try await temporary.database.write { try $0.files.insert(file, content: content, in: .default) }
                return content
            }
        }
    }

    private func delete(_ id: String, _ contents: FileContents, _ temporary: TemporaryDatabase) async throws {
        let content = try await temporary.database.write { try $0.files.delete(Identifier(id), in: .default) }
        try await contents.release([try #require(content)])
    }

    private func names(in temporary: TemporaryDatabase) -> [String] {
        let paths = (try? FileManager.default.subpathsOfDirectory(atPath: "\(temporary.path)/files")) ?? []
        return paths.filter { $0.utf8.count > 20 }
    }

    @Test("Identical content is kept once, until the last file that has it is deleted")
    func once() async throws {
        let temporary = try TemporaryDatabase()
        let contents = try FileContents(of: temporary.database)

        let first = try await store(file("file-1"), "abc", contents, temporary)
        let second = try await store(file("file-2"), "abc", contents, temporary)

        #expect(first == second)
        #expect(first.hexadecimal == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(names(in: temporary) == ["ba/\(first.hexadecimal)"])
        try await delete("file-1", contents, temporary)
        #expect(try await contents.open(second).piece(from: 0) == ByteBuffer(string: "abc"))
        try await delete("file-2", contents, temporary)
        #expect(names(in: temporary).isEmpty)
    }

    @Test("Bytes that are not kept, or whose row fails, leave nothing")
    func notKept() async throws {
        struct Refusal: Error {}
        let temporary = try TemporaryDatabase()
        let contents = try FileContents(of: temporary.database)

        await #expect(throws: Refusal.self) {
            try await contents.receiving { incoming in
                try await incoming.write(ByteBuffer(repeating: 1, count: 1 << 20))
                throw Refusal()
            }
        }
        await #expect(throws: Refusal.self) {
            try await contents.receiving { incoming in
                try await incoming.write(ByteBuffer(string: "abc"))
                try await contents.keep(incoming) { _ in throw Refusal() }
            }
        }

        #expect(names(in: temporary).isEmpty)
        let incoming = try FileManager.default.contentsOfDirectory(atPath: "\(temporary.path)/files/incoming")
        #expect(incoming.isEmpty)
    }

    @Test("A sweep removes what a crash left, and nothing else")
    func sweep() async throws {
        let temporary = try TemporaryDatabase()
        var contents = try FileContents(of: temporary.database)
        let kept = try await store(file("file-1"), "abc", contents, temporary)
        let orphan = String(repeating: "cd", count: 32)
        let folder = "\(temporary.path)/files/cd"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        #expect(FileManager.default.createFile(atPath: "\(folder)/\(orphan)", contents: Data([1])))
        let left = "\(temporary.path)/files/incoming/left"
        #expect(FileManager.default.createFile(atPath: left, contents: Data([1])))

        contents = try FileContents(of: temporary.database)
        let removed = try await contents.sweep()

        #expect(removed == 1)
        #expect(names(in: temporary) == ["ba/\(kept.hexadecimal)"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(temporary.path)/files/incoming").isEmpty)
    }

    @Test("Files of one content come and go at once, and none loses its bytes")
    func races() async throws {
        let temporary = try TemporaryDatabase()
        let contents = try FileContents(of: temporary.database)

        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<40 {
                group.addTask {
                    let id = "file-\(number)"
                    let content = try await store(file(id), "same", contents, temporary)
                    _ = try await contents.open(content)
                    if number.isMultiple(of: 2) { try await delete(id, contents, temporary) }
                }
            }
            try await group.waitForAll()
        }

        let content = try #require(
            try await temporary.database.read { try $0.files.find(Identifier("file-1"), in: .default) }
        ).content
        #expect(try await contents.open(content).piece(from: 0) == ByteBuffer(string: "same"))
    }

    @Test("Large contents are read as they were written")
    func large() async throws {
        let temporary = try TemporaryDatabase()
        let contents = try FileContents(of: temporary.database)
        let bytes = (0..<700_001).map { UInt8(truncatingIfNeeded: $0 &* 31) }

        let content = try await contents.receiving { incoming in
            for start in stride(from: 0, to: bytes.count, by: 999) {
                try await incoming.write(ByteBuffer(bytes: bytes[start..<min(start + 999, bytes.count)]))
            }
            return try await contents.keep(incoming) { content in
                try await temporary.database.write { db in
                    try db.files.insert(file("file-1"), content: content, in: .default)
                }
                return content
            }
        }

        var read = ByteBuffer()
        try await contents.open(content).forEachPiece { read.writeImmutableBuffer($0) }
        #expect(Array(read.readableBytesView) == bytes)
    }

    @Test("Lists have the files of a project and a purpose whose time is not over")
    func lists() async throws {
        let temporary = try TemporaryDatabase()
        let contents = try FileContents(of: temporary.database)
        _ = try await store(file("file-1"), "a", contents, temporary)
        _ = try await store(file("file-2", purpose: .vision), "b", contents, temporary)
        _ = try await store(file("file-3", expiresAt: 100), "c", contents, temporary)

        func ids(_ purpose: String?, at seconds: Int) async throws -> [String] {
            let request = PageRequest(limit: 10, order: .ascending)
            return try await temporary.database.read { db in
                try db.files.page(request, of: .default, purpose: purpose, at: Timestamp(seconds: seconds))
            }.items.map(\.id.rawValue)
        }

        #expect(try await ids(nil, at: 99) == ["file-1", "file-2", "file-3"])
        #expect(try await ids(nil, at: 100) == ["file-1", "file-2"])
        #expect(try await ids("vision", at: 99) == ["file-2"])
        #expect(try await ids("nothing", at: 99).isEmpty)
        let known = try await temporary.database.read { db in
            try db.files.find(["file-3", "file-1", "file-9"], in: .default, at: Timestamp(seconds: 100))
        }
        #expect(known.map(\.file.id.rawValue) == ["file-1"])
        let expired = try await temporary.database.read { try $0.files.expired(at: Timestamp(seconds: 100), limit: 9) }
        #expect(expired.map(\.id.rawValue) == ["file-3"])
    }
}
