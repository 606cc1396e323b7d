import ServerConfiguration
import TextExtraction

/// Whether the text of uploaded documents can be read on this machine.
enum ExtractionCheck {
    static func findings(_ settings: ServerConfiguration.Extraction) async -> [Finding] {
        switch await TextExtraction(limits: ExtractionLimits(settings)).availability() {
        case .complete: [.well("documents: PDF, Word, PowerPoint, Excel, OpenDocument and HTML files can be read")]
        case .lacking(let missing):
            missing.map {
                .note(
                    "documents: \($0.documents) files cannot be read as \($0.name) is missing → "
                        + "`apt-get install \($0.package)`"
                )
            }
        case .noSandbox(let reason, let remedy):
            [.note("documents: only plain text can be read, as there is no sandbox for others: \(reason) → \(remedy)")]
        }
    }
}

extension ExtractionLimits {
    init(_ settings: ServerConfiguration.Extraction) {
        self = .standard
        time = settings.timeout
        memory = settings.memory
    }
}
