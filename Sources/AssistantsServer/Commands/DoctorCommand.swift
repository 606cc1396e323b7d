import ArgumentParser
import ServerConfiguration
import Storage

/// `assistants-server doctor`: checks what a start needs, a line each, with the remedy where something is wrong.
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Checks configuration, files, port and model backend; ends with 1 if anything is wrong."
    )

    @OptionGroup(title: "Settings") var settings: SettingOptions

    func run() async throws {
        let configuration: ServerConfiguration
        do {
            configuration = try settings.loadConfiguration()
        } catch {
            for fault in error.faults { print(Finding.failed("configuration: \(fault)", remedy: "correct it")) }
            throw ExitCode.failure
        }

        var isWell = true
        let dataDirectory = FileChecks.dataDirectory(configuration.dataDirectory)
        // Where that does not work, it is the finding that counts.
        let hasStoredKey = (try? CommandAccess.write(in: configuration.dataDirectory) { try $0.apiKeys.hasAny() })
        let asksForKey = !configuration.access.staticKeys.isEmpty || hasStoredKey == true
        for finding in ConfigurationCheck.findings(configuration, asksForKey: asksForKey) { show(finding, &isWell) }
        show(dataDirectory, &isWell)
        show(FileChecks.logFile(configuration.logs.file), &isWell)
        show(await PortCheck.finding(host: configuration.http.host, port: configuration.http.port), &isWell)
        for finding in await ExtractionCheck.findings(configuration.extraction) { show(finding, &isWell) }
        for finding in await InterpreterCheck.findings(configuration.codeInterpreter) { show(finding, &isWell) }
        for finding in await BackendChecks.findings(configuration.model) { show(finding, &isWell) }
        for finding in await EmbeddingChecks.findings(configuration) { show(finding, &isWell) }
        if !isWell { throw ExitCode.failure }
    }

    private func show(_ finding: Finding, _ isWell: inout Bool) {
        print(finding)
        if case .failed = finding { isWell = false }
    }
}
