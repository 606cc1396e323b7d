import AssistantsAPI
import Storage

/// What one transaction of an import did.
struct MergeOutcome: Sendable {
    struct Refusal: Sendable {
        var origin: StagedObject.Origin
        var id: String
        var reason: String
    }

    var counts = ImportReport.Counts()
    var impliedThreads = 0
    var refusals: [Refusal] = []

    mutating func refuse(_ object: StagedObject, _ reason: String) {
        refusals.append(Refusal(origin: object.origin, id: object.id, reason: reason))
    }

    mutating func compare(_ stored: some JSONWritable, _ new: some JSONWritable) {
        if stored.jsonBytes == new.jsonBytes { counts.unchanged += 1 } else { counts.different += 1 }
    }
}

/// Brings staged objects into the store, each kind once those that it needs are there.
struct DumpMerge {
    let db: Connection
    let project: ProjectID

    // MARK: Assistants and threads

    /// - Parameter atBeginning: whether new ones come before what is stored.
    func assistants(_ objects: [StagedObject], atBeginning: Bool) throws -> MergeOutcome {
        var outcome = MergeOutcome()
        for object in objects where try belongsHere(object, &outcome) {
            let assistant = try Assistant(dumped: try JSONValue(parsing: object.body))
            if let stored = try db.assistants.find(assistant.id, in: project) {
                outcome.compare(stored, assistant)
            } else {
                try db.imports.insert(assistant, atBeginning: atBeginning, in: project)
                outcome.counts.added += 1
            }
        }
        try db.imports.remove(objects)
        return outcome
    }

    func threads(_ objects: [StagedObject], atBeginning: Bool) throws -> MergeOutcome {
        var outcome = MergeOutcome()
        for object in objects where try belongsHere(object, &outcome) {
            let isImplied = object.body.isEmpty
            let thread =
                isImplied
                ? AssistantThread(id: Identifier(object.id), createdAt: object.createdAt)
                : try AssistantThread(dumped: try JSONValue(parsing: object.body))
            if let stored = try db.threads.find(thread.id, in: project) {
                try complete(stored, with: thread, isImplied: isImplied, &outcome)
            } else {
                try db.imports.insert(thread, atBeginning: atBeginning, in: project)
                outcome.counts.added += 1
                if isImplied { outcome.impliedThreads += 1 }
            }
        }
        try db.imports.remove(objects)
        return outcome
    }

    /// A thread that is known by its id alone takes what the dump knows of it.
    private func complete(
        _ stored: AssistantThread,
        with thread: AssistantThread,
        isImplied: Bool,
        _ outcome: inout MergeOutcome
    ) throws {
        guard try db.imports.isBare(stored.id) else {
            if !isImplied { outcome.compare(stored, thread) }
            return
        }
        let createdAt = isImplied ? min(stored.createdAt, thread.createdAt) : thread.createdAt
        guard !isImplied || createdAt != stored.createdAt else { return }
        try db.imports.complete(
            AssistantThread(
                id: thread.id,
                createdAt: createdAt,
                metadata: thread.metadata,
                toolResources: thread.toolResources
            )
        )
        if !isImplied { outcome.counts.added += 1 }
    }

    func belongsHere(_ object: StagedObject, _ outcome: inout MergeOutcome) throws -> Bool {
        guard let owner = try db.imports.project(of: object.kind, object.id), owner != project else { return true }
        if !object.body.isEmpty { outcome.refuse(object, "the id belongs to another project") }
        return false
    }

    // MARK: Messages, runs and steps

    /// Stores what belongs to a thread or, of steps, to a run.
    func children(_ kind: StagedObject.Kind, of parent: String) throws -> MergeOutcome {
        var outcome = MergeOutcome()
        if let reason = try obstacle(kind, parent) {
            try db.imports.forEach(kind, of: parent) { outcome.refuse($0, reason) }
            try db.imports.remove(kind, of: parent)
            return outcome
        }
        let run = kind == .step ? try storedRun(parent) : nil
        try db.imports.forEach(kind, of: parent) { object in
            guard let owner = try db.imports.parent(of: kind, object.id) else { return }
            if owner == parent {
                try compare(object, run, &outcome)
            } else {
                outcome.refuse(object, "the id belongs to something else, in \(owner)")
            }
        }
        try db.imports.place(kind, of: parent) { object, tokens in
            outcome.counts.added += 1
            return try insert(object, run, tokens: tokens)
        }
        try db.imports.remove(kind, of: parent)
        return outcome
    }

    /// Why nothing can be stored under a parent; nil when it can.
    private func obstacle(_ kind: StagedObject.Kind, _ parent: String) throws -> String? {
        if kind == .step {
            guard let run = try storedRun(parent) else {
                return "its run, \(parent), is neither in the dump nor stored"
            }
            return try db.threads.exists(run.threadID, in: project) ? nil : "its run belongs to another project"
        }
        return try db.threads.exists(Identifier(parent), in: project) ? nil : "its thread belongs to another project"
    }

    private func storedRun(_ id: String) throws -> Run? {
        guard let thread = try db.imports.parent(of: .run, id) else { return nil }
        return try db.runs.find(Identifier(id), of: Identifier(thread))
    }

    private func compare(_ object: StagedObject, _ run: Run?, _ outcome: inout MergeOutcome) throws {
        let value = try JSONValue(parsing: object.body)
        switch object.kind {
        case .message:
            let message = try Message(dumped: value)
            if let stored = try db.messages.find(message.id, of: message.threadID) { outcome.compare(stored, message) }
        case .run:
            let run = try Run(dumped: value)
            if let stored = try db.runs.find(run.id, of: run.threadID) { outcome.compare(stored, run) }
        case .step:
            guard let run else { return }
            let step = try DumpedStep(value).step(of: run)
            if let stored = try db.runSteps.find(step.id, of: run) { outcome.compare(stored, step) }
        case .assistant, .thread, .file, .vectorStore, .vectorStoreFile: break
        }
    }

    /// Inserts at the end. Returns the tokens of the thread up to and with a message.
    private func insert(_ object: StagedObject, _ run: Run?, tokens: Int) throws -> Int {
        let value = try JSONValue(parsing: object.body)
        switch object.kind {
        case .message:
            let message = try Message(dumped: value)
            return try db.messages.append(
                message,
                tokens: message.content.estimatedTokens,
                after: MessageRepository.Position(sequence: 0, tokensThrough: tokens)
            ).tokensThrough
        case .run: try db.runs.insert(try Run(dumped: value))
        case .step:
            if let run { try db.runSteps.insert(try DumpedStep(value).step(of: run)) }
        case .assistant, .thread, .file, .vectorStore, .vectorStoreFile: break
        }
        return tokens
    }
}
