import Foundation

/// The files that an import reads.
enum DumpFiles {
    private static let extensions: Set<String> = ["json", "jsonl", "ndjson"]

    struct NotFound: Error, CustomStringConvertible {
        let path: String

        var description: String { "there is no file or directory \(path)" }
    }

    /// The file at a path, or all dumps below a directory. Numbers in names count as such: page 10 comes after page 9.
    static func find(_ path: String) throws -> [String] {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw NotFound(path: path)
        }
        guard isDirectory.boolValue else { return [path] }
        let names = try FileManager.default.subpathsOfDirectory(atPath: path)
        return names.filter { extensions.contains(($0 as NSString).pathExtension.lowercased()) }
            .sorted { $0.compare($1, options: .numeric) == .orderedAscending }
            .map { "\(path)/\($0)" }
    }
}
