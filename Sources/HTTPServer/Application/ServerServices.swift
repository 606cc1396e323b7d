import AssistantsAPI
import RunEngine
import Storage

/// What routes call. They hold no rule of their own.
package struct ServerServices: Sendable {
    package var database: Database
    package var threads: ThreadService
    package var runs: RunService
    package var assistants: AssistantService
    package var analysis: ThreadAnalysis
    /// The assistant that the facade speaks through.
    package var facadeAssistant: Assistant
    package var ids: IDGenerator
    package var clock: WallClock

    package init(
        database: Database,
        threads: ThreadService,
        runs: RunService,
        assistants: AssistantService,
        analysis: ThreadAnalysis,
        facadeAssistant: Assistant,
        ids: IDGenerator,
        clock: WallClock
    ) {
        self.database = database
        self.threads = threads
        self.runs = runs
        self.assistants = assistants
        self.analysis = analysis
        self.facadeAssistant = facadeAssistant
        self.ids = ids
        self.clock = clock
    }
}
