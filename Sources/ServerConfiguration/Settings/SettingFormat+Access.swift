import AssistantsAPI

/// A key among the settings.
package struct StaticKey: Sendable, Equatable {
    package let key: Secret
    package let projectName: String
    package let role: AccessRole

    package static let defaultProjectName = "default"
    package static let defaultRole = AccessRole.user
}

extension SettingFormat<[StaticKey]> {
    /// Keys separated by commas, or as a JSON array of strings.
    static var staticKeys: Self {
        let roles = AccessRole.allCases.map(\.rawValue).joined(separator: ", ")
        let legal =
            "keys separated by commas, each KEY, KEY:PROJECT or KEY:PROJECT:ROLE (\(roles); user if not given), "
            + "such as sk-one,sk-two:team-a,sk-three:team-b:facade"
        return Self(legal: legal) { text throws(SettingMismatch) in
            var keys: [StaticKey] = []
            for (index, entry) in try entries(of: text).enumerated() {
                let key = try staticKey(entry, number: index + 1)
                guard !keys.contains(where: { $0.key == key.key }) else {
                    throw SettingMismatch(reason: "key \(index + 1) is there twice")
                }
                keys.append(key)
            }
            return keys
        }
    }

    private static func entries(of text: String) throws(SettingMismatch) -> [String] {
        guard text.hasPrefix("[") else {
            return text.split(separator: ",", omittingEmptySubsequences: true).map(String.init)
        }
        let elements = (try? JSONValue(parsing: text))?.arrayValue
        guard let entries = elements?.map(\.stringValue), !entries.contains(nil) else {
            throw SettingMismatch(reason: "it begins as a JSON array but is none of strings")
        }
        return entries.compactMap { $0 }
    }

    /// What is said of a key names its place, never its text.
    private static func staticKey(_ entry: String, number: Int) throws(SettingMismatch) -> StaticKey {
        let parts = entry.split(separator: ":", omittingEmptySubsequences: false).map {
            String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
        guard (1...3).contains(parts.count), !parts.contains("") else {
            throw SettingMismatch(reason: "key \(number) has an empty part, or too many of them")
        }
        guard parts[0].utf8.count <= 256, parts[0].utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw SettingMismatch(reason: "key \(number) is not of at most 256 printable ASCII characters")
        }
        let project = parts.count > 1 ? parts[1] : StaticKey.defaultProjectName
        guard ProjectName.isLegal(project) else {
            throw SettingMismatch(reason: "the project of key \(number) is not \(ProjectName.legal)")
        }
        let role = parts.count > 2 ? AccessRole(rawValue: parts[2].lowercased()) : StaticKey.defaultRole
        guard let role else { throw SettingMismatch(reason: "the role of key \(number) is none") }
        return StaticKey(key: Secret(parts[0]), projectName: project, role: role)
    }
}
