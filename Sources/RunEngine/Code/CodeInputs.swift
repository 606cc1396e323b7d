import AssistantsAPI
import CodeInterpreter

/// The files that code finds in `/mnt/data`, under names that differ.
struct CodeInputs: Sendable {
    /// Those that callers gave: each under its id, as the service had it, and under its own name.
    private(set) var given: [InputFile] = []
    /// Those that code made in earlier sessions and answers linked: a new session gets them back.
    private(set) var restored: [InputFile] = []
    private var names: Set<String> = []

    /// More bytes of a name than file systems take.
    private static let longestName = 200

    /// Adds a file unless it is there.
    mutating func add(_ file: File, at path: String) {
        let id = file.id.rawValue
        guard !given.contains(where: { $0.id == id }) else { return }
        names.insert(id)
        given.append(InputFile(id: id, names: [id, newName(like: file.filename)], path: path, size: file.bytes))
    }

    /// Adds a file that code made. Where two had the same name the first one that comes counts.
    mutating func restore(_ file: File, as name: String, at path: String) {
        let name = Self.plain(name)
        guard names.insert(name).inserted else { return }
        restored.append(InputFile(id: file.id.rawValue, names: [name], path: path, size: file.bytes))
    }

    /// The path of a given file that has this name of its own.
    func path(ofGiven name: String) -> String? {
        given.first { $0.names.contains(name) }.flatMap(\.names.first)
    }

    private mutating func newName(like filename: String) -> String {
        let name = Self.plain(filename)
        let point = name.lastIndex(of: ".").flatMap { $0 > name.startIndex ? $0 : nil } ?? name.endIndex
        var (candidate, number) = (name, 1)
        while !names.insert(candidate).inserted {
            number += 1
            candidate = "\(name[..<point]) (\(number))\(name[point...])"
        }
        return candidate
    }

    /// A caller's name for a file as a name in one folder.
    private static func plain(_ filename: String) -> String {
        var name = String.UnicodeScalarView()
        var size = 0
        for scalar in filename.unicodeScalars {
            let isPlain = !scalar.isLineBreakOrControl && scalar != "/" && scalar != "\\"
            size += String(scalar).utf8.count
            if size > longestName { break }
            name.append(isPlain ? scalar : "_")
        }
        let text = String(name)
        return text.isEmpty || text.hasPrefix(".") ? "file" + text : text
    }
}
