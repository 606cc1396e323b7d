import Foundation

/// Everything that is wrong with the configuration, told at once.
package struct ConfigurationError: Error, Equatable, CustomStringConvertible {
    package struct Fault: Sendable, Equatable, CustomStringConvertible {
        /// The setting, or the file.
        package let subject: String
        package let description: String
    }

    package let faults: [Fault]

    package var description: String {
        let count = faults.count == 1 ? "1 fault" : "\(faults.count) faults"
        return (["The configuration has \(count):"] + faults.map { "  \($0)" }).joined(separator: "\n")
    }
}

extension ConfigurationError.Fault {
    /// A value that is not legal. Secrets are masked, long values cut.
    init(_ name: SettingName, value: String, origin: SettingOrigin, reason: String?, legal: String) {
        subject = name.rawValue
        let shown = name.isSecret ? Secret(value).masked : Self.shown(value)
        let why = reason.map { " (\($0))" } ?? ""
        description = "\(name.rawValue) is \"\(shown)\" in \(origin)\(why); legal: \(legal)"
    }

    init(file path: String, line: Int, reason: String) {
        subject = path
        description = "\(path), line \(line) is not understood: \(reason)"
    }

    init(file path: String, reason: String) {
        subject = path
        description = "\(path) \(reason)"
    }

    /// One line of at most 160 characters, a password in a URL (`://user:password@`) left out.
    private static func shown(_ value: String) -> String {
        var text = value
        if let scheme = text.range(of: "://"), let at = text[scheme.upperBound...].lastIndex(of: "@") {
            text.replaceSubrange(scheme.upperBound..<at, with: "***")
        }
        text = String(text.map { $0.isNewline ? " " : $0 })
        return text.count > 160 ? text.prefix(160) + "…" : text
    }
}
