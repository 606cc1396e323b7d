import ArgumentParser
import Foundation
import Logging
import ServerConfiguration
import SignageAnalyst

/// `assistants-server serve`: loads the configuration, starts the log and runs the server until it is told to stop.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Starts the server. This is what no command means.")

    @OptionGroup(title: "Settings") var settings: SettingOptions

    func run() async throws {
        let configuration: ServerConfiguration
        let names: FieldNames
        do {
            configuration = try settings.loadConfiguration()
            names = try FieldNames.added(by: configuration)
        } catch {
            FileHandle.standardError.write(Data("\(error)\n".utf8))
            throw ExitCode.configuration
        }

        let backEnd = LogBackEnd(configuration.logs, redaction: LogRedaction(configuration))
        LoggingSystem.bootstrap { backEnd.handler(label: $0) }
        defer { backEnd.close() }
        let logger = Logger(label: "assistants-server")
        for warning in configuration.warnings {
            logger.warning("A setting may be misspelt", metadata: ["reason": "\(warning)"])
        }

        do {
            try await Server(configuration: configuration, names: names, logger: logger).run()
        } catch {
            logger.error("The server stopped", metadata: ["reason": "\(error)"])
            throw ExitCode.failure
        }
    }
}

extension ExitCode {
    /// What `sysexits.h` calls EX_CONFIG, so that a supervisor need not start the server again.
    static let configuration = ExitCode(78)
}
