import Foundation

/// What interpreters are made of and what they may use.
package struct InterpreterSettings: Sendable {
    /// Where Python comes from.
    package enum Python: Sendable, Equatable, CustomStringConvertible {
        /// A virtual environment, by its folder.
        case environment(String)
        /// `/usr/bin/python3`, with the packages that the system has.
        case system

        package var description: String {
            switch self {
            case .environment(let folder): folder
            case .system: "the system's packages"
            }
        }
    }

    /// The first one that works is taken.
    package var pythons: [Python]
    /// Of one session: its processes and its files together, in bytes.
    package var memory: Int
    /// Of all sessions together, in bytes.
    package var budget: Int
    /// Sessions at the same time, those of the pool aside.
    package var sessions: Int
    /// Interpreters that wait with pandas and matplotlib loaded.
    package var pool: Int
    /// A session that was not used for this long is ended.
    package var idle: Duration
    /// Cells that may wait for room or for their session.
    package var line: Int
    /// How long a cell waits for room.
    package var patience: Duration
    /// How much longer than its time a cell may take until its session is ended: to be interrupted, and to draw what it
    /// left.
    package var grace: Duration = .seconds(5)
    /// How long a cancelled cell may take to stop until its session is ended.
    package var cancellationGrace: Duration = .seconds(2)

    /// Processes and threads of one session.
    static let processes = 64
    /// Files and folders of one session.
    static let files = 20_000
    /// What a session is expected to take before it is known.
    static let expectedMemory = 128 << 20

    package init(
        pythons: [Python] = [.system],
        memory: Int = 1 << 30,
        budget: Int = InterpreterSettings.halfOfMemory,
        sessions: Int = 200,
        pool: Int = 1,
        idle: Duration = .seconds(1200),
        line: Int = 1000,
        patience: Duration = .seconds(60)
    ) {
        self.pythons = pythons
        self.memory = memory
        self.budget = max(budget, memory)
        self.sessions = sessions
        self.pool = pool
        self.idle = idle
        self.line = line
        self.patience = patience
    }

    /// In bytes.
    package static var halfOfMemory: Int { Int(clamping: ProcessInfo.processInfo.physicalMemory / 2) }
}
