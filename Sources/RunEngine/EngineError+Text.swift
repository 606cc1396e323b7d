import AssistantsAPI

extension EngineError {
    /// What callers are told, in the words that clients of the Assistants API look for.
    package var message: String {
        switch self {
        case .threadNotFound(let id): "No thread found with id '\(id.shortened)'."
        case .runNotFound(let id): "No run found with id '\(id.shortened)'."
        case .assistantNotFound(let id): "No assistant found with id '\(id.shortened)'."
        case .messageNotFound(let id): "No message found with id '\(id.shortened)'."
        case .runStepNotFound(let id): "No run step found with id '\(id.shortened)'."
        case .runNotCancellable(let status): "Cannot cancel run with status '\(status.rawValue)'."
        case .threadLocked(let thread, let run): "Can't add messages to \(thread) while a run \(run) is active."
        case .runActive(let run, let thread): "Thread \(thread) already has an active run \(run)."
        case .runTakesNoOutputs(let status): "Runs in status \"\(status.rawValue)\" do not accept tool outputs."
        case .wrongToolOutputs(let expected, let got):
            "Expected tool outputs for call_ids \(Self.list(expected)), got \(Self.list(got))"
        case .nothingToRun:
            "Run creation requires a Thread with a user message or an assistant with instructions."
        case .toolsForbidden(let format):
            "Invalid tools: all tools must be of type `function` when `response_format` is of type `\(format.type)`."
        case .tooManyRuns(let limit): "\(limit) runs are waiting already. Please try again soon."
        case .tooMuchData(let limit):
            "The data of \(limit) requests is being analysed already. Please try again soon."
        case .shuttingDown: "The server is shutting down. What it has accepted it answers after its next start."
        case .threadDeleted(let id): "The thread '\(id.shortened)' was deleted."
        }
    }

    /// A list as Python writes it, which clients parse.
    private static func list(_ ids: [String]) -> String {
        "[\(ids.map { "'\($0)'" }.joined(separator: ", "))]"
    }
}
