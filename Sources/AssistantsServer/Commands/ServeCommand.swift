import ArgumentParser
import SignageAnalyst

/// `assistants-server serve`: runs the server until it is told to stop.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Starts the server. This is what no command means.")

    @OptionGroup(title: "Settings") var settings: SettingOptions

    func run() async throws {
        try await settings.serve(label: "assistants-server", prepare: FieldNames.added) {
            configuration,
            names,
            logger in
            try await Server(configuration: configuration, names: names, logger: logger).run()
        }
    }
}
