import AssistantsAPI
import CodeInterpreter
import ModelProviders
import Storage

/// The interpreter of a thread as a model sees it: a function that takes code and gives what it printed.
///
/// A class, as the tools of a run are kept for as long as its model thinks.
final class CodeTool: ServerTool {
    let execution: CodeExecution
    let session: SessionKey
    let project: ProjectID
    let inputs: CodeInputs
    /// Whether code was run in the thread before this run.
    let wasUsed: Bool
    let function: Tool.Function

    init(
        _ execution: CodeExecution,
        of thread: Identifier<AssistantThread>,
        in project: ProjectID,
        inputs: CodeInputs,
        earlier: [CodeInterpreterCall],
        isAlive: Bool,
        beside tools: [Tool]
    ) {
        self.execution = execution
        session = SessionKey(thread: thread.rawValue)
        self.project = project
        self.inputs = inputs
        wasUsed = !earlier.isEmpty
        let description = CodeToolDescription(
            inputs,
            earlier: earlier,
            isAlive: isAlive,
            timeLimit: execution.timeLimit
        )
        function = Tool.Function(
            name: Self.name(beside: tools),
            description: description.text,
            parameters: Self.parameters,
            strict: false
        )
    }

    static func name(beside tools: [Tool]) -> String { Tool.Function.freeName("python", beside: tools) }

    /// What a call looks like to a model.
    static func arguments(_ code: String) -> String {
        JSONValue.object(JSONObject([("code", .string(code))])).jsonText
    }

    private static let parameters = Tool.Function.parameters(
        "code",
        JSONObject([("type", .string("string")), ("description", .string("Python code to be run."))])
    )

    func begin(id: String) -> ToolCall { .codeInterpreter(CodeInterpreterCall(id: id)) }

    // MARK: Running

    func carryOut(_ call: ToolCall, in use: ToolUse) async throws -> ToolCall {
        guard case .codeInterpreter(var call) = call else { return call }
        if case .unavailable(let reason, let remedy) = await execution.runner.availability() {
            throw Self.unavailable(.unavailable(reason: reason, remedy: remedy))
        }
        do {
            call.result = try await run(call.input.withoutFences, in: use)
        } catch let failure as CodeRunnerFailure {
            if case .unavailable = failure { throw Self.unavailable(failure) }
            // What the model does about it, it knows best.
            call.result = CodeInterpreterCall.Result(outputs: [.logs("The code was not run. \(failure)\n")])
        }
        return .codeInterpreter(call)
    }

    private static func unavailable(_ failure: CodeRunnerFailure) -> ModelError {
        ModelError(.refused, failure.description)
    }

    private func run(_ source: String, in use: ToolUse) async throws -> CodeInterpreterCall.Result {
        guard source.contains(where: { !$0.isWhitespace }) else {
            return CodeInterpreterCall.Result(remarks: [#"No code was given: call again with {"code": "…"}."#])
        }
        // A session that is there has what its code made, perhaps newer than what was linked.
        let isNew = await execution.runner.life(of: session) == nil
        let cell = try await execution.runner.run(
            Cell(source: source, timeLimit: execution.timeLimit),
            in: session,
            files: inputs.given + (isNew ? inputs.restored : []),
            wasUsed: wasUsed || use.past.hasRunCode
        )
        var result = CodeInterpreterCall.Result(
            files: cell.files.map { CodeInterpreterCall.WrittenFile(name: $0.name, size: $0.size) }
        )
        if cell.isFresh {
            let names = inputs.restored.flatMap(\.names)
            let back = names.isEmpty ? "" : " and \(names.joined(separator: ", "))"
            result.remarks.append(
                "This ran in a new session: variables, imports and unlinked files of earlier code are lost. The files of "
                    + "this conversation\(back) are in /mnt/data."
            )
        }
        for output in cell.outputs { result.outputs.append(try await kept(output)) }
        switch cell.end {
        case .finished, .raised: break
        case .interrupted(.time(let limit)):
            result.outputs.append(
                .logs("The code was interrupted as it ran for more than \(limit.inSeconds). Variables are kept.\n")
            )
        case .sessionEnded(let reason):
            result.outputs.append(.logs("The session was ended, and its variables are lost: \(reason)\n"))
        }
        return result
    }

    /// An output as a step shows it. A figure that is gone is said to be.
    private func kept(_ output: CellResult.Output) async throws -> CodeInterpreterCall.Output {
        switch output {
        case .logs(let text): return .logs(text)
        case .image(let image):
            let name = image.name.split(separator: "/").last.map(String.init) ?? "figure.png"
            do {
                let id = try await execution.keep(image.path, of: session, as: name, in: project)
                if let id { return .image(fileID: id.rawValue) }
            } catch CodeRunnerFailure.tooLarge(_, let limit) {
                return .logs("A figure has more than \(limit) bytes and is not shown.\n")
            }
            return .logs("A figure could not be read and is not shown.\n")
        }
    }

    // MARK: Links

    /// The links to files of the interpreter in a text, as annotations; links to what there is not are none.
    ///
    /// - Parameter known: files of links that the run made before.
    func annotations(of text: String, known: [String: String]) async throws -> [Message.Annotation] {
        var made: [String: String] = known
        var annotations: [Message.Annotation] = []
        var tries = 0
        for link in SandboxLink.all(in: text) {
            search: for candidate in link.candidates {
                for name in candidate.names {
                    var id = made[name]
                    if id == nil {
                        tries += 1
                        // A text that is nothing but links would keep the run from its end.
                        guard tries <= Self.mostLinks else { return annotations }
                        id = try await file(named: name)
                    }
                    guard let id else { continue }
                    made[name] = id
                    annotations.append(
                        Message.Annotation(
                            kind: .filePath,
                            text: candidate.text,
                            range: candidate.range,
                            fileID: id
                        )
                    )
                    break search
                }
            }
        }
        return annotations
    }

    private static let mostLinks = 100

    private func file(named name: String) async throws -> String? {
        let path = SandboxLink.folder + name
        do {
            if let id = try await execution.keep(path, of: session, as: path, in: project) { return id.rawValue }
            // Names of given files may be links to their bytes.
            guard let given = inputs.path(ofGiven: name) else { return nil }
            return try await execution.keep(SandboxLink.folder + given, of: session, as: path, in: project)?.rawValue
        } catch is CodeRunnerFailure {
            // Too large to be kept, or the sandbox is gone.
            return nil
        }
    }
}

extension Duration {
    /// "2 minutes" or "30 seconds".
    var inSeconds: String {
        let seconds = components.seconds
        if seconds >= 120, seconds.isMultiple(of: 60) { return "\(seconds / 60) minutes" }
        return seconds == 1 ? "1 second" : "\(seconds) seconds"
    }
}

extension String {
    /// Code without the fences of Markdown that some models put around it.
    fileprivate var withoutFences: String {
        let lines = split(separator: "\n", omittingEmptySubsequences: false)
        guard let first = lines.first(where: { !$0.allSatisfy(\.isWhitespace) }), first.hasPrefix("```"),
            let start = lines.firstIndex(of: first), let end = lines.lastIndex(where: { $0.hasPrefix("```") })
        else { return self }
        return lines[(start + 1)..<(end > start ? end : lines.count)].joined(separator: "\n")
    }
}
