import ArgumentParser

struct Doctor: AsyncParsableCommand {
    @OptionGroup(title: "Settings") var settings: SettingOptions
    func run() async throws {}
}
