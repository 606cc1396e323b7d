import ArgumentParser
import ServerConfiguration

/// An option for each setting. None has a default here, which would hide the environment and `.env`.
struct SettingOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("File to read instead of .env.", valueName: "file"))
    var envFile: String?

    @Option(name: .setting(.openAIAPIKey), help: .setting(.openAIAPIKey)) var openAIAPIKey: String?
    @Option(name: .setting(.openAIBaseURL), help: .setting(.openAIBaseURL)) var openAIBaseURL: String?
    @Option(name: .setting(.openAIAPI), help: .setting(.openAIAPI)) var openAIAPI: String?
    @Option(name: .setting(.defaultModel), help: .setting(.defaultModel)) var defaultModel: String?
    @Option(name: .setting(.modelAliases), help: .setting(.modelAliases)) var modelAliases: String?
    @Option(name: .setting(.modelConnectTimeout), help: .setting(.modelConnectTimeout))
    var modelConnectTimeout: String?
    @Option(name: .setting(.modelFirstByteTimeout), help: .setting(.modelFirstByteTimeout))
    var modelFirstByteTimeout: String?
    @Option(name: .setting(.modelIdleTimeout), help: .setting(.modelIdleTimeout)) var modelIdleTimeout: String?
    @Option(name: .setting(.modelMaxRetries), help: .setting(.modelMaxRetries)) var modelMaxRetries: String?
    @Option(name: .setting(.contextTokens), help: .setting(.contextTokens)) var contextTokens: String?
    @Option(name: .setting(.embeddingModel), help: .setting(.embeddingModel)) var embeddingModel: String?
    @Option(name: .setting(.embeddingBaseURL), help: .setting(.embeddingBaseURL)) var embeddingBaseURL: String?
    @Option(name: .setting(.embeddingAPIKey), help: .setting(.embeddingAPIKey)) var embeddingAPIKey: String?
    @Option(name: .setting(.embeddingDimensions), help: .setting(.embeddingDimensions))
    var embeddingDimensions: String?
    @Option(name: .setting(.embeddingBatchSize), help: .setting(.embeddingBatchSize)) var embeddingBatchSize: String?
    @Option(name: .setting(.embeddingDocumentPrefix), help: .setting(.embeddingDocumentPrefix))
    var embeddingDocumentPrefix: String?
    @Option(name: .setting(.embeddingQueryPrefix), help: .setting(.embeddingQueryPrefix))
    var embeddingQueryPrefix: String?
    @Option(name: .setting(.assistantID), help: .setting(.assistantID)) var assistantID: String?
    @Option(name: .setting(.assistantInstructionsFile), help: .setting(.assistantInstructionsFile))
    var assistantInstructionsFile: String?
    @Option(name: .setting(.fieldNamesFile), help: .setting(.fieldNamesFile))
    var fieldNamesFile: String?
    @Option(name: .setting(.host), help: .setting(.host)) var host: String?
    @Option(name: .setting(.port), help: .setting(.port)) var port: String?
    @Option(name: .setting(.rootPath), help: .setting(.rootPath)) var rootPath: String?
    @Option(name: .setting(.corsOrigins), help: .setting(.corsOrigins)) var corsOrigins: String?
    @Option(name: .setting(.trustedProxies), help: .setting(.trustedProxies)) var trustedProxies: String?
    @Option(name: .setting(.requestsPerMinute), help: .setting(.requestsPerMinute)) var requestsPerMinute: String?
    @Option(name: .setting(.tokensPerMinute), help: .setting(.tokensPerMinute)) var tokensPerMinute: String?
    @Option(name: .setting(.apiKeys), help: .setting(.apiKeys)) var apiKeys: String?
    @Option(name: .setting(.facadeAuth), help: .setting(.facadeAuth)) var facadeAuth: String?
    @Option(name: .setting(.keyRequestsPerMinute), help: .setting(.keyRequestsPerMinute))
    var keyRequestsPerMinute: String?
    @Option(name: .setting(.keyTokensPerMinute), help: .setting(.keyTokensPerMinute)) var keyTokensPerMinute: String?
    @Option(name: .setting(.maxBodyBytes), help: .setting(.maxBodyBytes)) var maxBodyBytes: String?
    @Option(name: .setting(.maxFileBytes), help: .setting(.maxFileBytes)) var maxFileBytes: String?
    @Option(name: .setting(.maxUploadBytes), help: .setting(.maxUploadBytes)) var maxUploadBytes: String?
    @Option(name: .setting(.maxImageBytes), help: .setting(.maxImageBytes)) var maxImageBytes: String?
    @Option(name: .setting(.fileDownloads), help: .setting(.fileDownloads)) var fileDownloads: String?
    @Option(name: .setting(.runTimeout), help: .setting(.runTimeout)) var runTimeout: String?
    @Option(name: .setting(.runConcurrency), help: .setting(.runConcurrency)) var runConcurrency: String?
    @Option(name: .setting(.runQueueLimit), help: .setting(.runQueueLimit)) var runQueueLimit: String?
    @Option(name: .setting(.eventRetention), help: .setting(.eventRetention)) var eventRetention: String?
    @Option(name: .setting(.pollHold), help: .setting(.pollHold)) var pollHold: String?
    @Option(name: .setting(.requireBetaHeader), help: .setting(.requireBetaHeader)) var requireBetaHeader: String?
    @Option(name: .setting(.adoptUnknownThreads), help: .setting(.adoptUnknownThreads))
    var adoptUnknownThreads: String?
    @Option(name: .setting(.extractionTimeout), help: .setting(.extractionTimeout)) var extractionTimeout: String?
    @Option(name: .setting(.extractionMemory), help: .setting(.extractionMemory)) var extractionMemory: String?
    @Option(name: .setting(.ingestionConcurrency), help: .setting(.ingestionConcurrency))
    var ingestionConcurrency: String?
    @Option(name: .setting(.codeInterpreter), help: .setting(.codeInterpreter)) var codeInterpreter: String?
    @Option(name: .setting(.codeInterpreterPython), help: .setting(.codeInterpreterPython))
    var codeInterpreterPython: String?
    @Option(name: .setting(.codeInterpreterMemory), help: .setting(.codeInterpreterMemory))
    var codeInterpreterMemory: String?
    @Option(name: .setting(.codeInterpreterBudget), help: .setting(.codeInterpreterBudget))
    var codeInterpreterBudget: String?
    @Option(name: .setting(.codeInterpreterSessions), help: .setting(.codeInterpreterSessions))
    var codeInterpreterSessions: String?
    @Option(name: .setting(.codeInterpreterTimeout), help: .setting(.codeInterpreterTimeout))
    var codeInterpreterTimeout: String?
    @Option(name: .setting(.codeInterpreterIdle), help: .setting(.codeInterpreterIdle)) var codeInterpreterIdle: String?
    @Option(name: .setting(.codeInterpreterPool), help: .setting(.codeInterpreterPool)) var codeInterpreterPool: String?
    @Option(name: .setting(.codeInterpreterRunner), help: .setting(.codeInterpreterRunner))
    var codeInterpreterRunner: String?
    @Option(name: .setting(.codeInterpreterRunnerKey), help: .setting(.codeInterpreterRunnerKey))
    var codeInterpreterRunnerKey: String?
    @Option(name: .setting(.shutdownGrace), help: .setting(.shutdownGrace)) var shutdownGrace: String?
    @Option(name: .setting(.dataDirectory), help: .setting(.dataDirectory)) var dataDirectory: String?
    @Option(name: .setting(.debug), help: .setting(.debug)) var debug: String?
    @Option(name: .setting(.logLevel), help: .setting(.logLevel)) var logLevel: String?
    @Option(name: .setting(.logFile), help: .setting(.logFile)) var logFile: String?
    @Option(name: .setting(.logFileMaxBytes), help: .setting(.logFileMaxBytes)) var logFileMaxBytes: String?
    @Option(name: .setting(.logFilesKept), help: .setting(.logFilesKept)) var logFilesKept: String?

    /// The configuration with these options before the environment and `.env`.
    func loadConfiguration() throws(ConfigurationError) -> ServerConfiguration {
        let given = SettingName.allCases.compactMap { name in self[name].map { (name, $0) } }
        return try .load(commandLine: Dictionary(uniqueKeysWithValues: given), environmentFile: envFile)
    }

    /// The text given for a setting. The switch makes the compiler ask for an option when a setting is added.
    private subscript(name: SettingName) -> String? {
        switch name {
        case .openAIAPIKey: openAIAPIKey
        case .openAIBaseURL: openAIBaseURL
        case .openAIAPI: openAIAPI
        case .defaultModel: defaultModel
        case .modelAliases: modelAliases
        case .modelConnectTimeout: modelConnectTimeout
        case .modelFirstByteTimeout: modelFirstByteTimeout
        case .modelIdleTimeout: modelIdleTimeout
        case .modelMaxRetries: modelMaxRetries
        case .contextTokens: contextTokens
        case .embeddingModel: embeddingModel
        case .embeddingBaseURL: embeddingBaseURL
        case .embeddingAPIKey: embeddingAPIKey
        case .embeddingDimensions: embeddingDimensions
        case .embeddingBatchSize: embeddingBatchSize
        case .embeddingDocumentPrefix: embeddingDocumentPrefix
        case .embeddingQueryPrefix: embeddingQueryPrefix
        case .assistantID: assistantID
        case .assistantInstructionsFile: assistantInstructionsFile
        case .fieldNamesFile: fieldNamesFile
        case .host: host
        case .port: port
        case .rootPath: rootPath
        case .corsOrigins: corsOrigins
        case .trustedProxies: trustedProxies
        case .requestsPerMinute: requestsPerMinute
        case .tokensPerMinute: tokensPerMinute
        case .apiKeys: apiKeys
        case .facadeAuth: facadeAuth
        case .keyRequestsPerMinute: keyRequestsPerMinute
        case .keyTokensPerMinute: keyTokensPerMinute
        case .maxBodyBytes: maxBodyBytes
        case .maxFileBytes: maxFileBytes
        case .maxUploadBytes: maxUploadBytes
        case .maxImageBytes: maxImageBytes
        case .fileDownloads: fileDownloads
        case .runTimeout: runTimeout
        case .runConcurrency: runConcurrency
        case .runQueueLimit: runQueueLimit
        case .eventRetention: eventRetention
        case .pollHold: pollHold
        case .requireBetaHeader: requireBetaHeader
        case .adoptUnknownThreads: adoptUnknownThreads
        case .extractionTimeout: extractionTimeout
        case .extractionMemory: extractionMemory
        case .ingestionConcurrency: ingestionConcurrency
        case .codeInterpreter: codeInterpreter
        case .codeInterpreterPython: codeInterpreterPython
        case .codeInterpreterMemory: codeInterpreterMemory
        case .codeInterpreterBudget: codeInterpreterBudget
        case .codeInterpreterSessions: codeInterpreterSessions
        case .codeInterpreterTimeout: codeInterpreterTimeout
        case .codeInterpreterIdle: codeInterpreterIdle
        case .codeInterpreterPool: codeInterpreterPool
        case .codeInterpreterRunner: codeInterpreterRunner
        case .codeInterpreterRunnerKey: codeInterpreterRunnerKey
        case .shutdownGrace: shutdownGrace
        case .dataDirectory: dataDirectory
        case .debug: debug
        case .logLevel: logLevel
        case .logFile: logFile
        case .logFileMaxBytes: logFileMaxBytes
        case .logFilesKept: logFilesKept
        }
    }
}

extension NameSpecification {
    fileprivate static func setting(_ name: SettingName) -> NameSpecification { .customLong(name.option) }
}

extension ArgumentHelp {
    fileprivate static func setting(_ name: SettingName) -> ArgumentHelp {
        ArgumentHelp("\(name.summary)", valueName: "value")
    }
}
