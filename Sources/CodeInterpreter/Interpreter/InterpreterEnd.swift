import CodeSandbox

/// Why an interpreter is no more, in words for the model that wrote its code.
struct InterpreterEnd: Error {
    let reason: String

    static let garbled = InterpreterEnd(reason: "the Python process disturbed its connection to the server")
    static let interrupted = InterpreterEnd(reason: "it was interrupted, and did not stop")

    init(reason: String) { self.reason = reason }

    init(_ end: ConfinedEnd, memory: Int) {
        let megabytes = memory >> 20
        reason =
            switch end.reason {
            case .broke(.memory):
                "it used more than the \(megabytes) MB of memory that variables, child processes and files may take "
                    + "together"
            case .broke(.files): "it made more than \(InterpreterSettings.files) files"
            case .broke(.wallTime): "it ran for longer than its time, and could not be interrupted"
            case .broke(.output): "it wrote more than it may"
            case .exited(128 + 9): "the Python process was killed, most likely as it used too much memory"
            case .exited(128 + 11): "the Python process crashed (segmentation fault)"
            case .exited(let code): "the Python process ended with code \(code)"
            }
    }
}
