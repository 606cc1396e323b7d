import ModelProviders
import NIOHTTP1
import Testing

@Suite struct PassThroughHeadersTests {
    private func request(_ fields: [PassThroughHeaders.Field]) -> [String: [String]] {
        Dictionary(grouping: PassThroughHeaders.request(fields).map { $0 }) { $0.name }.mapValues { $0.map(\.value) }
    }

    @Test("What describes the request crosses, what names the caller does not")
    func requestHeaders() {
        let headers = request([
            ("Content-Type", "application/json"), ("Accept", "text/event-stream"), ("Authorization", "Bearer x"),
            ("Cookie", "a=b"), ("Connection", "keep-alive"), ("X-Forwarded-For", "10.0.0.1"), ("Host", "here"),
            ("OpenAI-Organization", "org"), ("OpenAI-Project", "proj"), ("OpenAI-Safety-Identifier", "someone"),
            ("Content-Length", "7"), ("Accept-Encoding", "br"), ("X-Api-Key", "x"),
        ])
        #expect(
            headers == [
                "content-type": ["application/json"], "accept": ["text/event-stream"],
                "openai-safety-identifier": ["someone"],
            ]
        )
    }

    @Test(
        "Of the betas only the Assistants API is ours",
        arguments: [
            ("assistants=v2", nil), ("assistants=v1, assistants=v2", nil), ("realtime=v1", "realtime=v1"),
            ("assistants=v2,realtime=v1, responses=v1", "realtime=v1, responses=v1"),
        ]
    )
    func betas(_ sent: String, _ passed: String?) {
        #expect(request([("OpenAI-Beta", sent)])["openai-beta"] == passed.map { [$0] })
    }

    @Test("An answer's headers cross, but for those of the connection and of the backend's address")
    func answerHeaders() {
        let headers = PassThroughHeaders.answer([
            "Content-Type": "text/event-stream", "Transfer-Encoding": "chunked", "Connection": "close, X-Hop",
            "X-Hop": "1", "Set-Cookie": "a=b", "Location": "http://backend/", "X-Request-Id": "req_1",
            "X-RateLimit-Limit-Tokens": "9", "Access-Control-Allow-Origin": "*", "OpenAI-Organization": "org",
            "OpenAI-Version": "2020-10-01",
        ])
        #expect(
            headers.map { "\($0.name): \($0.value)" } == [
                "content-type: text/event-stream", "x-upstream-request-id: req_1", "x-ratelimit-limit-tokens: 9",
                "openai-version: 2020-10-01",
            ]
        )
    }

    @Test(
        "A path that a server may read as one outside of the base is not safe",
        arguments: [
            ("/responses/resp_1", true), ("/models/ft:gpt%2Fa%20b", true), ("/responses/a..b", true),
            ("/responses/..", false), ("/responses/%2e%2E/x", false), ("/a/..%2fx", false), ("/a/%5c..%5Cx", false),
            ("/a/.", false), ("/a/%0d%0a", false), ("/a#b", false), ("/a%3fb", false), ("/a/%FF", false),
        ]
    )
    func paths(_ path: String, _ isSafe: Bool) {
        #expect(PassThroughRequest.isSafe(path: path) == isSafe)
    }
}
