import AssistantsAPI
import ModelProviders
import RunEngine
import Storage

/// What routes call. They hold no rule of their own.
///
/// A class, so that a route is a word or two: a request that waits keeps a copy of its route.
package final class ServerServices: Sendable {
    package let database: Database
    package let access: AccessControl
    package let threads: ThreadService
    package let search: ThreadSearch
    package let forking: ThreadForking
    package let runs: RunService
    package let assistants: AssistantService
    package let files: FileService
    package let images: ImageFiles
    package let vectorStores: VectorStoreService
    package let storeSearch: StoreSearch
    package let analysis: ThreadAnalysis
    package let models: ModelCatalog
    package let interpreter: @Sendable () async -> InterpreterHealth
    /// Whether a server without an interpreter is not ready.
    package let needsInterpreter: Bool
    /// Nil when there is no model backend.
    package let passThrough: PassThrough?
    /// The assistant that the facade speaks through, as it was at the start.
    package let initialFacadeAssistant: Assistant
    package let ids: IDGenerator
    package let clock: WallClock

    package init(
        database: Database,
        access: AccessControl,
        threads: ThreadService,
        search: ThreadSearch,
        forking: ThreadForking,
        runs: RunService,
        assistants: AssistantService,
        files: FileService,
        images: ImageFiles,
        vectorStores: VectorStoreService,
        storeSearch: StoreSearch,
        analysis: ThreadAnalysis,
        models: ModelCatalog,
        interpreter: @escaping @Sendable () async -> InterpreterHealth = { .off },
        needsInterpreter: Bool = false,
        passThrough: PassThrough?,
        initialFacadeAssistant: Assistant,
        ids: IDGenerator,
        clock: WallClock
    ) {
        self.database = database
        self.access = access
        self.threads = threads
        self.search = search
        self.forking = forking
        self.runs = runs
        self.assistants = assistants
        self.files = files
        self.images = images
        self.vectorStores = vectorStores
        self.storeSearch = storeSearch
        self.analysis = analysis
        self.models = models
        self.interpreter = interpreter
        self.needsInterpreter = needsInterpreter
        self.passThrough = passThrough
        self.initialFacadeAssistant = initialFacadeAssistant
        self.ids = ids
        self.clock = clock
    }

    /// The assistant that the facade speaks through, as it is now. It is the server's own, whichever project asks. If it
    /// was deleted, the facade speaks on as it did at the start.
    func facadeAssistant() async throws -> Assistant {
        do {
            return try await assistants.find(initialFacadeAssistant.id, in: .default)
        } catch EngineError.assistantNotFound {
            return initialFacadeAssistant
        }
    }
}
