/// What a file is for.
package enum FilePurpose: String, Sendable, CaseIterable {
    case fineTune = "fine-tune"
    case assistants
    case batch
    case userData = "user_data"
    case vision
    case evals
    /// Made by the code interpreter.
    case assistantsOutput = "assistants_output"
    case batchOutput = "batch_output"
    case fineTuneResults = "fine-tune-results"

    /// Those that an upload may have, in the order in which the service lists them.
    package static let uploadable: [FilePurpose] = [.fineTune, .assistants, .batch, .userData, .vision, .evals]

    /// Whether the service gave back the bytes of such files.
    package var isDownloadable: Bool { self != .assistants && self != .userData }
}
