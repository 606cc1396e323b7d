import ArgumentParser
import AssistantsAPI

/// The command line of the executable.
@main
struct Main: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "assistants-server",
        abstract: "Answers chats about digital signage, over a model of your choice or by itself.",
        discussion: "Settings come from the options below, the environment, and .env in the working directory, "
            + "in this order. .env.example describes them all.",
        version: ServerVersion.current,
        subcommands: [
            Serve.self, Doctor.self, Keys.self, Import.self, Export.self, SampleDataCommand.self,
            CodeRunnerCommand.self,
        ],
        defaultSubcommand: Serve.self
    )
}
