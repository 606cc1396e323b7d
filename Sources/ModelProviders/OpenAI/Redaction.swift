/// Takes keys and addresses out of what a backend says, as its words reach callers and the database.
package struct Redaction: Sendable {
    private let secrets: [String]
    private let host: String?

    /// `host` is masked wherever it stands, when it is more than a plain word.
    package init(apiKey: String?, host: String?) {
        secrets = [apiKey].compactMap { $0 }.filter { !$0.isEmpty }
        self.host = host.flatMap { $0.contains(".") || $0.contains(":") ? $0 : nil }
    }

    package func clean(_ text: String) -> String {
        var text = text
        for secret in secrets { text = text.replacing(secret, with: "[key]") }
        text = text.split(separator: " ", omittingEmptySubsequences: false).map(clean(word:)).joined(separator: " ")
        if let host { text = text.replacing(host, with: "[address]") }
        return text
    }

    private func clean(word: Substring) -> String {
        if let scheme = word.firstRange(of: "://") {
            let opening = word[..<scheme.lowerBound].lastIndex { !$0.isLetter }.map { word.index(after: $0) }
            let start = opening ?? word.startIndex
            let end = word[scheme.upperBound...].firstIndex { "\"'`<>()[]{},;".contains($0) } ?? word.endIndex
            let rest = word[..<end].last == "." ? "." : ""
            return word[..<start] + "[address]" + rest + word[end...]
        }
        return looksLikeKey(word) ? "[key]" : String(word)
    }

    /// Whether a word is a key or a key whose middle is starred out.
    private func looksLikeKey(_ word: Substring) -> Bool {
        let body = word.drop { "\"'`(:=".contains($0) }
        guard body.count >= 8 else { return false }
        if body.contains("****") { return true }
        return ["sk-", "sk_", "gsk_", "hf_", "nvapi-", "xai-", "AIza"].contains { body.hasPrefix($0) }
    }
}
