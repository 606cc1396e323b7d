import Logging

/// Everything that can be set, checked: what the server is built from.
package struct ServerConfiguration: Sendable {
    package let model: Model
    /// Nil without an embedding model.
    package let embeddings: Embeddings?
    package let assistant: Assistant
    /// Names of fields and tables that a user adds, as text; nil for none.
    package let fieldNames: FieldNamesFile?
    package let http: HTTP
    package let access: Access
    package let files: Files
    package let runs: Runs
    package let extraction: Extraction
    package let codeInterpreter: CodeInterpreter
    package let ingestion: Ingestion
    package let logs: Logs
    /// Whether ids of threads that nobody knows come to life as empty threads on their first use.
    package let adoptsUnknownThreads: Bool
    /// The directory of the database. It need not exist yet.
    package let dataDirectory: String
    /// Whether message texts may be logged. Keys never are.
    package let debug: Bool
    /// What a stopping server gives to running answers.
    package let shutdownGrace: Duration
    /// What is legal but likely a mistake, to be shown at the start.
    package let warnings: [String]

    package var modelSource: ModelSource { model.source }

    package struct Model: Sendable {
        package enum API: String, Sendable, CaseIterable {
            case responses
            case chatCompletions = "chat_completions"
            /// The server finds out which one the backend speaks.
            case auto
        }

        package let source: ModelSource
        package let api: API
        package let defaultName: String
        /// The name asked for to the backend's name.
        package let aliases: [String: String]
        package let connectTimeout: Duration
        package let firstByteTimeout: Duration
        /// The longest pause between two parts of an answer.
        package let idleTimeout: Duration
        /// Tries after the first one; 0 means none.
        package let maximumRetries: Int
        /// Tokens of conversation that are sent at most.
        package let contextTokens: Int
    }

    /// The model that gives texts the vectors by which they are found.
    package struct Embeddings: Sendable {
        package let model: String
        /// Where it is, if not where the chat model is. Without a slash at its end.
        package let server: Server?
        /// Nil leaves it to the model.
        package let dimensions: Int?
        /// Texts in one request at most.
        package let batchSize: Int
        /// Put before texts, with a space; empty for none.
        package let documentPrefix: String
        package let queryPrefix: String

        package struct Server: Sendable {
            package let baseURL: String
            package let key: Secret?
        }
    }

    /// The assistant that `/api/v1` uses.
    package struct Assistant: Sendable {
        package let id: String
        /// Nil means the built-in instructions.
        package let instructions: InstructionsFile?

    }

    package struct HTTP: Sendable {
        package enum Origins: Sendable, Equatable {
            case any
            case only([String])

            /// The origins as a list, in which `*` is any.
            package var list: [String] {
                switch self {
                case .any: ["*"]
                case .only(let origins): origins
                }
            }
        }

        package let host: String
        /// 0 means any free port.
        package let port: Int
        /// Empty, or beginning with a slash and not ending with one.
        package let rootPath: String
        package let corsOrigins: Origins
        /// Peers whose `X-Forwarded-For` is believed.
        package let trustedProxies: [NetworkRange]
        package let maximumBodyBytes: Int
        /// Whether the Assistants API answers only those who name its version.
        package let requiresBetaHeader: Bool

        /// Whether only this machine can reach the server.
        package var isLoopbackOnly: Bool {
            host.lowercased() == "localhost" || NetworkRange(host)?.isLoopback == true
        }
    }

    /// Who may use the server, and how much.
    package struct Access: Sendable {
        /// What may be used in a minute; nil means unlimited.
        package struct Limits: Sendable, Equatable {
            package let requestsPerMinute: Int?
            package let tokensPerMinute: Int?
        }

        /// Besides these there may be keys in the store.
        package let staticKeys: [StaticKey]
        /// Whether the chat facade asks for a key where `/v1` does.
        package let facadeAsksForKey: Bool
        /// For each client address.
        package let addressLimits: Limits
        /// For each key.
        package let keyLimits: Limits
    }

    package struct Files: Sendable {
        /// Of a file that is sent at once.
        package let maximumFileBytes: Int
        /// Of a file that is sent in parts.
        package let maximumUploadBytes: Int
        /// Of an image that is shown to the model.
        package let maximumImageBytes: Int
        /// Whether files can be downloaded whatever they were uploaded for.
        package let allowsAllDownloads: Bool
    }

    package struct Runs: Sendable {
        package let timeout: Duration
        /// Runs carried at once.
        package let concurrency: Int
        /// Runs that may wait for their turn.
        package let queueLimit: Int
        /// How long the events of a run can be read again after its end.
        package let eventRetention: Duration
        /// How long a client that polls a run is kept waiting for news; zero leaves polling to the clients.
        package let pollHold: Duration
    }

    /// What reading the text of one uploaded document may take.
    package struct Extraction: Sendable {
        package let timeout: Duration
        /// In bytes.
        package let memory: Int
    }

    /// Python that models write, in a sandbox.
    package struct CodeInterpreter: Sendable {
        package enum Use: String, CaseIterable, Sendable {
            /// Where it can be confined.
            case auto
            /// As in ``auto``, and where it cannot be confined the server counts as not ready.
            case on
            case off
        }

        package let use: Use
        /// A virtual environment's folder, or ``systemPython``; nil for the first one of those that the scripts make, or
        /// else the system's.
        package let python: String?
        /// Of one thread's code and its files, in bytes.
        package let memory: Int
        /// Of all threads together, in bytes; nil for half of the machine's.
        package let budget: Int?
        /// Threads whose code lives at the same time.
        package let sessions: Int
        package let timeout: Duration
        package let idle: Duration
        /// Interpreters kept ready for new threads.
        package let pool: Int
        /// Base URL of the runner that is asked in place of this machine, without a slash at its end.
        package let runner: String?
        /// What the runner asks for, be it this process or another one.
        package let runnerKey: Secret?

        package static let systemPython = "system"
    }

    /// Of files into vector stores.
    package struct Ingestion: Sendable {
        /// Files at work at the same time.
        package let concurrency: Int
    }

    package struct Logs: Sendable {
        package let level: Logger.Level
        /// Nil means no file.
        package let file: String?
        /// Whether somebody asked for what `file` says; it is the default otherwise.
        package let isFileGiven: Bool
        package let maximumFileBytes: Int
        /// Rotated files beside the current one.
        package let filesKept: Int

        package init(level: Logger.Level, file: String?, maximumFileBytes: Int, filesKept: Int) {
            self.level = level
            self.file = file
            isFileGiven = true
            self.maximumFileBytes = maximumFileBytes
            self.filesKept = filesKept
        }
    }
}
