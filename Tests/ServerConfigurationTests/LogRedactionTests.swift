import ServerConfiguration
import Testing

@Suite struct LogRedactionTests {
    private let redaction = LogRedaction(secrets: [Secret("local-key-123"), Secret("abc")])

    @Test(
        "Names of secrets are known however they are written",
        arguments: [
            "authorization", "Authorization", "proxy-authorization", "api_key", "API-Key", "x-api-key", "openaiApiKey",
            "OPENAI_API_KEY", "password", "client_secret", "cookie", "Set-Cookie", "token", "access_token",
        ]
    )
    func hides(_ name: String) {
        #expect(redaction.hides(name))
    }

    @Test(
        "Ordinary names are not",
        arguments: ["request_id", "prompt_tokens", "tokens", "keys", "author", "thread", "monkey"]
    )
    func shows(_ name: String) {
        #expect(!redaction.hides(name))
    }

    @Test(
        "Keys within texts are masked",
        arguments: [
            ("Incorrect API key provided: sk-proj-abcDEF123456.", "Incorrect API key provided: sk-[redacted]"),
            ("Authorization: Bearer abc.def-123 sent", "Authorization: Bearer [redacted] sent"),
            ("the key local-key-123, again local-key-123", "the key [redacted], again [redacted]"),
            ("local-key-123", "[redacted]"),
            ("한글 sk-ABCDEFGHIJKL 끝", "한글 sk-[redacted] 끝"),
        ]
    )
    func scrubs(_ text: String, _ expected: String) {
        #expect(redaction.scrub(text) == expected)
    }

    @Test(
        "Other texts stay as they are, too short secrets among them",
        arguments: ["", "task-1234567890123", "sk-short", "a bearer of news", "abc", "s", "B", "벡터 🙂"]
    )
    func keeps(_ text: String) {
        #expect(redaction.scrub(text) == text)
    }
}
