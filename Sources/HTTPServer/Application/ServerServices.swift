import AssistantsAPI
import ModelProviders
import RunEngine
import Storage

/// What routes call. They hold no rule of their own.
package struct ServerServices: Sendable {
    package var database: Database
    package var access: AccessControl
    package var threads: ThreadService
    package var search: ThreadSearch
    package var forking: ThreadForking
    package var runs: RunService
    package var assistants: AssistantService
    package var files: FileService
    package var images: ImageFiles
    package var vectorStores: VectorStoreService
    package var storeSearch: StoreSearch
    package var analysis: ThreadAnalysis
    package var models: ModelCatalog
    package var interpreter: @Sendable () async -> InterpreterHealth
    /// Whether a server without an interpreter is not ready.
    package var needsInterpreter: Bool
    /// Nil when there is no model backend.
    package var passThrough: PassThrough?
    /// The assistant that the facade speaks through, as it was at the start.
    package var initialFacadeAssistant: Assistant
    package var ids: IDGenerator
    package var clock: WallClock

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
