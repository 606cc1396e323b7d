import AssistantsAPI
import HTTPServer
import Logging
import ModelProviders
import NIOCore
import NIOPosix
import RunEngine
import ServerConfiguration
import ServiceLifecycle
import SignageAnalyst
import Storage
import UnixSignals

/// The server as a whole: builds every part from the configuration, top to bottom, and runs them until it is told to
/// stop.
struct Server {
    let configuration: ServerConfiguration
    /// Names of fields and tables that a user adds.
    let names: FieldNames
    let logger: Logger

    /// What the slowest part of an orderly stop needs once the last run has let go.
    private static let reserve: Duration = .milliseconds(1500)

    func run() async throws {
        OpenFiles.raiseLimit()
        let (ids, clock) = (IDGenerator(clock: .system), WallClock.system)
        let eventLoops = MultiThreadedEventLoopGroup.singleton
        let database = try Database(directory: DataDirectory(path: configuration.dataDirectory))
        let backend = try makeBackend(eventLoops)
        let embedding = try EmbeddingBackend(configuration, chat: backend, eventLoops, logger)
        let documents = try DocumentServices(
            configuration,
            database: database,
            names: names,
            embeddings: embedding?.cached(in: database),
            rewriteQuery: backend.map(queryRewriting),
            ids: ids,
            clock: clock,
            logger: logger
        )
        let analysis = ThreadAnalysis(
            database: database,
            tables: documents.tables,
            charts: ChartFiles(files: documents.files),
            logger: logger
        )
        let code = CodeServices(configuration.codeInterpreter, files: documents.files, eventLoops, logger: logger)
        let worker = RunWorker(
            database: database,
            answerer: backend.map { .model($0) } ?? .builtInAnalyst,
            analysis: analysis,
            fileSearch: documents.search,
            code: code.execution,
            images: documents.images,
            configuration: engineConfiguration,
            ids: ids,
            clock: clock,
            logger: logger
        )
        let assistants = AssistantService(database: database, ids: ids, clock: clock)
        let access = AccessControl(
            database: database,
            staticKeys: try await staticKeys(database, ids, clock),
            clock: clock
        )
        let indexing = SearchIndexing(database: database, logger: logger)
        let services = ServerServices(
            database: database,
            access: access,
            threads: ThreadService(database: database, worker: worker, ids: ids, clock: clock),
            search: ThreadSearch(database: database, indexing: indexing),
            forking: ThreadForking(database: database, ids: ids, clock: clock),
            runs: RunService(database: database, worker: worker, ids: ids, clock: clock),
            assistants: assistants,
            files: documents.files,
            images: documents.images,
            vectorStores: documents.stores,
            storeSearch: documents.search,
            analysis: analysis,
            models: ModelCatalog(
                backend: backend,
                defaultName: configuration.model.defaultName,
                aliases: configuration.model.aliases,
                created: clock.now().seconds
            ),
            interpreter: code.health,
            needsInterpreter: configuration.codeInterpreter.use == .on,
            passThrough: backend.map(passThrough),
            initialFacadeAssistant: try await facadeAssistant(assistants),
            ids: ids,
            clock: clock
        )
        let http = ServerApplication.make(
            services: services,
            options: serverOptions,
            eventLoopGroup: eventLoops,
            logger: logger,
            onRunning: { [configuration, logger] port in
                let asksForKey = (try? await access.asksForKey()) ?? false
                StartupBanner(configuration, port: port, asksForKey: asksForKey).show()
                for finding in await ExtractionCheck.findings(configuration.extraction) {
                    guard case .note(let what) = finding else { continue }
                    logger.warning("Some documents cannot be read", metadata: ["reason": "\(what)"])
                }
                ProgramText.releaseUnused()
            }
        )
        let outcome: Result<Void, any Error>
        do {
            try await worker.recover()
            let upkeep = AccessUpkeep(access: access, database: database, clock: clock, logger: logger)
            let memory = FreedMemory(database: database)
            let background: [any Service] = [memory, indexing, upkeep] + documents.services + code.services
            try await runServices(background + [worker], worker: worker, http: http)
            outcome = .success(())
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            outcome = .failure(AddressInUse(host: configuration.http.host, port: configuration.http.port))
        } catch {
            outcome = .failure(UnusableHost.explaining(error, host: configuration.http.host))
        }
        await code.shutdown()
        await embedding?.shutdown()
        await backend?.shutdown()
        try database.close()
        try outcome.get()
        logger.notice("Stopped")
    }

