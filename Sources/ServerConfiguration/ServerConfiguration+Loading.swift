import Foundation
import Logging

extension ServerConfiguration {
    /// The settings from the command line, the environment and `.env`, in that order of precedence.
    ///
    /// - Parameters:
    ///   - commandLine: Values of the options that were given.
    ///   - environment: The variables of the process.
    ///   - environmentFile: A file that must exist; nil means `.env` in the working directory if there is one.
    /// - Throws: Everything that is wrong, at once.
    package static func load(
        commandLine: [SettingName: String],
        environment: [String: String] = ProcessInfo.processInfo.environment,
        environmentFile: String?
    ) throws(ConfigurationError) -> ServerConfiguration {
        let file = try EnvironmentFile(path: environmentFile ?? ".env", mustExist: environmentFile != nil)
        return try ServerConfiguration(commandLine: commandLine, environment: environment, environmentFile: file)
    }

    init(
        commandLine: [SettingName: String],
        environment: [String: String],
        environmentFile: EnvironmentFile
    ) throws(ConfigurationError) {
        var reader = SettingReader(
            commandLine: commandLine,
            environment: environment,
            environmentFile: environmentFile
        )
        model = Model(&reader)
        embeddings = Embeddings(&reader)
        assistant = Assistant(&reader)
        fieldNames = reader.optional(.fieldNamesFile, .fieldNamesFile)
        http = HTTP(&reader)
        access = Access(&reader)
        files = Files(&reader)
        runs = Runs(&reader)
        extraction = Extraction(&reader)
        codeInterpreter = CodeInterpreter(&reader)
        ingestion = Ingestion(&reader)
        adoptsUnknownThreads = reader.value(.adoptUnknownThreads, .boolean, default: false)
        debug = reader.value(.debug, .boolean, default: false)
        logs = Logs(&reader, debug: debug)
        dataDirectory = reader.value(.dataDirectory, .text("a directory"), default: "data")
        shutdownGrace = reader.value(.shutdownGrace, .seconds(0...3600), default: .seconds(10))
        warnings = environmentFile.warnings + Self.warnings(model, embeddings)

        let faults = environmentFile.faults + reader.faults
        guard faults.isEmpty else { throw ConfigurationError(faults: faults) }
    }
}

extension ServerConfiguration {
    private static func warnings(_ model: Model, _ embeddings: Embeddings?) -> [String] {
        guard let embeddings, embeddings.server == nil, case .builtInAnalyst = model.source else { return [] }
        return [
            "EMBEDDING_MODEL is not used, as there is no backend: set EMBEDDING_BASE_URL, or OPENAI_API_KEY"
        ]
    }
}

extension ServerConfiguration.Embeddings {
    /// Reads
    /// - `EMBEDDING_MODEL` (string, optional), `EMBEDDING_DIMENSIONS` (integer, optional), `EMBEDDING_BATCH_SIZE` (integer, 64)
    /// - `EMBEDDING_BASE_URL` (URL, optional), `EMBEDDING_API_KEY` (secret, optional): the key is for that URL alone
    /// - `EMBEDDING_DOCUMENT_PREFIX`, `EMBEDDING_QUERY_PREFIX` (strings, empty)
    init?(_ reader: inout SettingReader) {
        let name = reader.optional(.embeddingModel, .text("a model's name", longest: 256))
        let baseURL = reader.optional(.embeddingBaseURL, .baseURL)
        let key = reader.optional(.embeddingAPIKey, .key)
        server = baseURL.map { Server(baseURL: $0, key: key) }
        dimensions = reader.optional(.embeddingDimensions, .integer(1...65_536))
        batchSize = reader.value(.embeddingBatchSize, .integer(1...2048), default: 64)
        documentPrefix = reader.value(.embeddingDocumentPrefix, .text("a text", longest: 512), default: "")
        queryPrefix = reader.value(.embeddingQueryPrefix, .text("a text", longest: 512), default: "")
        guard let name else { return nil }
        model = name
    }
}

