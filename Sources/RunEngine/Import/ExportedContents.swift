import AssistantsAPI
import Foundation
import NIOCore
import Storage

/// The folder beside an export that gets the bytes of files, each content once.
package struct ExportedContents: Sendable {
    private let folder: String

    /// - Parameter directory: where the export is written.
    package init(directory: String) throws {
        folder = "\(directory)/\(DumpedFile.folder)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    /// Copies the bytes of a file, unless they are there.
    func save(_ stored: StoredFile, from contents: FileContents) async throws {
        let target = "\(folder)/\(stored.content.hexadecimal)"
        guard !FileManager.default.fileExists(atPath: target) else { return }
        let provisional = target + ".part"
        guard FileManager.default.createFile(atPath: provisional, contents: nil),
            let file = FileHandle(forWritingAtPath: provisional)
        else { throw StorageError.unavailable(reason: "\(provisional) cannot be written") }
        try await contents.open(stored.content).forEachPiece { piece in
            try file.write(contentsOf: Data(piece.readableBytesView))
        }
        try file.close()
        try FileManager.default.moveItem(atPath: provisional, toPath: target)
    }
}

/// A file in an export: the object with one member more, which says where its bytes are.
struct ExportedFile: JSONWritable {
    let stored: StoredFile

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        stored.file.writeMembers(to: &writer)
        writer.member("sha256", stored.content.hexadecimal)
        writer.endObject()
    }
}