    /// The order is that of need: the last one is told of a stop first.
    private func runServices(_ background: [any Service], worker: RunWorker, http: some Service) async throws {
        let grace = configuration.shutdownGrace
        var group = ServiceGroupConfiguration(
            services: background.map { .init(service: $0) } + [
                .init(service: http),
                .init(
                    service: ShutdownNotice(worker: worker, grace: max(.zero, grace - Self.reserve)),
                    successTerminationBehavior: .ignore
                ),
            ],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: Logger(label: "lifecycle") { _ in SwiftLogNoOpLogHandler() }
        )
        group.maximumGracefulShutdownDuration = grace
        try await ServiceGroup(configuration: group).run()
    }

    private func makeBackend(_ eventLoops: any EventLoopGroup) throws -> OpenAIBackend? {
        guard let settings = OpenAIBackend.Configuration(configuration.model) else { return nil }
        return try OpenAIBackend(settings, eventLoopGroup: eventLoops, logger: logger)
    }

    /// The keys among the settings; their projects are made when there are none of these names.
    private func staticKeys(
        _ database: Database,
        _ ids: IDGenerator,
        _ clock: WallClock
    ) async throws -> [AccessControl.StaticKey] {
        let keys = configuration.access.staticKeys
        guard !keys.isEmpty else { return [] }
        return try await database.write { db in
            try keys.map { key in
                AccessControl.StaticKey(
                    text: key.key.revealed,
                    project: try db.projects.ensure(
                        named: key.projectName,
                        candidate: ids.nextProject(),
                        at: clock.now()
                    ),
                    role: key.role
                )
            }
        }
    }

    private func queryRewriting(_ backend: OpenAIBackend) -> @Sendable (String) async -> String {
        let name = configuration.model.aliases[configuration.model.defaultName] ?? configuration.model.defaultName
        let rewriter = QueryRewriter(backend, named: name, logger: logger)
        return { await rewriter.rewrite($0) }
    }

    private func passThrough(_ backend: OpenAIBackend) -> PassThrough {
        PassThrough(
            backend,
            modelAliases: configuration.model.aliases,
            longestAnswer: configuration.runs.timeout
        )
    }

    private func facadeAssistant(_ assistants: AssistantService) async throws -> Assistant {
        let instructions = configuration.assistant.instructions?.text ?? AssistantService.builtInInstructions
        return try await assistants.ensure(
            Identifier(configuration.assistant.id),
            model: configuration.model.defaultName,
            instructions: instructions,
            in: .default
        )
    }

    private var engineConfiguration: EngineConfiguration {
        EngineConfiguration(
            runLifetime: configuration.runs.timeout,
            maximumConcurrentRuns: configuration.runs.concurrency,
            maximumUnfinishedRuns: configuration.runs.concurrency + configuration.runs.queueLimit,
            contextTokens: configuration.model.contextTokens,
            modelAliases: configuration.model.aliases,
            eventRetention: configuration.runs.eventRetention,
            pollHold: configuration.runs.pollHold,
            adoptsUnknownThreads: configuration.adoptsUnknownThreads,
            mayLogTexts: configuration.debug
        )
    }

    private var serverOptions: ServerOptions {
        let http = configuration.http
        return ServerOptions(
            host: http.host,
            port: http.port,
            maximumBodyBytes: http.maximumBodyBytes,
            requiresBetaHeader: http.requiresBetaHeader,
            allowedOrigins: http.corsOrigins.list,
            addressLimits: MinuteLimits(configuration.access.addressLimits),
            keyLimits: MinuteLimits(configuration.access.keyLimits),
            facadeAsksForKey: configuration.access.facadeAsksForKey,
            trustsProxy: { address in http.trustedProxies.contains { $0.contains(address) } },
            rootPath: http.rootPath,
            swaggerFolder: SwaggerFolder.find()
        )
    }
}

extension MinuteLimits {
    fileprivate init(_ limits: ServerConfiguration.Access.Limits) {
        self.init(requests: limits.requestsPerMinute, tokens: limits.tokensPerMinute)
    }
}

extension OpenAIBackend.Configuration {
    /// Nil when no model is configured.
    init?(_ model: ServerConfiguration.Model) {
        guard case .remote(let baseURL, let key) = model.source else { return nil }
        let choice: Choice =
            switch model.api {
            case .responses: .responses
            case .chatCompletions: .chatCompletions
            case .auto: .automatic
            }
        self.init(
            baseURL: baseURL,
            apiKey: key?.revealed,
            wireProtocol: choice,
            connectTimeout: model.connectTimeout,
            firstByteTimeout: model.firstByteTimeout,
            idleTimeout: model.idleTimeout,
            maximumRetries: model.maximumRetries
        )
    }
}

/// Tells the runs of a stop at the moment when the HTTP server hears of it, so that answers end while it drains.
private struct ShutdownNotice: Service {
    let worker: RunWorker
    let grace: Duration

    func run() async throws {
        try? await gracefulShutdown()
        worker.beginShutdown(grace: grace)
    }
}