extension ServerConfiguration.Model {
    /// Reads
    /// - `OPENAI_API_KEY` (secret, optional), `OPENAI_BASE_URL` (URL, OpenAI's): see ``ModelSource``
    /// - `OPENAI_API` (`responses`, `chat_completions` or `auto`; `auto`)
    /// - `DEFAULT_MODEL` (string, `gpt-4o-mini`), `MODEL_ALIASES` (JSON object of strings, empty)
    /// - `MODEL_CONNECT_TIMEOUT`, `MODEL_FIRST_BYTE_TIMEOUT`, `MODEL_IDLE_TIMEOUT` (seconds; 10, 120, 60)
    /// - `MODEL_MAX_RETRIES` (integer, 2), `CONTEXT_TOKENS` (integer, 100000)
    init(_ reader: inout SettingReader) {
        source = ModelSource(
            baseURL: reader.value(.openAIBaseURL, .baseURL, default: ModelSource.defaultBaseURL),
            key: reader.optional(.openAIAPIKey, .key)
        )
        api = reader.value(.openAIAPI, .choice, default: .auto)
        defaultName = reader.value(.defaultModel, .text("a model's name", longest: 256), default: "gpt-4o-mini")
        aliases = reader.value(.modelAliases, .jsonObject, default: [:])
        connectTimeout = reader.value(.modelConnectTimeout, .seconds(0.1...600), default: .seconds(10))
        firstByteTimeout = reader.value(.modelFirstByteTimeout, .seconds(0.1...3600), default: .seconds(120))
        idleTimeout = reader.value(.modelIdleTimeout, .seconds(0.1...3600), default: .seconds(60))
        maximumRetries = reader.value(.modelMaxRetries, .integer(0...10), default: 2)
        contextTokens = reader.value(.contextTokens, .integer(256...100_000_000), default: 100_000)
    }
}

extension ServerConfiguration.Assistant {
    /// Reads `ASSISTANT_ID` (string, `asst_signage_analyst`) and `ASSISTANT_INSTRUCTIONS_FILE` (path, optional).
    init(_ reader: inout SettingReader) {
        id = reader.value(.assistantID, .assistantID, default: "asst_signage_analyst")
        instructions = reader.optional(.assistantInstructionsFile, .instructionsFile)
    }
}

