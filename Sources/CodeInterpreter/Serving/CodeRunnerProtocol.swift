/// What a server and a runner in two processes agree on; `Documentation/code-runner-protocol.md` says it in words.
package enum CodeRunnerProtocol {
    /// Grows when one side of before would misunderstand the other.
    package static let version = 1
    /// While a cell runs the runner sends a line break this often, so that silence means that it is gone.
    package static let heartbeat: Duration = .seconds(3)
    /// Of the request for a cell, in bytes.
    package static let largestOrder = 8 << 20
    /// Of any answer in JSON, in bytes.
    package static let largestAnswer = 8 << 20

    /// Of what servers name, sessions and files.
    static func isName(_ text: String) -> Bool {
        (1...1024).contains(text.utf8.count) && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    }
}
