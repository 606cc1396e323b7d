import Foundation
import Retrieval
import TextExtraction

/// What was read of a file.
struct Extracted {
    var pieces: [TextPiece] = []

    var text: String { pieces.map(\.text).joined() }

    /// The piece with a text in it.
    func piece(with text: String) -> TextPiece? { pieces.first { $0.text.contains(text) } }

    /// Reads one of the files beside the tests.
    init(fixture: String, limits: ExtractionLimits = .standard) async throws {
        try await self.init(path: Self.path(ofFixture: fixture), filename: fixture, limits: limits)
    }

    /// Reads a file with these bytes.
    init(_ bytes: some Sequence<UInt8>, named filename: String, limits: ExtractionLimits = .standard) async throws {
        let path = Self.temporaryPath()
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await self.init(path: path, filename: filename, limits: limits)
    }

    init(path: String, filename: String, limits: ExtractionLimits = .standard) async throws {
        var pieces: [TextPiece] = []
        try await TextExtraction(limits: limits).extract(path: path, filename: filename) { pieces.append($0) }
        self.pieces = pieces
    }

    static func path(ofFixture name: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures/\(name)").path
    }

    static func temporaryPath() -> String {
        FileManager.default.temporaryDirectory.appendingPathComponent("extraction-\(UUID().uuidString)").path
    }
}

/// Why a file could not be read; nil where it could.
func failure(_ body: () async throws -> Extracted) async -> ExtractionFailure? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? ExtractionFailure
    }
}
