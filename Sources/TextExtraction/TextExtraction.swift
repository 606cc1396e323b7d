import CodeSandbox
import Retrieval

/// Reads the text of files that users uploaded.
///
/// Plain text, whatever its language or encoding, is read here, block by block. Documents are hostile input to large
/// libraries: each is read by a confined child that can reach nothing but the one file and has bounds of time and
/// memory. Memory does not grow with the file: who takes the text sets the pace.
package struct TextExtraction: Sendable {
    private let limits: ExtractionLimits
    private let places: Places

    package init(limits: ExtractionLimits = .standard) {
        self.limits = limits
        places = Places(limits.concurrency)
    }

    /// Whether files of this name can have text that can be read; what they hold decides in the end.
    package static func isSupported(filename: String) -> Bool { NamedType(filename) != .unknown }

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - path: Where its bytes are.
    ///   - filename: What its user called it.
    ///   - consume: Is given the text piece by piece, each of at most 32 KiB; reading goes on when it returns.
    /// - Throws: ``ExtractionFailure``, `CancellationError`, and what `consume` throws.
    nonisolated(nonsending) package func extract(
        path: String,
        filename: String,
        consume: (TextPiece) async throws -> Void
    ) async throws {
        let (file, type) = try await open(path, filename)
        var hasText = false
        switch type {
        case .text(let form):
            var pieces = PlainText(form: form)
            try await pieces.read(file) { piece in
                hasText = true
                try await consume(piece)
            }
        case .document(let kind):
            try await places.hold {
                try await DocumentReading(path: path, kind: kind, limits: limits).read { piece in
                    hasText = true
                    try await consume(piece)
                }
            }
        }
        guard hasText else { throw ExtractionFailure(.invalidFile, "The file has no text.") }
    }

    private func open(_ path: String, _ filename: String) async throws -> (SourceFile, DocumentType) {
        let file = try await SourceFile.open(path)
        guard file.size > 0 else {
            throw ExtractionFailure(.invalidFile, "The file could not be parsed because it is empty.")
        }
        let beginning = try await file.read(at: 0, atMost: 4096)
        return (file, try DocumentType(filename: filename, beginning: beginning))
    }

    /// Reads the rows of a workbook (XLSX), sheet by sheet.
    ///
    /// - Parameters:
    ///   - path: Where its bytes are.
    ///   - consume: Is given the rows piece by piece, as they come; reading goes on when it returns.
    /// - Throws: As `extract` does.
    nonisolated(nonsending) package func extractSheets(
        path: String,
        filename: String,
        consume: (SheetPiece) async throws -> Void
    ) async throws {
        guard case (_, .document(.package)) = try await open(path, filename) else {
            throw ExtractionFailure(.invalidFile, "The file is no XLSX workbook, so there are no rows in it.")
        }
        try await places.hold {
            try await DocumentReading(path: path, kind: .package, limits: limits).readSheets(consume: consume)
        }
    }

    /// Looks which documents can be read, by trying the sandbox with the reader in it.
    package func availability() async -> ExtractionAvailability {
        await DocumentReading.availability(limits: limits)
    }
}
