import AssistantsAPI
import CodeInterpreter
import CodeRunnerClient
import Testing

/// What goes over the wire between a server and a runner.
@Suite struct CodeRunnerProtocolTests {
    @Test("An order is read as it was written")
    func order() throws {
        let file = InputFile(id: "file-1", names: ["file-1", "자료.csv"], path: "/nowhere", size: 12)
        let order = CellOrder(
            Cell(source: "print(\"x\")\n", timeLimit: .milliseconds(1500)),
            files: [file],
            wasUsed: true
        )

        #expect(try CellOrder(parsing: order.jsonBytes) == order)
        let expected =
            #"{"source":"print(\"x\")\n","time_limit":1.5,"was_used":true,"#
            + #""files":[{"id":"file-1","names":["file-1","자료.csv"],"size":12}]}"#
        #expect(order.jsonText == expected)
    }

    @Test(
        "An order that makes no sense is refused",
        arguments: [
            "", "[]", "{}", #"{"source":"1"}"#, #"{"source":"1","time_limit":0}"#, #"{"source":"1","time_limit":1e9}"#,
            #"{"source":1,"time_limit":1}"#, #"{"source":"1","time_limit":1,"files":[{}]}"#,
            #"{"source":"1","time_limit":1,"files":[{"id":"a","names":["../a"],"size":1}]}"#,
            #"{"source":"1","time_limit":1,"files":[{"id":"a","names":[],"size":1}]}"#,
            #"{"source":"1","time_limit":1,"files":[{"id":"a","names":["a"],"size":-1}]}"#,
        ]
    )
    func badOrder(json: String) {
        #expect(throws: RunnerRefusal.self) { try CellOrder(parsing: Array(json.utf8)) }
    }

    private static let life = SessionLife(id: "life")
    private static let results: [CellResult] = [
        CellResult(end: .finished, isFresh: false),
        CellResult(
            end: .raised,
            outputs: [
                .logs("a\n"), .image(ProducedFile(name: "f.png", path: "/tmp/f.png", size: 3, life: life)), .logs("b"),
            ],
            isFresh: true,
            files: [ProducedFile(name: "out/a.csv", path: "/mnt/data/out/a.csv", size: 0, life: life)]
        ),
        CellResult(end: .interrupted(.time(.seconds(2))), isFresh: false),
        CellResult(end: .sessionEnded(reason: "it is gone"), isFresh: false),
    ]

    @Test("A result is read as it was written", arguments: results)
    func result(_ result: CellResult) throws {
        #expect(CellResult(try JSONValue(parsing: result.jsonText), timeLimit: .seconds(2)) == result)
    }

    @Test("What a runner should not say is left out")
    func hostileResult() throws {
        let json = """
            {"end":"finished","fresh":false,"outputs":[{"logs":""},{"image":{"name":"../x","path":"/a","size":1,"life":"l"}}],
             "files":[{"name":"/etc/passwd","path":"/a","size":1,"life":"l"},{"name":"ok","path":"/a","size":-1,"life":"l"}]}
            """

        let result = try #require(CellResult(try JSONValue(parsing: json), timeLimit: .seconds(1)))

        #expect(result == CellResult(end: .finished, isFresh: false))
        #expect(CellResult(try JSONValue(parsing: #"{"end":"odd","fresh":false}"#), timeLimit: .seconds(1)) == nil)
        #expect(CellResult(try JSONValue(parsing: #"{"end":"finished"}"#), timeLimit: .seconds(1)) == nil)
    }

    @Test(
        "A refusal is read as it was written",
        arguments: [
            RunnerRefusal.unauthorized, .invalid("no"), .notFound, .inputsNeeded(["file-1", "file-2"]),
            .failure(.unavailable(reason: "no bubblewrap", remedy: "install it")), .failure(.busy(reason: "full")),
            .failure(.inputUnreadable(name: "a.csv")), .failure(.tooLarge(path: "/mnt/data/a", limit: 7)),
        ]
    )
    func refusal(_ refusal: RunnerRefusal) throws {
        #expect(RunnerRefusal(try JSONValue(parsing: refusal.jsonText)) == refusal)
        #expect(RunnerRefusal(try JSONValue(parsing: #"{"end":"finished"}"#)) == nil)
    }

    @Test("A status is read as it was written")
    func status() throws {
        let report = InterpreterReport(
            python: .environment("/opt/python"),
            version: "3.11.2",
            missing: ["seaborn"],
            hasHangul: true
        )
        for status in [
            RunnerStatus(availability: .available, report: report),
            RunnerStatus(availability: .unavailable(reason: "no bubblewrap", remedy: "install it"), report: nil),
        ] {
            #expect(RunnerStatus(try JSONValue(parsing: status.jsonText)) == status)
        }
    }

    @Test("A runner that is not there is told of, with what to do about it")
    func unreachable() async throws {
        // Nobody listens on the port of a listener that is closed.
        let port = try ClosedPort.number()
        try await ServedRunner.asServer(port: port, key: "secret-of-the-server") { remote in
            let (reason, remedy) = try #require(await remote.availability().fault)
            #expect(reason == "the code runner cannot be reached: connection refused")
            #expect(remedy.contains("CODE_INTERPRETER_RUNNER") && !"\(reason)\(remedy)".contains("secret"))
            await #expect(throws: CodeRunnerFailure.unavailable(reason: reason, remedy: remedy)) {
                try await remote.run("1", in: SessionKey(thread: "thread_1"))
            }
        }
    }

    @Test("A runner that says nothing is not waited for")
    func silent() async throws {
        let listener = try SilentListener()
        try await ServedRunner.asServer(port: listener.port) { remote in
            #expect(await remote.availability().fault?.reason.contains("does not answer in time") == true)
        }
    }
}
