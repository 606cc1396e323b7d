import Logging
import ModelProviders
import NIOPosix
import ServerConfiguration

/// Whether the embedding model answers, and what files are searched by without one.
enum EmbeddingChecks {
    static func findings(_ configuration: ServerConfiguration) async -> [Finding] {
        guard let settings = configuration.embeddings else {
            return [
                .note("embeddings: none, files are searched by their words alone; set EMBEDDING_MODEL to have more")
            ]
        }
        let logger = Logger(label: "doctor") { _ in SwiftLogNoOpLogHandler() }
        let loops = MultiThreadedEventLoopGroup.singleton
        do {
            let chat = try OpenAIBackend.Configuration(configuration.model).map {
                try OpenAIBackend($0, eventLoopGroup: loops, logger: logger)
            }
            var findings: [Finding] = []
            if let embedding = try EmbeddingBackend(configuration, chat: chat, loops, logger) {
                findings.append(Finding(await embedding.backend.check(embeddings: embedding.configuration)))
                await embedding.shutdown()
            } else {
                findings.append(.note("embeddings: \(settings.model) is not used, as there is no backend"))
            }
            await chat?.shutdown()
            return findings
        } catch {
            let reason = (error as? ModelError)?.message ?? "\(error)"
            return [.failed("embeddings: \(reason)", remedy: "set EMBEDDING_BASE_URL")]
        }
    }
}

extension Finding {
    fileprivate init(_ finding: OpenAIBackend.Finding) {
        switch finding {
        case .well(let what): self = .well("embeddings: \(what)")
        case .note(let what): self = .note("embeddings: \(what)")
        case .failed(let what, let remedy): self = .failed("embeddings: \(what)", remedy: remedy)
        }
    }
}
