import Foundation

extension SettingFormat<String> {
    static var hostName: Self {
        Self(legal: "an address or a host name, such as 127.0.0.1 or 0.0.0.0, without a port") {
            text throws(SettingMismatch) in
            let isAddress = NetworkRange(text)?.isSingleAddress == true
            let isName = text.utf8.allSatisfy { $0.isHostCharacter } && text.utf8.count <= 253
            // Meant as an address; as a name it would be looked up, and nobody has it.
            let labels = text.split(separator: ".", omittingEmptySubsequences: false)
            let isFourNumbers = labels.count == 4 && labels.allSatisfy { $0.allSatisfy(\.isNumber) }
            guard isAddress || (isName && !isFourNumbers) else { throw SettingMismatch() }
            return text
        }
    }

    /// The base URL of a backend; slashes at its end are taken off.
    static var baseURL: Self { baseURL(such: "http://127.0.0.1:11434/v1", key: .openAIAPIKey) }

    /// The base URL of a code runner.
    static var runnerURL: Self { baseURL(such: "http://127.0.0.1:8020", key: .codeInterpreterRunnerKey) }

    private static func baseURL(such example: String, key: SettingName) -> Self {
        Self(legal: "an http or https URL without user, query and fragment, such as \(example)") {
            text throws(SettingMismatch) in
            guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
                scheme == "http" || scheme == "https", let host = parts.host, !host.isEmpty
            else { throw SettingMismatch() }
            guard parts.user == nil, parts.password == nil else {
                throw SettingMismatch(reason: "a key belongs in \(key.rawValue)")
            }
            guard parts.query == nil, parts.fragment == nil else { throw SettingMismatch() }
            return text.withoutSlashesAtItsEnd
        }
    }

    /// An origin as browsers send it, or `*`.
    static var origin: Self {
        Self(legal: "scheme://host or scheme://host:port without a path, or *") { text throws(SettingMismatch) in
            if text == "*" { return text }
            let text = text.withoutSlashesAtItsEnd
            guard let parts = URLComponents(string: text), let scheme = parts.scheme, let host = parts.host,
                !scheme.isEmpty, !host.isEmpty, parts.path.isEmpty, parts.user == nil, parts.query == nil,
                parts.fragment == nil
            else { throw SettingMismatch() }
            return text.lowercased()
        }
    }

    /// A path prefix: empty, or beginning with a slash and not ending with one.
    static var pathPrefix: Self {
        Self(legal: "a path that begins with /, such as /openai-api") { text throws(SettingMismatch) in
            let path = text.withoutSlashesAtItsEnd
            if path.isEmpty { return path }
            let segments = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
            guard path.hasPrefix("/"),
                segments.allSatisfy({ segment in
                    !segment.isEmpty && segment != "." && segment != ".."
                        && segment.utf8.allSatisfy { $0.isHostCharacter || $0 == UInt8(ascii: "~") }
                })
            else { throw SettingMismatch() }
            return path
        }
    }
}

extension SettingFormat<NetworkRange> {
    static var networkRange: Self {
        Self(legal: "an IP address or a range of them (CIDR)") { text throws(SettingMismatch) in
            guard let range = NetworkRange(text) else { throw SettingMismatch() }
            return range
        }
    }
}

extension String {
    fileprivate var withoutSlashesAtItsEnd: String {
        var text = self[...]
        while text.last == "/" { text.removeLast() }
        return String(text)
    }
}

extension UInt8 {
    /// Letters, digits, `.`, `-` and `_`.
    fileprivate var isHostCharacter: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
