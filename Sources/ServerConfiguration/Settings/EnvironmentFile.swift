import Foundation

/// A `.env` file that was read.
struct EnvironmentFile: Sendable {
    let path: String
    private let content: DotEnvFile

    /// Reads the file; a missing one counts as empty unless it `mustExist`.
    init(path: String, mustExist: Bool) throws(ConfigurationError) {
        self.path = path
        guard FileManager.default.fileExists(atPath: path) else {
            guard !mustExist else {
                throw ConfigurationError(faults: [.init(file: path, reason: "does not exist")])
            }
            content = DotEnvFile("")
            return
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ConfigurationError(faults: [.init(file: path, reason: "cannot be read")])
        }
        content = DotEnvFile(String(decoding: data, as: UTF8.self))
    }

    /// A file with this text.
    init(path: String, text: String) {
        self.path = path
        content = DotEnvFile(text)
    }

    /// The last of several entries of one name counts.
    var values: [String: String] {
        Dictionary(content.entries.map { ($0.name, $0.value) }, uniquingKeysWith: { _, last in last })
    }

    var faults: [ConfigurationError.Fault] {
        content.faults.map { ConfigurationError.Fault(file: path, line: $0.line, reason: $0.reason) }
    }

    /// Names that are no setting but look like one.
    var warnings: [String] {
        content.entries.compactMap { entry in
            guard SettingName(rawValue: entry.name) == nil, let meant = SettingName.nearest(to: entry.name) else {
                return nil
            }
            return "\(path), line \(entry.line): \(entry.name) is no setting and has no effect; "
                + "did you mean \(meant.rawValue)?"
        }
    }

    func line(of name: String) -> Int { content.entries.last { $0.name == name }?.line ?? 0 }
}
