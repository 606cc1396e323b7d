/// The name of a setting, as it stands in the environment and in `.env`.
package enum SettingName: String, CaseIterable, Sendable {
    case openAIAPIKey = "OPENAI_API_KEY"
    case openAIBaseURL = "OPENAI_BASE_URL"
    case openAIAPI = "OPENAI_API"
    case defaultModel = "DEFAULT_MODEL"
    case modelAliases = "MODEL_ALIASES"
    case modelConnectTimeout = "MODEL_CONNECT_TIMEOUT"
    case modelFirstByteTimeout = "MODEL_FIRST_BYTE_TIMEOUT"
    case modelIdleTimeout = "MODEL_IDLE_TIMEOUT"
    case modelMaxRetries = "MODEL_MAX_RETRIES"
    case contextTokens = "CONTEXT_TOKENS"
    case embeddingModel = "EMBEDDING_MODEL"
    case embeddingBaseURL = "EMBEDDING_BASE_URL"
    case embeddingAPIKey = "EMBEDDING_API_KEY"
    case embeddingDimensions = "EMBEDDING_DIMENSIONS"
    case embeddingBatchSize = "EMBEDDING_BATCH_SIZE"
    case embeddingDocumentPrefix = "EMBEDDING_DOCUMENT_PREFIX"
    case embeddingQueryPrefix = "EMBEDDING_QUERY_PREFIX"
    case assistantID = "ASSISTANT_ID"
    case assistantInstructionsFile = "ASSISTANT_INSTRUCTIONS_FILE"
    case fieldNamesFile = "FIELD_NAMES_FILE"
    case host = "HOST"
    case port = "PORT"
    case rootPath = "ROOT_PATH"
    case corsOrigins = "CORS_ORIGINS"
    case trustedProxies = "TRUSTED_PROXIES"
    case requestsPerMinute = "REQUESTS_PER_MINUTE"
    case tokensPerMinute = "TOKENS_PER_MINUTE"
    case apiKeys = "API_KEYS"
    case facadeAuth = "FACADE_AUTH"
    case keyRequestsPerMinute = "KEY_REQUESTS_PER_MINUTE"
    case keyTokensPerMinute = "KEY_TOKENS_PER_MINUTE"
    case maxBodyBytes = "MAX_BODY_BYTES"
    case maxFileBytes = "MAX_FILE_BYTES"
    case maxUploadBytes = "MAX_UPLOAD_BYTES"
    case maxImageBytes = "MAX_IMAGE_BYTES"
    case fileDownloads = "FILE_DOWNLOADS"
    case runTimeout = "RUN_TIMEOUT"
    case runConcurrency = "RUN_CONCURRENCY"
    case runQueueLimit = "RUN_QUEUE_LIMIT"
    case eventRetention = "EVENT_RETENTION"
    case pollHold = "POLL_HOLD"
    case requireBetaHeader = "REQUIRE_BETA_HEADER"
    case adoptUnknownThreads = "ADOPT_UNKNOWN_THREADS"
    case extractionTimeout = "EXTRACTION_TIMEOUT"
    case extractionMemory = "EXTRACTION_MEMORY"
    case ingestionConcurrency = "INGESTION_CONCURRENCY"
    case codeInterpreter = "CODE_INTERPRETER"
    case codeInterpreterPython = "CODE_INTERPRETER_PYTHON"
    case codeInterpreterMemory = "CODE_INTERPRETER_MEMORY"
    case codeInterpreterBudget = "CODE_INTERPRETER_BUDGET"
    case codeInterpreterSessions = "CODE_INTERPRETER_SESSIONS"
    case codeInterpreterTimeout = "CODE_INTERPRETER_TIMEOUT"
    case codeInterpreterIdle = "CODE_INTERPRETER_IDLE"
    case codeInterpreterPool = "CODE_INTERPRETER_POOL"
    case codeInterpreterRunner = "CODE_INTERPRETER_RUNNER"
    case codeInterpreterRunnerKey = "CODE_INTERPRETER_RUNNER_KEY"
    case shutdownGrace = "SHUTDOWN_GRACE"
    case dataDirectory = "DATA_DIR"
    case debug = "DEBUG"
    case logLevel = "LOG_LEVEL"
    case logFile = "LOG_FILE"
    case logFileMaxBytes = "LOG_FILE_MAX_BYTES"
    case logFilesKept = "LOG_FILES_KEPT"

    /// The option of the command line, without its dashes: `OPENAI_API_KEY` is `openai-api-key`.
    package var option: String {
        String(decoding: rawValue.utf8.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 | 0x20 }, as: UTF8.self)
    }

    var isSecret: Bool {
        switch self {
        case .openAIAPIKey, .embeddingAPIKey, .apiKeys, .codeInterpreterRunnerKey: true
        default: false
        }
    }

    /// What it is for, in a line of the help text.
    package var summary: String {
        switch self {
        case .openAIAPIKey:
            "Key of the model backend. Other users of the machine can see it here; better set it in .env."
        case .openAIBaseURL: "Base URL of any OpenAI-compatible backend. (default: \(ModelSource.defaultBaseURL))"
        case .openAIAPI: "Protocol of the backend: responses, chat_completions or auto. (default: auto)"
        case .defaultModel: "Model of an assistant that names none. (default: gpt-4o-mini)"
        case .modelAliases: "JSON object, asked name to the backend's name."
        case .modelConnectTimeout: "Seconds for connecting to the backend. (default: 10)"
        case .modelFirstByteTimeout: "Seconds until the backend begins its answer. (default: 120)"
        case .modelIdleTimeout: "Seconds between two parts of an answer. (default: 60)"
        case .modelMaxRetries: "Tries after a failed one. (default: 2)"
        case .contextTokens: "Tokens of conversation sent to the model at most. (default: 100000)"
        case .embeddingModel: "Model whose vectors files are searched by; without one words alone count."
        case .embeddingBaseURL: "Base URL of that model's server. (default: OPENAI_BASE_URL)"
        case .embeddingAPIKey: "Key of that server, if EMBEDDING_BASE_URL is set; better set in .env."
        case .embeddingDimensions: "Length of the vectors, for models that can shorten them."
        case .embeddingBatchSize: "Texts in one request to that model at most. (default: 64)"
        case .embeddingDocumentPrefix: "Put before each text of a document, for models that want it."
        case .embeddingQueryPrefix: "Put before each query, for models that want it."
        case .assistantID: "The assistant that /api/v1 uses. (default: asst_signage_analyst)"
        case .assistantInstructionsFile: "File with that assistant's instructions, instead of the built-in ones."
        case .fieldNamesFile: "JSON file with names of your data's fields and tables, beside those that are known."
        case .host: "Address to listen on. (default: 127.0.0.1)"
        case .port: "Port to listen on; 0 takes a free one. (default: 8010)"
        case .rootPath: "Path prefix that a proxy in front leaves in place."
        case .corsOrigins: "JSON array of the origins that browsers may call from; \"*\" is any."
        case .trustedProxies: "JSON array of proxies (address or CIDR) whose X-Forwarded-For is believed."
        case .requestsPerMinute: "Requests a minute and client address; 0 is unlimited. (default: 0)"
        case .tokensPerMinute: "Tokens a minute and client address; 0 is unlimited. (default: 0)"
        case .apiKeys: "Keys that the server asks for: KEY[:PROJECT[:ROLE]], separated by commas; better set in .env."
        case .facadeAuth: "Whether /api/v1 asks for a key too. (default: false)"
        case .keyRequestsPerMinute: "Requests a minute and key; 0 is unlimited. (default: 0)"
        case .keyTokensPerMinute: "Tokens a minute and key; 0 is unlimited. (default: 0)"
        case .maxBodyBytes: "Largest request body in bytes, or with K, M or G; files aside. (default: 32M)"
        case .maxFileBytes: "Largest file sent at once, in bytes, or with K, M or G. (default: 512M)"
        case .maxUploadBytes: "Largest file sent in parts, in bytes, or with K, M or G. (default: 8G)"
        case .maxImageBytes: "Largest image file shown to the model, in bytes, or with K, M or G. (default: 20M)"
        case .fileDownloads: "Whether files for assistants and user_data can be downloaded too. (default: false)"
        case .runTimeout: "Seconds after which a run expires. (default: 600)"
        case .runConcurrency: "Runs carried at once. (default: 8192)"
        case .runQueueLimit: "Runs that may wait; more are refused. (default: 10000)"
        case .eventRetention: "Seconds for which a run's events can be read again after its end. (default: 86400)"
        case .pollHold: "Seconds that a poll of a run waits for news; 0 answers at once. (default: 10)"
        case .requireBetaHeader: "Whether /v1 asks for the header OpenAI-Beta. (default: true)"
        case .adoptUnknownThreads: "Whether unknown ids of threads come to life on first use. (default: false)"
        case .extractionTimeout: "Seconds that reading one uploaded document may take. (default: 120)"
        case .extractionMemory:
            "Memory that reading one uploaded document may take, in bytes or with K, M or G. (default: 1G)"
        case .ingestionConcurrency: "Files that are put into vector stores at once. (default: 2)"
        case .codeInterpreter:
            "Whether models may run code: auto (where it can be confined), on (a fault where it cannot) or off. (default: auto)"
        case .codeInterpreterPython:
            "Folder of the code's virtual environment, or system. (default: the one that run.sh makes)"
        case .codeInterpreterMemory:
            "Memory of a thread's code and its files, in bytes or with K, M or G. (default: 1G)"
        case .codeInterpreterBudget:
            "Memory of all threads' code, in bytes or with K, M or G. (default: half of the machine's)"
        case .codeInterpreterSessions: "Threads whose code lives at the same time. (default: 200)"
        case .codeInterpreterTimeout: "Seconds after which code is interrupted. (default: 120)"
        case .codeInterpreterIdle: "Seconds after which a thread's unused interpreter ends. (default: 1200)"
        case .codeInterpreterPool: "Interpreters kept ready for new threads, some 85 MB each. (default: 1)"
        case .codeInterpreterRunner: "URL of a code runner that runs the code in place of this machine."
        case .codeInterpreterRunnerKey: "Key that the code runner asks for; better set in .env."
        case .shutdownGrace: "Seconds that a stopping server gives to running answers. (default: 10)"
        case .dataDirectory: "Directory of the database. (default: data)"
        case .debug: "Whether message texts may be logged. (default: false)"
        case .logLevel: "trace, debug, info, notice, warning, error or critical. (default: info)"
        case .logFile: "File of the JSON log; none turns it off. (default: logs/app.log)"
        case .logFileMaxBytes: "Bytes after which the log file is rotated, or with K, M or G. (default: 10M)"
        case .logFilesKept: "Rotated log files kept. (default: 5)"
        }
    }

    /// The known name that a misspelt one most likely means; nil when none is near.
    package static func nearest(to name: String) -> SettingName? {
        let wanted = canonical(name)
        let candidates = allCases.map { (name: $0, distance: editDistance(wanted, canonical($0.rawValue))) }
        guard let best = candidates.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= min(2, wanted.count / 4) ? best.name : nil
    }

    /// Case and separators aside, as `openai-apikey` is read as `OPENAI_API_KEY`.
    private static func canonical(_ name: String) -> [UInt8] {
        name.utf8.filter { $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: ".") }.map {
            $0 & 0xDF
        }
    }

    /// Insertions, deletions, replacements and swaps of neighbours that turn one into the other.
    private static func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforePrevious: [Int] = []
        var previous = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                let replaced = previous[column] + (left[row] == right[column] ? 0 : 1)
                var best = min(replaced, previous[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    best = min(best, beforePrevious[column - 1] + 1)
                }
                current.append(best)
            }
            (beforePrevious, previous) = (previous, current)
        }
        return previous[right.count]
    }
}
