import APIDocuments
import AssistantsAPI
import Foundation
import HTTPServer
import Logging
import ModelProviders
import RunEngine
import Storage
import Testing
import TextExtraction

@Suite struct OpenAPIDocumentTests {
    private func router() async throws -> (APIRouter, path: String) {
        let path = NSTemporaryDirectory() + "openapi-tests-\(UUID().uuidString)"
        let database = try Database(directory: DataDirectory(path: path))
        let (ids, clock) = (IDGenerator(clock: .system), WallClock.system)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let analysis = ThreadAnalysis(
            database: database,
            tables: ThreadTables(database: database, directory: path + "/tables"),
            logger: logger
        )
        let worker = RunWorker(
            database: database,
            answerer: .builtInAnalyst,
            analysis: analysis,
            configuration: EngineConfiguration(),
            ids: ids,
            clock: clock,
            logger: logger
        )
        let contents = try FileContents(of: database)
        let ingestion = IngestionWorker(
            parts: IngestionParts(
                database: database,
                contents: contents,
                indexes: StoreIndexes(directory: "\(path)/vector_stores"),
                extraction: TextExtraction(),
                embeddings: nil
            ),
            clock: clock,
            logger: logger
        )
        let activity = StoreActivity()
        let assistants = AssistantService(database: database, ids: ids, clock: clock)
        let services = ServerServices(
            database: database,
            access: AccessControl(database: database, clock: clock),
            threads: ThreadService(database: database, worker: worker, ids: ids, clock: clock),
            search: ThreadSearch(
                database: database,
                indexing: SearchIndexing(database: database, logger: logger)
            ),
            forking: ThreadForking(database: database, ids: ids, clock: clock),
            runs: RunService(database: database, worker: worker, ids: ids, clock: clock),
            assistants: assistants,
            files: FileService(
                database: database,
                contents: contents,
                limits: FileLimits(),
                ids: ids,
                clock: clock,
                onDeletion: { _ in }
            ),
            images: ImageFiles(database: database, contents: contents, limits: FileLimits(), clock: clock),
            vectorStores: VectorStoreService(worker: ingestion, activity: activity, ids: ids, clock: clock),
            storeSearch: StoreSearch(
                worker: ingestion,
                activity: activity,
                clock: clock,
                logger: logger,
                rewriteQuery: nil
            ),
            analysis: analysis,
            models: ModelCatalog(backend: nil, defaultName: "model", aliases: [:], created: 0),
            passThrough: nil,
            initialFacadeAssistant: try await assistants.ensure(
                Identifier("asst_test"),
                model: "model",
                instructions: AssistantService.builtInInstructions,
                in: .default
            ),
            ids: ids,
            clock: clock
        )
        let options = ServerOptions(host: "127.0.0.1", port: 0)
        return (APIRouter(services: services, options: options, logger: logger), path)
    }

    private var document: JSONValue {
        get throws { try JSONValue(parsing: APIDocuments.openAPI) }
    }

    @Test("The document has every route of the server, and no other")
    func routes() async throws {
        let (router, path) = try await router()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let paths = try #require(try document["paths"]?.objectValue)
        let passed = Set(paths.members.compactMap { $0.value["x-passes-through"]?.stringValue })
        // A name of a model may have slashes, for which there is a second route.
        let served = router.routeNames.filter { !$0.hasSuffix("/{model}/**") }

        let methods = ["get", "post", "put", "patch", "delete"]
        let documented = paths.members.filter { $0.value["x-passes-through"] == nil }.flatMap { member in
            methods.filter { member.value[$0] != nil }.map { "\($0.uppercased()) \(member.key)" }
        }
        // One address stands for all that passes through below a resource, whatever the method.
        let described =
            documented
            + passed.flatMap { resource in
                methods.flatMap { ["\($0.uppercased()) \(resource)", "\($0.uppercased()) \(resource)/**"] }
            }

        #expect(!passed.isEmpty)
        #expect(Set(served).subtracting(described).isEmpty, "not in the document")
        #expect(Set(described).subtracting(served).isEmpty, "not served")
    }

    @Test("The document's version is the server's")
    func version() throws {
        #expect(try document["info"]?["version"]?.stringValue == ServerVersion.current)
    }

    @Test("Every operation says what it answers, and how it refuses")
    func responses() throws {
        let paths = try #require(try document["paths"]?.objectValue)
        for path in paths.members {
            for method in ["get", "post", "delete"] {
                guard let operation = path.value[method] else { continue }
                let responses = try #require(operation["responses"]?.objectValue, "\(method) \(path.key)")
                #expect(responses["200"] != nil, "\(method) \(path.key)")
                #expect(operation["operationId"]?.stringValue != nil, "\(method) \(path.key)")
            }
        }
    }
}
