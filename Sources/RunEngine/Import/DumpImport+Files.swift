import AssistantsAPI
import Foundation
import Storage

extension DumpImport {
    /// Stores the files of a dump with their bytes. Older ones than all that is stored go before it.
    func mergeFiles(_ files: [String], _ report: inout ImportReport) async throws {
        let contents = try FileContents(of: database)
        let oldest = try await database.read { try $0.imports.oldest(.file) }
        for atBeginning in [true, false] {
            var place: ImportRepository.Place?
            while true {
                let (after, range) = (place, atBeginning ? (nil, oldest) : (oldest, nil))
                let objects = try await database.read { db in
                    try db.imports.roots(
                        .file,
                        from: range.0,
                        below: range.1,
                        behind: after,
                        ascending: !atBeginning,
                        limit: Self.batch
                    )
                }
                guard let last = objects.last else { break }
                var outcome = MergeOutcome()
                for object in objects {
                    do throws(ImportRefusal) {
                        try await merge(object, of: files, contents, atBeginning: atBeginning, &outcome)
                    } catch {
                        outcome.refuse(object, error.reason)
                    }
                }
                try await database.write { try $0.imports.remove(objects) }
                report.add(outcome, of: .file, files)
                place = ImportRepository.Place(last)
                progress("files stored: \(report[.file].added)")
            }
            if oldest == nil { break }
        }
    }

    private func merge(
        _ object: StagedObject,
        of files: [String],
        _ contents: FileContents,
        atBeginning: Bool,
        _ outcome: inout MergeOutcome
    ) async throws(ImportRefusal) {
        let dumped: DumpedFile
        let known: (owner: ProjectID?, file: File?)
        do {
            dumped = try DumpedFile(try JSONValue(parsing: object.body))
            known = try await database.read { [project] db in
                let stored = try db.files.find(dumped.file.id, in: project)
                return (try db.imports.project(of: .file, object.id), stored?.file)
            }
        } catch {
            throw ImportRefusal("\(error)")
        }
        guard known.owner == nil || known.owner == project else {
            throw ImportRefusal("the id belongs to another project")
        }
        if let stored = known.file {
            outcome.compare(stored, dumped.file)
            return
        }
        let folder = (files[object.origin.file] as NSString).deletingLastPathComponent
        let places = dumped.places.map { folder.isEmpty ? $0 : "\(folder)/\($0)" }
        guard let path = places.first(where: Self.isFile) else {
            throw ImportRefusal("its bytes are not beside the dump, neither in \(places.joined(separator: " nor in "))")
        }
        try await take(path, as: dumped, contents, atBeginning: atBeginning)
        outcome.counts.added += 1
    }

    private func take(
        _ path: String,
        as dumped: DumpedFile,
        _ contents: FileContents,
        atBeginning: Bool
    ) async throws(ImportRefusal) {
        do {
            try await contents.receiving { incoming in
                try await KeptContent(path: path).forEachPiece { try await incoming.write($0) }
                let file = try dumped.file(with: await incoming.digest, count: await incoming.count)
                try await contents.keep(incoming) { [project, database] content in
                    try await database.write { db in
                        try db.imports.insert(file, content: content, atBeginning: atBeginning, in: project)
                    }
                }
            }
        } catch let refusal as ImportRefusal {
            throw refusal
        } catch {
            throw ImportRefusal("its bytes cannot be taken: \(error)")
        }
    }

    private static func isFile(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && !isDirectory.boolValue
    }
}
