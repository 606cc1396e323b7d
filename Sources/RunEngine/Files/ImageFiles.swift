import AssistantsAPI
import Foundation
import NIOCore
import Storage

/// Reads the image files of a conversation for the model: it gets them as data URLs, as a backend cannot ask for them.
///
/// An image that cannot be shown is no reason for a run to fail: the model is told in its place why it is missing.
package struct ImageFiles: Sendable {
    private let database: Database
    private let contents: FileContents
    private let limits: FileLimits
    private let clock: WallClock

    /// Bytes of all images of one request at most, as OpenAI's. The newest are shown.
    private static let bytesPerRequest = 50 << 20

    package init(database: Database, contents: FileContents, limits: FileLimits, clock: WallClock) {
        self.database = database
        self.contents = contents
        self.limits = limits
        self.clock = clock
    }

    /// Why a file cannot be shown to a model.
    package enum Fault: Sendable, Equatable {
        /// Its name ends so, or, with the ending of an image, it is none.
        case noImage(fileExtension: String)
        /// It has so many bytes.
        case tooLarge(bytes: Int, limit: Int)
    }

    /// Those of a project's files `ids` that cannot be shown. The bytes decide, not the names.
    package func faults(of ids: [String], in project: ProjectID) async throws -> [String: Fault] {
        let now = clock.now()
        var faults: [String: Fault] = [:]
        for stored in try await database.read({ try $0.files.find(ids, in: project, at: now) }) {
            let file = stored.file
            guard file.bytes <= limits.imageBytes else {
                faults[file.id.rawValue] = .tooLarge(bytes: file.bytes, limit: limits.imageBytes)
                continue
            }
            let start = try await contents.open(stored.content).piece(from: 0, upTo: 16)
            if ImageFormat(startingWith: start.readableBytesView) == nil {
                faults[file.id.rawValue] = .noImage(fileExtension: file.fileExtension)
            }
        }
        return faults
    }

    /// - Parameter ids: in the order of the conversation. Whether they may be shown was checked when they came in.
    func load(_ ids: [String]) async throws -> ShownImages {
        var images = ShownImages()
        guard !ids.isEmpty else { return images }
        let now = clock.now()
        let stored = try await database.read { try $0.files.find(ids, at: now) }
        let files = Dictionary(stored.map { ($0.file.id.rawValue, $0) }, uniquingKeysWith: { first, _ in first })
        var room = Self.bytesPerRequest
        var seen: Set<String> = []
        for id in ids.reversed() where seen.insert(id).inserted {
            guard let file = files[id] else { continue }
            images[id] = try await image(file, room: &room)
        }
        return images
    }

    private func image(_ stored: StoredFile, room: inout Int) async throws -> ShownImages.Image {
        let size = stored.file.bytes
        guard size <= limits.imageBytes else { return .leftOut("it has more than \(limits.imageBytes) bytes") }
        guard size <= room else { return .leftOut("the images after it have \(Self.bytesPerRequest) bytes together") }
        room -= size
        var data = Data()
        data.reserveCapacity(size)
        do {
            try await contents.open(stored.content).forEachPiece { data.append(contentsOf: $0.readableBytesView) }
        } catch is StorageError {
            // It was deleted just now.
            return .leftOut("the file does not exist any more")
        }
        guard let format = ImageFormat(startingWith: data) else {
            return .leftOut("it is no JPEG, PNG, GIF or WebP image")
        }
        return .shown(url: "data:\(format.mediaType);base64,\(data.base64EncodedString())")
    }
}
