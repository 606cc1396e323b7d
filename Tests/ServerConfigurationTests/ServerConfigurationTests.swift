import Foundation
import Logging
import ServerConfiguration
import Testing

@Suite struct ServerConfigurationTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// The configuration from these sources; `file` is the text of `.env`.
    private func load(
        _ commandLine: [SettingName: String] = [:],
        environment: [String: String] = [:],
        file: String = ""
    ) throws -> ServerConfiguration {
        try ServerConfiguration.load(
            commandLine: commandLine,
            environment: environment,
            environmentFile: try directory.write(file, to: ".env")
        )
    }

    /// What is wrong with a configuration that must not load.
    private func fault(
        _ commandLine: [SettingName: String] = [:],
        environment: [String: String] = [:],
        file: String = ""
    ) throws -> ConfigurationError {
        try #require(throws: ConfigurationError.self) {
            try load(commandLine, environment: environment, file: file)
        }
    }

    @Test("With nothing set everything has its default")
    func defaults() throws {
        let configuration = try load()

        #expect(configuration.modelSource == .builtInAnalyst(.noKey))
        #expect(configuration.model.api == .auto)
        #expect(configuration.model.defaultName == "gpt-4o-mini")
        #expect(configuration.model.aliases.isEmpty)
        #expect(configuration.model.connectTimeout == .seconds(10))
        #expect(configuration.model.firstByteTimeout == .seconds(120))
        #expect(configuration.model.idleTimeout == .seconds(60))
        #expect(configuration.model.maximumRetries == 2)
        #expect(configuration.model.contextTokens == 100_000)
        #expect(configuration.assistant.id == "asst_signage_analyst")
        #expect(configuration.assistant.instructions == nil)
        #expect(configuration.http.host == "127.0.0.1")
        #expect(configuration.http.port == 8010)
        #expect(configuration.http.rootPath == "")
        #expect(configuration.http.corsOrigins == .only([]))
        #expect(configuration.http.trustedProxies == ["127.0.0.1", "::1"].compactMap { NetworkRange($0) })
        #expect(configuration.access.addressLimits.requestsPerMinute == nil)
        #expect(configuration.http.maximumBodyBytes == 33_554_432)
        #expect(configuration.runs.timeout == .seconds(600))
        #expect(configuration.runs.concurrency == 8192)
        #expect(configuration.runs.queueLimit == 10_000)
        #expect(configuration.logs.level == .info)
        #expect(configuration.logs.file == "logs/app.log")
        #expect(!configuration.logs.isFileGiven)
        #expect(configuration.logs.maximumFileBytes == 10_485_760)
        #expect(configuration.logs.filesKept == 5)
        #expect(configuration.dataDirectory == "data")
        #expect(configuration.shutdownGrace == .seconds(10))
        #expect(!configuration.debug)
        #expect(configuration.warnings.isEmpty)
    }

    @Test("The command line goes before the environment, the environment before .env")
    func precedence() throws {
        let file = "PORT=1\nHOST=10.0.0.1\nDATA_DIR=from-file"
        let environment = ["PORT": "2", "HOST": "10.0.0.2"]

        let configuration = try load([.port: "3"], environment: environment, file: file)

        #expect(configuration.http.port == 3)
        #expect(configuration.http.host == "10.0.0.2")
        #expect(configuration.dataDirectory == "from-file")
    }

    @Test("An empty value counts as unset, in each source")
    func emptyValues() throws {
        let configuration = try load(
            [.port: "", .host: " "],
            environment: ["PORT": "", "DATA_DIR": "  "],
            file: "PORT=9\nHOST=\nOPENAI_API_KEY=\"\""
        )

        #expect(configuration.http.port == 9)
        #expect(configuration.http.host == "127.0.0.1")
        #expect(configuration.dataDirectory == "data")
        #expect(configuration.modelSource == .builtInAnalyst(.noKey))
    }

    @Test("Every setting can be set")
    func everything() throws {
        let instructions = try directory.write("Be brief. 짧게 답하라.\n", to: "my instructions.md")
        let configuration = try load(
            file: #"""
                OPENAI_API_KEY='key-of-a-local-model'
                OPENAI_BASE_URL=http://127.0.0.1:11434/v1/   # Ollama
                OPENAI_API=Chat_Completions
                DEFAULT_MODEL="llama3.1:8b"
                MODEL_ALIASES={"gpt-4o": "llama3.1:8b", "gpt-4o-mini": "qwen3:4b"}
                MODEL_CONNECT_TIMEOUT=0.5
                MODEL_FIRST_BYTE_TIMEOUT=30
                MODEL_IDLE_TIMEOUT=15
                MODEL_MAX_RETRIES=0
                CONTEXT_TOKENS=8000
                ASSISTANT_ID=asst_abc-DEF_123
                ASSISTANT_INSTRUCTIONS_FILE=\#(instructions)
                HOST=::1
                PORT=0
                ROOT_PATH=/openai-api/
                CORS_ORIGINS=["http://localhost:3000","https://hamtoto.kr/"]
                TRUSTED_PROXIES=["10.0.0.0/8","fd00::/8"]
                REQUESTS_PER_MINUTE=60
                MAX_BODY_BYTES=64m
                RUN_TIMEOUT=30
                RUN_CONCURRENCY=4
                RUN_QUEUE_LIMIT=5
                SHUTDOWN_GRACE=2.5
                DATA_DIR=/srv/data
                DEBUG=yes
                LOG_LEVEL=WARNING
                LOG_FILE=NONE
                LOG_FILE_MAX_BYTES=1M
                LOG_FILES_KEPT=0
                """#
        )

        let key = Secret("key-of-a-local-model")
        #expect(configuration.modelSource == .remote(baseURL: "http://127.0.0.1:11434/v1", key: key))
        #expect(configuration.model.api == .chatCompletions)
        #expect(configuration.model.defaultName == "llama3.1:8b")
        #expect(configuration.model.aliases == ["gpt-4o": "llama3.1:8b", "gpt-4o-mini": "qwen3:4b"])
        #expect(configuration.model.connectTimeout == .milliseconds(500))
        #expect(configuration.model.firstByteTimeout == .seconds(30))
        #expect(configuration.model.idleTimeout == .seconds(15))
        #expect(configuration.model.maximumRetries == 0)
        #expect(configuration.model.contextTokens == 8000)
        #expect(configuration.assistant.id == "asst_abc-DEF_123")
        #expect(configuration.assistant.instructions?.path == instructions)
        #expect(configuration.assistant.instructions?.text == "Be brief. 짧게 답하라.\n")
        #expect(configuration.http.host == "::1")
        #expect(configuration.http.port == 0)
        #expect(configuration.http.rootPath == "/openai-api")
        #expect(configuration.http.corsOrigins == .only(["http://localhost:3000", "https://hamtoto.kr"]))
        #expect(configuration.http.trustedProxies == ["10.0.0.0/8", "fd00::/8"].compactMap { NetworkRange($0) })
        #expect(configuration.access.addressLimits.requestsPerMinute == 60)
        #expect(configuration.http.maximumBodyBytes == 64 << 20)
        #expect(configuration.runs.timeout == .seconds(30))
        #expect(configuration.runs.concurrency == 4)
        #expect(configuration.runs.queueLimit == 5)
        #expect(configuration.shutdownGrace == .milliseconds(2500))
        #expect(configuration.dataDirectory == "/srv/data")
        #expect(configuration.debug)
        #expect(configuration.logs.level == .warning)
        #expect(configuration.logs.file == nil)
        #expect(configuration.logs.isFileGiven)
        #expect(configuration.logs.maximumFileBytes == 1 << 20)
        #expect(configuration.logs.filesKept == 0)
    }

    @Test(
        "Key and base URL decide who answers",
        arguments: [
            (nil, nil, .builtInAnalyst(.noKey)),
            ("your-api-key-here", nil, .builtInAnalyst(.placeholderKey)),
            ("your-api-key-here", "https://api.openai.com/v1/", .builtInAnalyst(.placeholderKey)),
            ("sk-real", nil, .remote(baseURL: "https://api.openai.com/v1", key: Secret("sk-real"))),
            (nil, "http://localhost:8080/v1", .remote(baseURL: "http://localhost:8080/v1", key: nil)),
            ("your-api-key-here", "http://localhost:8080/v1", .remote(baseURL: "http://localhost:8080/v1", key: nil)),
        ] as [(String?, String?, ModelSource)]
    )
    func modelSource(_ key: String?, _ baseURL: String?, _ expected: ModelSource) throws {
        let environment = ["OPENAI_API_KEY": key, "OPENAI_BASE_URL": baseURL].compactMapValues { $0 }

        #expect(try load(environment: environment).modelSource == expected)
    }

    @Test("DEBUG alone makes the log detailed, LOG_LEVEL has the last word")
    func debugLevel() throws {
        #expect(try load(environment: ["DEBUG": "1"]).logs.level == .debug)
        #expect(try load(environment: ["DEBUG": "1", "LOG_LEVEL": "error"]).logs.level == .error)
    }

    @Test("A star among the origins is any origin")
    func anyOrigin() throws {
        #expect(try load(environment: ["CORS_ORIGINS": #"["https://a.kr","*"]"#]).http.corsOrigins == .any)
    }

    @Test(
        "A value that is not legal stops the start",
        arguments: [
            (.openAIAPIKey, "a\nkey"), (.openAIAPIKey, "키"),
            (.openAIBaseURL, "localhost:11434"), (.openAIBaseURL, "ftp://host/v1"), (.openAIBaseURL, "https://"),
            (.openAIBaseURL, "https://user:pass@host/v1"), (.openAIBaseURL, "https://host/v1?key=1"),
            (.openAIAPI, "completions"), (.defaultModel, "a\u{7}b"),
            (.modelAliases, "gpt-4o=llama"), (.modelAliases, "[]"), (.modelAliases, #"{"a":1}"#),
            (.modelAliases, #"{"a":""}"#), (.modelAliases, #"{"a":"b"} x"#),
            (.modelConnectTimeout, "0"), (.modelConnectTimeout, "10s"), (.modelConnectTimeout, "1e2"),
            (.modelFirstByteTimeout, "-1"), (.modelIdleTimeout, "nan"), (.modelMaxRetries, "11"),
            (.contextTokens, "0"), (.assistantID, "asst_"), (.assistantID, "assistant_1"), (.assistantID, "asst_a b"),
            (.assistantID, "asst_" + String(repeating: "a", count: 61)),
            (.host, "127.0.0.1:8010"), (.host, "a host"), (.host, "http://host"), (.host, "10.0.0.0/8"),
            (.host, "999.1.1.1"),
            (.port, "65536"), (.port, "-1"), (.port, "80x"), (.port, "8 0"),
            (.rootPath, "openai-api"), (.rootPath, "/a//b"), (.rootPath, "/a/../b"), (.rootPath, "/a?b"),
            (.corsOrigins, "*"), (.corsOrigins, "http://localhost:3000"), (.corsOrigins, #"["localhost"]"#),
            (.corsOrigins, #"["http://a/path"]"#), (.corsOrigins, "[1]"),
            (.trustedProxies, #"["10.0.0.0/33"]"#), (.trustedProxies, #"["proxy"]"#), (.requestsPerMinute, "-5"),
            (.maxBodyBytes, "1T"), (.maxBodyBytes, "10"), (.maxBodyBytes, "99999999999999999999"),
            (.maxBodyBytes, "9223372036854775807K"), (.maxBodyBytes, "K"), (.maxBodyBytes, "2G"),
            (.runTimeout, "0"), (.runConcurrency, "0"), (.runQueueLimit, "none"), (.shutdownGrace, "-1"),
            (.debug, "maybe"), (.logLevel, "loud"), (.logFileMaxBytes, "1"), (.logFilesKept, "-1"),
        ] as [(SettingName, String)]
    )
    func illegal(_ name: SettingName, _ value: String) throws {
        let error = try fault([name: value])

        #expect(error.faults.map(\.subject) == [name.rawValue])
        #expect(error.description.contains("--\(name.option)"))
        #expect(error.description.contains("legal: "))
    }

    @Test("All that is wrong is told at once, with the value and where it came from")
    func allFaults() throws {
        let error = try fault([.port: "x"], environment: ["DEBUG": "maybe"], file: "\nLOG_LEVEL=loud\nHOST 1\n")

        #expect(error.faults.count == 4)
        let text = error.description
        #expect(text.contains(#"PORT is "x" in --port; legal: an integer from 0 to 65535"#))
        #expect(text.contains(#"DEBUG is "maybe" in the environment; legal: true, false, 1, 0"#))
        #expect(text.contains(#"LOG_LEVEL is "loud" in \#(directory.file(".env")), line 2; legal: trace, debug"#))
        #expect(text.contains("\(directory.file(".env")), line 3 is not understood: there is no = after HOST"))
    }

    @Test("A secret is masked, a short one wholly, and a password in a URL left out")
    func masking() throws {
        let long = try fault(environment: ["OPENAI_API_KEY": "sk-proj-1234567890\tabcdefWXYZ"])
        let short = try fault(environment: ["OPENAI_API_KEY": "sk-\t12"])
        let url = try fault(environment: ["OPENAI_BASE_URL": "https://me:hunter2@host/v1"])

        #expect(long.description.contains(#"OPENAI_API_KEY is "sk-…WXYZ""#))
        #expect(!long.description.contains("1234567890"))
        #expect(short.description.contains(#"OPENAI_API_KEY is "***""#))
        #expect(!url.description.contains("hunter2"))
    }

    @Test("A code runner has a URL of http or https, and a key that is not shown")
    func codeRunner() throws {
        let settings = [
            "CODE_INTERPRETER_RUNNER": "https://runner:8020/a/", "CODE_INTERPRETER_RUNNER_KEY": "runner-key",
        ]
        let interpreter = try load(environment: settings).codeInterpreter
        let user = try fault(environment: ["CODE_INTERPRETER_RUNNER": "http://:hunter2@runner"])
        let key = try fault(environment: ["CODE_INTERPRETER_RUNNER_KEY": "runner\tkey-1234567890"])

        #expect(interpreter.runner == "https://runner:8020/a")
        #expect(interpreter.runnerKey == Secret("runner-key"))
        #expect(user.description.contains("a key belongs in CODE_INTERPRETER_RUNNER_KEY"))
        #expect(!user.description.contains("hunter2") && !key.description.contains("1234567890"))
        for url in ["runner:8020", "ftp://runner", "http://", "http://runner?a=b", "http://runner#a"] {
            #expect(try fault(environment: ["CODE_INTERPRETER_RUNNER": url]).faults.count == 1, "\(url)")
        }
    }

    @Test("A secret does not show when it is printed")
    func secretIsOpaque() {
        let secret = Secret("sk-1234567890abcdefghij")
        var dumped = ""
        dump(ModelSource.remote(baseURL: "http://host", key: secret), to: &dumped)

        #expect("\(secret) \(String(reflecting: secret)) \(dumped)".contains("1234567890") == false)
        #expect(secret.masked == "sk-…ghij")
    }

    @Test("Instructions must be a file with text")
    func instructionsFile() throws {
        let blank = try directory.write(" \n", to: "blank.md")
        let long = try directory.write(String(repeating: "가", count: 256_001), to: "long.md")
        let binary = directory.file("binary.md")
        try Data([0xFF, 0xFE, 0x41]).write(to: URL(fileURLWithPath: binary))
        let reasons = [
            (directory.file("none.md"), "there is no such file"), (blank, "it is empty"), (long, "it is too long"),
            (binary, "it is not UTF-8"), (directory.path, "it cannot be read"),
        ]

        for (path, reason) in reasons {
            let error = try fault([.assistantInstructionsFile: path])
            #expect(error.description.contains("ASSISTANT_INSTRUCTIONS_FILE is \"\(path)\""))
            #expect(error.description.contains("(\(reason))"))
        }
    }

    @Test("A file that was named must exist, .env need not")
    func missingFile() throws {
        let path = directory.file("none.env")

        let error = try #require(throws: ConfigurationError.self) {
            try ServerConfiguration.load(commandLine: [:], environment: [:], environmentFile: path)
        }

        #expect(error.description.contains("\(path) does not exist"))
    }

    @Test("A misspelt setting in .env is pointed out, other programs' variables are not")
    func misspelt() throws {
        let configuration = try load(
            file: "OPENAI_APIKEY=x\nNODE_ENV=production\nport=1\nDATABASE_URL=x\nLOG_LEVLE=info"
        )

        #expect(configuration.warnings.count == 3)
        #expect(configuration.warnings[0].contains("line 1: OPENAI_APIKEY is no setting"))
        #expect(configuration.warnings[0].contains("did you mean OPENAI_API_KEY?"))
        #expect(configuration.warnings[1].contains("did you mean PORT?"))
        #expect(configuration.warnings[2].contains("did you mean LOG_LEVEL?"))
    }

    @Test("Options are the names in lower case with dashes")
    func optionNames() {
        #expect(SettingName.openAIAPIKey.option == "openai-api-key")
        #expect(SettingName.dataDirectory.option == "data-dir")
        #expect(Set(SettingName.allCases.map(\.option)).count == SettingName.allCases.count)
    }
}
