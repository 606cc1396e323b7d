import AssistantsAPI
import CodeInterpreter
import Retrieval

/// What a model is told of the interpreter: its rules, the files that are there, and the code that was run in the thread
/// before.
struct CodeToolDescription {
    let text: String

    /// Files that are named.
    private static let filesShown = 40
    /// Tokens of earlier code that are shown at most.
    private static let earlierTokens = 1500
    /// Of one call; what is longer is cut.
    private static let callTokens = 400

    /// - Parameters:
    ///   - earlier: newest first.
    ///   - isAlive: whether the session in which it was run is there still.
    init(_ inputs: CodeInputs, earlier: [CodeInterpreterCall], isAlive: Bool, timeLimit: Duration) {
        var text = """
            Runs Python code and returns what it prints. Use it whenever something is to be computed, a file is to be read, \
            analysed, converted or made, or a chart is to be drawn; do not guess what can be computed.
            - It works like a notebook: variables and imports stay from call to call, and the value of the last expression is \
            printed. If the code raises an error you get the traceback: mend the code and call again.
            - Figures of matplotlib are shown to the user when the call ends; call plt.show() once for each.
            - Files are in /mnt/data. To give the user a file, save it there and link it in your answer as \
            [report.csv](sandbox:/mnt/data/report.csv). Link only files that exist.
            - There is no internet access, and no package can be installed.
            - A call is interrupted after \(timeLimit.inSeconds); long outputs are cut.
            """
        let files = Self.listing(inputs, isAlive ? earlier : [])
        text += files.isEmpty ? "\nThere are no files in /mnt/data yet." : "\nFiles in /mnt/data:" + files
        let code = Self.listing(earlier)
        if !code.isEmpty {
            let state = isAlive ? "its variables are there" : "its variables are lost"
            text += "\nCode that was run in this conversation before, the newest last (\(state)):" + code
        }
        self.text = text
    }

    private static func listing(_ inputs: CodeInputs, _ earlier: [CodeInterpreterCall]) -> String {
        var lines = inputs.given.map { file in
            // The first name is the id, which some assistants are written for.
            "\n- \(file.names.last ?? file.id) (\(file.size) bytes; also as \(file.id))"
        }
        var seen: Set<String> = []
        for file in earlier.lazy.compactMap(\.result).flatMap(\.files) where seen.insert(file.name).inserted {
            lines.append("\n- \(file.name) (\(file.size) bytes; made by your code)")
        }
        for file in inputs.restored {
            guard let name = file.names.first, seen.insert(name).inserted else { continue }
            lines.append("\n- \(name) (\(file.size) bytes; made by your code)")
        }
        let more = lines.count > filesShown ? "\n- and \(lines.count - filesShown) more" : ""
        return lines.prefix(filesShown).joined() + more
    }

    private static func listing(_ earlier: [CodeInterpreterCall]) -> String {
        var room = earlierTokens
        var shown: [String] = []
        for call in earlier where !call.input.isEmpty {
            var code = call.input
            if TokenEstimate.tokens(in: code) > callTokens {
                code = String(decoding: code.utf8.prefix(callTokens * 3), as: UTF8.self) + " …"
            }
            room -= TokenEstimate.tokens(in: code) + 8
            guard room >= 0 else { break }
            shown.append("\n```\n\(code)\n```")
        }
        return shown.reversed().joined()
    }
}
