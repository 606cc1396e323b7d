import Logging
import ModelProviders
import NIOCore
import RunEngine
import ServerConfiguration
import Storage

/// The embedding model of the configuration, and the connections to its server: those of the chat model, or its own.
struct EmbeddingBackend {
    let settings: ServerConfiguration.Embeddings
    let backend: OpenAIBackend
    /// Whether the connections are used for nothing else.
    private let isOwn: Bool

    /// Nil when no embedding model is set, or no server is known that has it.
    init?(
        _ configuration: ServerConfiguration,
        chat: OpenAIBackend?,
        _ eventLoops: any EventLoopGroup,
        _ logger: Logger
    ) throws {
        guard let settings = configuration.embeddings else { return nil }
        self.settings = settings
        if let server = settings.server {
            backend = try OpenAIBackend(
                OpenAIBackend.Configuration(
                    baseURL: server.baseURL,
                    apiKey: server.key?.revealed,
                    connectTimeout: configuration.model.connectTimeout,
                    firstByteTimeout: configuration.model.firstByteTimeout,
                    idleTimeout: configuration.model.idleTimeout,
                    maximumRetries: configuration.model.maximumRetries
                ),
                eventLoopGroup: eventLoops,
                logger: logger
            )
            isOwn = true
        } else if let chat {
            backend = chat
            isOwn = false
        } else {
            return nil
        }
    }

    var configuration: OpenAIEmbeddings.Configuration {
        OpenAIEmbeddings.Configuration(
            model: settings.model,
            dimensions: settings.dimensions,
            batchSize: settings.batchSize
        )
    }

    func cached(in database: Database) -> CachedEmbeddings {
        CachedEmbeddings(
            OpenAIEmbeddings(configuration, backend: backend),
            database: database,
            prefixes: CachedEmbeddings.Prefixes(document: settings.documentPrefix, query: settings.queryPrefix)
        )
    }

    func shutdown() async { if isOwn { await backend.shutdown() } }
}
