import AssistantsAPI
import Logging
import RunEngine
import ServerConfiguration
import ServiceLifecycle
import SignageAnalyst
import Storage
import TextExtraction

/// What the server does with documents: files, the vector stores that they are in, and searches of these.
struct DocumentServices {
    let files: FileService
    let images: ImageFiles
    let stores: VectorStoreService
    let search: StoreSearch
    /// The tables that threads' data are made into.
    let tables: ThreadTables
    /// What works in the background for them.
    let services: [any Service]

    /// - Parameters:
    ///   - names: names of fields and tables that a user adds.
    ///   - embeddings: nil when there is no embedding model.
    ///   - rewriteQuery: nil when nobody can rewrite queries.
    init(
        _ configuration: ServerConfiguration,
        database: Database,
        names: FieldNames,
        embeddings: CachedEmbeddings?,
        rewriteQuery: (@Sendable (String) async -> String)?,
        ids: IDGenerator,
        clock: WallClock,
        logger: Logger
    ) throws {
        let contents = try FileContents(of: database)
        let extraction = TextExtraction(limits: ExtractionLimits(configuration.extraction))
        tables = ThreadTables(
            database: database,
            directory: "\(configuration.dataDirectory)/tables",
            uploads: UploadedTables(contents: contents, extraction: extraction),
            names: names,
            clock: clock
        )
        try tables.clear()
        let ingestion = IngestionWorker(
            parts: IngestionParts(
                database: database,
                contents: contents,
                indexes: StoreIndexes(directory: "\(configuration.dataDirectory)/vector_stores"),
                extraction: extraction,
                embeddings: embeddings
            ),
            limits: IngestionWorker.Limits(concurrency: configuration.ingestion.concurrency),
            clock: clock,
            logger: logger
        )
        let activity = StoreActivity()
        let stores = VectorStoreService(worker: ingestion, activity: activity, ids: ids, clock: clock)
        self.stores = stores
        search = StoreSearch(
            worker: ingestion,
            activity: activity,
            clock: clock,
            logger: logger,
            rewriteQuery: rewriteQuery
        )
        let limits = FileLimits(configuration.files)
        images = ImageFiles(database: database, contents: contents, limits: limits, clock: clock)
        files = FileService(
            database: database,
            contents: contents,
            limits: limits,
            ids: ids,
            clock: clock,
            onDeletion: { try await stores.fileWasDeleted($0) }
        )
        services = [
            FileUpkeep(files: files, logger: logger),
            VectorStoreUpkeep(worker: ingestion, activity: activity, clock: clock, logger: logger),
            ingestion,
        ]
    }
}

extension FileLimits {
    fileprivate init(_ settings: ServerConfiguration.Files) {
        self.init(
            fileBytes: settings.maximumFileBytes,
            uploadBytes: settings.maximumUploadBytes,
            imageBytes: settings.maximumImageBytes,
            allowsAllDownloads: settings.allowsAllDownloads
        )
    }
}
