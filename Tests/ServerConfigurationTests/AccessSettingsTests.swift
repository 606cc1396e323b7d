import AssistantsAPI
import ServerConfiguration
import Testing

@Suite struct AccessSettingsTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func load(_ file: String) throws -> ServerConfiguration {
        try ServerConfiguration.load(
            commandLine: [:],
            environment: [:],
            environmentFile: try directory.write(file, to: ".env")
        )
    }

    @Test("Without settings no key is asked for and nothing is limited")
    func defaults() throws {
        let access = try load("").access
        #expect(access.staticKeys.isEmpty)
        #expect(!access.facadeAsksForKey)
        #expect(access.addressLimits == access.keyLimits)
        #expect(access.keyLimits.requestsPerMinute == nil)
        #expect(access.keyLimits.tokensPerMinute == nil)
    }

    @Test(
        "Keys are listed with their projects and roles",
        arguments: [
            "API_KEYS=sk-one, sk-two:team-a ,sk-three:team-b:FACADE",
            #"API_KEYS='["sk-one","sk-two:team-a","sk-three:team-b:facade"]'"#,
        ]
    )
    func keys(_ file: String) throws {
        let keys = try load(file).access.staticKeys
        #expect(keys.map(\.key.revealed) == ["sk-one", "sk-two", "sk-three"])
        #expect(keys.map(\.projectName) == ["default", "team-a", "team-b"])
        #expect(keys.map(\.role) == [.user, .user, .facade])
    }

    @Test(
        "An illegal list is refused, with its place and without its keys",
        arguments: [
            ("sk-secret-one,sk-secret-two:team:owner", "the role of key 2 is none"),
            ("sk-secret-one:a b", "the project of key 1 is not"),
            ("sk-secret-one:", "key 1 has an empty part"),
            ("sk-secret-one:a:user:x", "key 1 has an empty part, or too many"),
            ("sk-secret-one,sk-secret-one:b", "key 2 is there twice"),
            ("[1]", "it begins as a JSON array but is none of strings"),
            ("sk-secrét", "key 1 is not of at most 256 printable ASCII characters"),
        ]
    )
    func illegalKeys(_ value: String, _ reason: String) throws {
        let error = #expect(throws: ConfigurationError.self) { try load("API_KEYS='\(value)'") }
        let description = error?.description ?? ""
        #expect(description.contains(reason))
        #expect(!description.contains("secret-one"))
    }

    @Test("Limits are numbers, 0 is none")
    func limits() throws {
        let access = try load(
            """
            REQUESTS_PER_MINUTE=60
            TOKENS_PER_MINUTE=0
            KEY_REQUESTS_PER_MINUTE=10
            KEY_TOKENS_PER_MINUTE=90000
            FACADE_AUTH=true
            """
        ).access
        #expect(access.addressLimits.requestsPerMinute == 60)
        #expect(access.addressLimits.tokensPerMinute == nil)
        #expect(access.keyLimits.requestsPerMinute == 10)
        #expect(access.keyLimits.tokensPerMinute == 90_000)
        #expect(access.facadeAsksForKey)
    }

    @Test("Keys do not get into the log")
    func redaction() throws {
        let redaction = LogRedaction(try load("API_KEYS=my-own-key-1:team"))
        #expect(redaction.scrub("it said my-own-key-1 aloud") == "it said \(LogRedaction.mask) aloud")
    }

    @Test("An operator whose server is open to the network is told what is open")
    func openNetwork() throws {
        #expect(try load("HOST=0.0.0.0").openNetworkWarning(asksForKey: false)?.contains("asks for no key") == true)
        #expect(try load("HOST=0.0.0.0").openNetworkWarning(asksForKey: true)?.contains("FACADE_AUTH") == true)
        #expect(try load("HOST=0.0.0.0\nFACADE_AUTH=true").openNetworkWarning(asksForKey: true) == nil)
        #expect(try load("HOST=127.0.0.1").openNetworkWarning(asksForKey: false) == nil)
    }
}
