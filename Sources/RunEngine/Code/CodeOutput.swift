import AssistantsAPI

/// What a model is told of code that was run.
package struct CodeOutput {
    package let text: String

    /// Tokens of what one call printed that are shown at most. The user sees all of it.
    package static let mostTokens = 6000
    private static let leastTokens = 500
    /// Tokens of all that the calls of a run printed, about.
    private static let runTokens = 24_000

    /// - Parameter earlierTokens: of what the run's calls before printed: the more that is, the less is shown.
    package init(_ call: CodeInterpreterCall, earlierTokens: Int = 0) {
        guard let result = call.result else {
            text = "The code was not run."
            return
        }
        let room = min(Self.mostTokens, max(Self.leastTokens, (Self.runTokens - earlierTokens) / 3))
        var lines = result.remarks.map { "[\($0)]" }
        var logs: [String] = []
        for output in result.outputs {
            switch output {
            case .logs(let text): logs.append(text)
            case .image: logs.append("[A figure is shown to the user above your next words.]\n")
            }
        }
        let printed = logs.joined()
        lines.append(printed.isEmpty ? "[Nothing was printed.]" : printed.middleLeftOut(tokens: room))
        if !result.files.isEmpty {
            let files = result.files.prefix(Self.filesShown).map { "\($0.name) (\($0.size) bytes)" }
            let more = result.files.count > files.count ? " and \(result.files.count - files.count) more" : ""
            lines.append("[Written to /mnt/data: \(files.joined(separator: ", "))\(more)]")
        }
        text = lines.joined(separator: "\n")
    }

    private static let filesShown = 30
}

extension String {
    /// The text without so much of its middle that it has about so many tokens. The end is worth most: there errors are told.
    fileprivate func middleLeftOut(tokens: Int) -> String {
        // A token has a byte at least, and mostly three or four.
        let bytes = tokens * 3
        guard utf8.count > bytes else { return self }
        let head = String(decoding: utf8.prefix(bytes / 2), as: UTF8.self).dropLast()
        let tail = String(decoding: utf8.suffix(bytes / 2), as: UTF8.self).dropFirst()
        let left = utf8.count - head.utf8.count - tail.utf8.count
        return head + "\n[… \(left) bytes left out: print less …]\n" + tail
    }
}
