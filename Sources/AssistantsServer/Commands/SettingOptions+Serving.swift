import ArgumentParser
import Foundation
import Logging
import ServerConfiguration

extension SettingOptions {
    /// Loads the configuration, starts the log and serves until told to stop, with exit codes for a supervisor.
    ///
    /// - Parameters:
    ///   - label: Of the log.
    ///   - prepare: What else must be right before anything starts; what is wrong goes to the terminal alone.
    func serve<Prepared>(
        label: String,
        prepare: (ServerConfiguration) throws -> Prepared,
        _ body: (ServerConfiguration, Prepared, Logger) async throws -> Void
    ) async throws {
        let configuration: ServerConfiguration
        let prepared: Prepared
        do {
            configuration = try loadConfiguration()
            prepared = try prepare(configuration)
            // One that nobody asked for, or that fails later, is only told: the server goes on without it.
            if configuration.logs.isFileGiven, let file = configuration.logs.file,
                let fault = FileChecks.fault(ofLogFile: file, keepingNew: true)
            {
                throw fault
            }
        } catch {
            FileHandle.standardError.write(Data("\(error)\n".utf8))
            throw ExitCode.configuration
        }

        let backEnd = LogBackEnd(configuration.logs, redaction: LogRedaction(configuration))
        LoggingSystem.bootstrap { backEnd.handler(label: $0) }
        defer { backEnd.close() }
        let logger = Logger(label: label)
        for warning in configuration.warnings {
            logger.warning("A setting may be misspelt", metadata: ["reason": "\(warning)"])
        }

        do {
            try await body(configuration, prepared, logger)
        } catch {
            logger.error("The server stopped", metadata: ["reason": "\(error)"])
            let isLasting = (error as? UnusableHost)?.isLasting ?? false
            throw isLasting ? ExitCode.configuration : ExitCode.failure
        }
    }
}

extension ExitCode {
    /// What `sysexits.h` calls EX_CONFIG, so that a supervisor need not start the server again.
    static let configuration = ExitCode(78)
}
