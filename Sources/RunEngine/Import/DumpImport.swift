import AssistantsAPI
import Foundation
import Storage

/// Takes dumps of the Assistants API into the store, under the ids and with the times that they have.
///
/// First all objects are read and set down beside the store, then each kind is stored in its turn: it does not matter in
/// what order they come. Objects that are stored already stay as they are, so that a second import changes nothing.
package struct DumpImport: Sendable {
    let database: Database
    let project: ProjectID
    /// Is told how far the import has come, a few times a second at most.
    let progress: @Sendable (String) -> Void

    /// Objects that are set down, and threads or runs that are stored, in one transaction.
    static let batch = 500
    private static let batchBytes = 4 << 20
    private static let parents = 64

    package init(database: Database, project: ProjectID, progress: @escaping @Sendable (String) -> Void) {
        self.database = database
        self.project = project
        self.progress = progress
    }

    /// - Parameter paths: files, and directories of which all `.json`, `.jsonl` and `.ndjson` files are read.
    package func run(_ paths: [String]) async throws -> ImportReport {
        var report = ImportReport()
        let files = try paths.flatMap(DumpFiles.find)
        try await database.write { try $0.imports.begin() }
        var rank = 0
        for (number, path) in files.enumerated() {
            do {
                try await read(path, number: number, rank: &rank, &report)
            } catch let failure as MappedFile.Failure {
                report.refusals.append(.init(path: path, line: 0, object: 0, id: nil, reason: "\(failure)"))
            }
        }
        _ = try await database.write { try $0.imports.addMissingThreads() }
        try await mergeFiles(files, &report)
        try await mergeRoots(.assistant, files, &report)
        try await mergeRoots(.thread, files, &report)
        for kind in [StagedObject.Kind.message, .run, .step] { try await mergeChildren(kind, files, &report) }
        try await mergeRoots(.vectorStore, files, &report)
        try await mergeChildren(.vectorStoreFile, files, &report)
        try await database.write { try $0.imports.end() }
        return report
    }

    // MARK: Reading

    private func read(_ path: String, number: Int, rank: inout Int, _ report: inout ImportReport) async throws {
        let file = try MappedFile(path: path)
        var scanner = DumpScanner(file.bytes)
        var direction = ListDirection()
        var batch: [StagedObject] = []
        var (size, objects) = (0, 0)
        while true {
            let findings: [DumpReader.Finding]
            do throws(DumpScanner.Fault) {
                guard let value = try scanner.next() else { break }
                findings = Self.findings(file, value, number, &rank, &objects)
            } catch {
                report.refusals.append(.init(path: path, line: error.line, object: 0, id: nil, reason: error.reason))
                continue
            }
            for finding in findings {
                switch finding {
                case .object(let object, let isUnfinishedRun):
                    direction.note(object)
                    size += object.body.utf8.count
                    batch.append(object)
                    if isUnfinishedRun { report.unfinishedRuns += 1 }
                case .refused(let origin, let id, let refusal):
                    report.refusals.append(
                        .init(path: path, line: origin.line, object: origin.object, id: id, reason: refusal.reason)
                    )
                }
            }
            if batch.count >= Self.batch || size >= Self.batchBytes {
                try await stage(batch)
                (batch, size) = ([], 0)
                file.forget(before: scanner.offset)
                progress("\(path): \(objects) objects, \(scanner.offset >> 20) of \(file.bytes.count >> 20) MiB read")
            }
        }
        try await stage(batch)
        let ascending = direction.ascendingKinds
        if !ascending.isEmpty {
            try await database.write { db in for kind in ascending { try db.imports.reverse(kind, of: number) } }
        }
    }

    private static func findings(
        _ file: MappedFile,
        _ value: DumpScanner.Value,
        _ number: Int,
        _ rank: inout Int,
        _ objects: inout Int
    ) -> [DumpReader.Finding] {
        var (nextRank, nextObject) = (rank, objects)
        let reader = DumpReader(UnsafeRawBufferPointer(rebasing: file.bytes[value.range])) {
            nextRank += 1
            nextObject += 1
            // What comes later is older, as in the service's lists.
            return (-nextRank, StagedObject.Origin(file: number, line: value.line, object: nextObject))
        }
        (rank, objects) = (nextRank, nextObject)
        return reader.findings
    }

    private func stage(_ objects: [StagedObject]) async throws {
        guard !objects.isEmpty else { return }
        try await database.write { try $0.imports.stage(objects) }
    }

    // MARK: Storing

    /// Older ones than all that is stored go before it, the newest first; the others behind it.
    private func mergeRoots(
        _ kind: StagedObject.Kind,
        _ files: [String],
        _ report: inout ImportReport
    ) async throws {
        let oldest = try await database.read { try $0.imports.oldest(kind) }
        for atBeginning in [true, false] {
            var place: ImportRepository.Place?
            while true {
                let after = place
                let (objects, outcome) = try await database.write { [project] db in
                    let range = atBeginning ? (nil, oldest) : (oldest, nil)
                    let objects = try db.imports.roots(
                        kind,
                        from: range.0,
                        below: range.1,
                        behind: after,
                        ascending: !atBeginning,
                        limit: Self.batch
                    )
                    let merge = DumpMerge(db: db, project: project)
                    let outcome =
                        switch kind {
                        case .assistant: try merge.assistants(objects, atBeginning: atBeginning)
                        case .vectorStore: try merge.vectorStores(objects, atBeginning: atBeginning)
                        default: try merge.threads(objects, atBeginning: atBeginning)
                        }
                    return (objects.last.map(ImportRepository.Place.init), outcome)
                }
                report.add(outcome, of: kind, files)
                guard let objects else { break }
                place = objects
                progress("\(kind.plural) stored: \(report[kind].added)")
            }
            // Of an empty list the newest is the first.
            if oldest == nil { break }
        }
    }

    private func mergeChildren(
        _ kind: StagedObject.Kind,
        _ files: [String],
        _ report: inout ImportReport
    ) async throws {
        var parent = ""
        while true {
            let after = parent
            let parents = try await database.read { db in
                try db.imports.parents(of: kind, after: after, limit: Self.parents)
            }
            guard let last = parents.last else { return }
            let outcomes = try await database.write { [project] db in
                let merge = DumpMerge(db: db, project: project)
                return try parents.map { parent in
                    try kind == .vectorStoreFile ? merge.files(ofStore: parent) : merge.children(kind, of: parent)
                }
            }
            for outcome in outcomes { report.add(outcome, of: kind, files) }
            parent = last
            progress("\(kind.plural) stored: \(report[kind].added)")
        }
    }
}

extension ImportReport {
    mutating func add(_ outcome: MergeOutcome, of kind: StagedObject.Kind, _ files: [String]) {
        counts[kind.rawValue].added += outcome.counts.added
        counts[kind.rawValue].unchanged += outcome.counts.unchanged
        counts[kind.rawValue].different += outcome.counts.different
        impliedThreads += outcome.impliedThreads
        refusals += outcome.refusals.map { refusal in
            Refusal(
                path: files[refusal.origin.file],
                line: refusal.origin.line,
                object: refusal.origin.object,
                id: refusal.id,
                reason: refusal.reason
            )
        }
    }
}
