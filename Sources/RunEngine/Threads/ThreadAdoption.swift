import AssistantsAPI
import Storage

/// Lets ids of threads that an application still holds come to life as empty threads on their first use.
package struct ThreadAdoption: Sendable {
    let database: Database
    let clock: WallClock
    /// Whether the operator wants it.
    let isOn: Bool

    private static let maximumLength = 64

    package init(database: Database, clock: WallClock, isOn: Bool) {
        self.database = database
        self.clock = clock
        self.isOn = isOn
    }

    /// Does what `body` does with a thread; once more when there was no such thread and it could be adopted. An id that
    /// belongs to another project, or to a thread deleted lately, is left alone.
    package func adopting<Value>(
        _ id: Identifier<AssistantThread>,
        in project: ProjectID,
        _ body: () async throws -> Value
    ) async throws -> Value {
        do {
            return try await body()
        } catch EngineError.threadNotFound(id) where isOn && Self.isWellFormed(id) {
            guard try await adopt(id, in: project) else { throw EngineError.threadNotFound(id) }
            return try await body()
        }
    }

    /// Not a part of what the request does: a repeat of it must not take that for done.
    private func adopt(_ id: Identifier<AssistantThread>, in project: ProjectID) async throws -> Bool {
        let now = clock.now()
        return try await IdempotentRequest.$current.withValue(nil) {
            try await database.write { try $0.threads.adopt(id, at: now, in: project) }
        }
    }

    /// Whether an id has the form that the service gave to its threads.
    static func isWellFormed(_ id: Identifier<AssistantThread>) -> Bool {
        let bytes = id.rawValue.utf8
        guard bytes.starts(with: AssistantThread.idPrefix.utf8), bytes.count <= maximumLength else { return false }
        let suffix = bytes.dropFirst(AssistantThread.idPrefix.utf8.count)
        return !suffix.isEmpty
            && suffix.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}