extension ServerConfiguration.HTTP {
    /// Reads
    /// - `HOST` (address, `127.0.0.1`), `PORT` (integer, 8010), `ROOT_PATH` (path, empty)
    /// - `CORS_ORIGINS` (JSON array of origins, empty), `TRUSTED_PROXIES` (JSON array of ranges, this machine)
    /// - `MAX_BODY_BYTES` (bytes, 32M), `REQUIRE_BETA_HEADER` (boolean, true)
    init(_ reader: inout SettingReader) {
        host = reader.value(.host, .hostName, default: "127.0.0.1")
        port = reader.value(.port, .integer(0...65535), default: 8010)
        rootPath = reader.value(.rootPath, .pathPrefix, default: "")
        let origins = reader.value(
            .corsOrigins,
            .jsonArray(of: .origin, such: #"["http://localhost:3000"]"#),
            default: []
        )
        corsOrigins = origins.contains("*") ? .any : .only(origins)
        trustedProxies = reader.value(
            .trustedProxies,
            .jsonArray(of: .networkRange, such: #"["127.0.0.1","10.0.0.0/8"]"#),
            default: ["127.0.0.1", "::1"].compactMap { NetworkRange($0) }
        )
        maximumBodyBytes = reader.value(.maxBodyBytes, .bytes(1024...(1 << 30)), default: 32 << 20)
        requiresBetaHeader = reader.value(.requireBetaHeader, .boolean, default: true)
    }
}

extension ServerConfiguration.Access {
    /// Reads
    /// - `API_KEYS` (secret, empty): see ``StaticKey``; `FACADE_AUTH` (boolean, false)
    /// - `REQUESTS_PER_MINUTE`, `TOKENS_PER_MINUTE` (integers, 0: unlimited) for each client address
    /// - `KEY_REQUESTS_PER_MINUTE`, `KEY_TOKENS_PER_MINUTE` (integers, 0: unlimited) for each key
    init(_ reader: inout SettingReader) {
        staticKeys = reader.value(.apiKeys, .staticKeys, default: [])
        facadeAsksForKey = reader.value(.facadeAuth, .boolean, default: false)
        addressLimits = Limits(&reader, requests: .requestsPerMinute, tokens: .tokensPerMinute)
        keyLimits = Limits(&reader, requests: .keyRequestsPerMinute, tokens: .keyTokensPerMinute)
    }
}

extension ServerConfiguration.Access.Limits {
    fileprivate init(_ reader: inout SettingReader, requests: SettingName, tokens: SettingName) {
        let requestLimit = reader.value(requests, .integer(0...10_000_000), default: 0)
        let tokenLimit = reader.value(tokens, .integer(0...1_000_000_000), default: 0)
        requestsPerMinute = requestLimit == 0 ? nil : requestLimit
        tokensPerMinute = tokenLimit == 0 ? nil : tokenLimit
    }
}

extension ServerConfiguration.Files {
    /// Reads
    /// - `MAX_FILE_BYTES` (bytes, 512M), `MAX_UPLOAD_BYTES` (bytes, 8G), `MAX_IMAGE_BYTES` (bytes, 20M)
    /// - `FILE_DOWNLOADS` (boolean, false)
    init(_ reader: inout SettingReader) {
        maximumFileBytes = reader.value(.maxFileBytes, .bytes(1...(1 << 40)), default: 512 << 20)
        maximumUploadBytes = reader.value(.maxUploadBytes, .bytes(1...(1 << 44)), default: 8 << 30)
        maximumImageBytes = reader.value(.maxImageBytes, .bytes(1...(1 << 30)), default: 20 << 20)
        allowsAllDownloads = reader.value(.fileDownloads, .boolean, default: false)
    }
}

extension ServerConfiguration.Runs {
    /// Reads
    /// - `RUN_TIMEOUT` (seconds, 600), `RUN_CONCURRENCY` (integer, 8192), `RUN_QUEUE_LIMIT` (integer, 10000)
    /// - `EVENT_RETENTION` (seconds, 86400), `POLL_HOLD` (seconds, 10)
    init(_ reader: inout SettingReader) {
        timeout = reader.value(.runTimeout, .seconds(1...86400), default: .seconds(600))
        concurrency = reader.value(.runConcurrency, .integer(1...1_000_000), default: 8192)
        queueLimit = reader.value(.runQueueLimit, .integer(1...10_000_000), default: 10_000)
        eventRetention = reader.value(.eventRetention, .seconds(0...315_360_000), default: .seconds(86_400))
        pollHold = reader.value(.pollHold, .seconds(0...300), default: .seconds(10))
    }
}

extension ServerConfiguration.Extraction {
    /// Reads `EXTRACTION_TIMEOUT` (seconds, 120) and `EXTRACTION_MEMORY` (bytes, 1G). With less memory than the least
    /// that is legal, libraries fail before they have read anything.
    init(_ reader: inout SettingReader) {
        timeout = reader.value(.extractionTimeout, .seconds(1...86400), default: .seconds(120))
        memory = reader.value(.extractionMemory, .bytes((384 << 20)...(1 << 40)), default: 1 << 30)
    }
}

extension ServerConfiguration.CodeInterpreter {
    /// Reads `CODE_INTERPRETER` (auto, on or off), `CODE_INTERPRETER_PYTHON` (a folder, or system),
    /// `CODE_INTERPRETER_MEMORY` (bytes, 1G), `CODE_INTERPRETER_BUDGET` (bytes), `CODE_INTERPRETER_SESSIONS` (integer,
    /// 200), `CODE_INTERPRETER_TIMEOUT` and `CODE_INTERPRETER_IDLE` (seconds, 120 and 1200) and `CODE_INTERPRETER_POOL`
    /// (integer, 1). With less memory than the least that is legal, pandas and matplotlib do not load.
    /// `CODE_INTERPRETER_RUNNER` (URL, optional) and `CODE_INTERPRETER_RUNNER_KEY` (secret, optional) are of a runner elsewhere.
    init(_ reader: inout SettingReader) {
        use = reader.value(.codeInterpreter, .choice, default: .auto)
        python = reader.optional(.codeInterpreterPython, .text("a folder, or system"))
        memory = reader.value(.codeInterpreterMemory, .bytes((512 << 20)...(1 << 40)), default: 1 << 30)
        budget = reader.optional(.codeInterpreterBudget, .bytes((512 << 20)...(1 << 44)))
        sessions = reader.value(.codeInterpreterSessions, .integer(1...10_000), default: 200)
        timeout = reader.value(.codeInterpreterTimeout, .seconds(1...86400), default: .seconds(120))
        idle = reader.value(.codeInterpreterIdle, .seconds(1...604_800), default: .seconds(1200))
        pool = reader.value(.codeInterpreterPool, .integer(0...64), default: 1)
        runner = reader.optional(.codeInterpreterRunner, .runnerURL)
        runnerKey = reader.optional(.codeInterpreterRunnerKey, .key)
    }
}

extension ServerConfiguration.Ingestion {
    /// Reads `INGESTION_CONCURRENCY` (integer, 2).
    init(_ reader: inout SettingReader) {
        concurrency = reader.value(.ingestionConcurrency, .integer(1...256), default: 2)
    }
}

extension ServerConfiguration.Logs {
    /// Reads
    /// - `LOG_LEVEL` (level, `info`, with `DEBUG` `debug`)
    /// - `LOG_FILE` (path, `logs/app.log`; `none` turns it off)
    /// - `LOG_FILE_MAX_BYTES` (bytes, 10M), `LOG_FILES_KEPT` (integer, 5)
    init(_ reader: inout SettingReader, debug: Bool) {
        level = reader.value(.logLevel, .choice, default: debug ? .debug : .info)
        let given = reader.optional(.logFile, .text("a file, or none"))
        isFileGiven = given != nil
        let path = given ?? "logs/app.log"
        file = path.lowercased() == "none" ? nil : path
        maximumFileBytes = reader.value(.logFileMaxBytes, .bytes(4096...(1 << 34)), default: 10 << 20)
        filesKept = reader.value(.logFilesKept, .integer(0...1000), default: 5)
    }
}
