import AssistantsAPI
import ServerConfiguration
import Testing

@Suite struct StartupBannerTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func banner(
        _ commandLine: [SettingName: String] = [:],
        port: Int = 8010,
        file: String = "",
        asksForKey: Bool = false
    ) throws
        -> String
    {
        let path = try directory.write(file, to: ".env")
        let configuration = try ServerConfiguration.load(
            commandLine: commandLine,
            environment: [:],
            environmentFile: path
        )
        return StartupBanner(configuration, port: port, asksForKey: asksForKey).description
    }

    @Test("It tells the version and where API, docs, logs and data are")
    func places() throws {
        let banner = try banner([.port: "0"], port: 4711)

        #expect(banner.contains("assistants-server \(ServerVersion.current)"))
        #expect(banner.contains("http://127.0.0.1:4711/api/v1\n"))
        #expect(banner.contains("http://127.0.0.1:4711/docs\n"))
        #expect(banner.contains("logs/app.log"))
        #expect(banner.contains("Data   data"))
    }

    @Test("It tells who answers, and why, and shows no key")
    func model() throws {
        #expect(try banner().contains("built-in analyst (rule-based), as OPENAI_API_KEY is not set"))
        #expect(try banner([.openAIAPIKey: "your-api-key-here"]).contains("still the placeholder"))
        let local = try banner([.openAIBaseURL: "http://localhost:11434/v1", .defaultModel: "llama3.1:8b"])
        #expect(local.contains("llama3.1:8b at http://localhost:11434/v1 (without a key)"))
        let remote = try banner([.openAIAPIKey: "sk-1234567890abcdefghij"])
        #expect(remote.contains("gpt-4o-mini at https://api.openai.com/v1 (key sk-…ghij)"))
        #expect(!remote.contains("1234567890"))
    }

    @Test(
        "It warns when the network can reach it",
        arguments: [("0.0.0.0", "127.0.0.1"), ("::", "[::1]"), ("10.1.2.3", "10.1.2.3")]
    )
    func open(_ host: String, _ shown: String) throws {
        let banner = try banner([.host: host])

        #expect(banner.contains("WARNING: it listens on \(host), open to the network"))
        #expect(banner.contains("http://\(shown):8010/api/v1"))
    }

    @Test("It does not when only this machine can", arguments: ["127.0.0.1", "::1", "localhost", "127.1.2.3"])
    func closed(_ host: String) throws {
        #expect(try !banner([.host: host]).contains("WARNING"))
    }

    @Test("It shows settings that are likely misspelt")
    func warnings() throws {
        #expect(
            try banner(file: "HOSTT=0.0.0.0").contains(
                "WARNING: \(directory.file(".env")), line 1: HOSTT is no setting"
            )
        )
    }
}
