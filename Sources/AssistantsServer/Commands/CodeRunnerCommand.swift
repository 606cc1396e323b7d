import ArgumentParser

/// `assistants-server code-runner`: runs the code of other servers' models on this machine.
struct CodeRunnerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "code-runner",
        abstract: "Runs code for other servers, whose CODE_INTERPRETER_RUNNER points here.",
        discussion: """
            Takes HOST, PORT, DATA_DIR, CODE_INTERPRETER_* and the settings of the log; the rest of a server's settings \
            is of no account. Everyone who has CODE_INTERPRETER_RUNNER_KEY can run code in a sandbox here: without a key \
            it listens on this machine alone.
            """
    )

    @OptionGroup(title: "Settings") var settings: SettingOptions

    func run() async throws {
        try await settings.serve(label: "code-runner", prepare: CodeRunnerServer.check) { configuration, _, logger in
            try await CodeRunnerServer(configuration: configuration, logger: logger).run()
        }
    }
}
