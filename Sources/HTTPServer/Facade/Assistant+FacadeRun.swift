import AssistantsAPI

extension Assistant {
    /// Settings of a run of the facade: its model may query the data of the thread, unless the assistant has a function of
    /// that name itself.
    var facadeRunSettings: RunSettings {
        var settings = RunSettings(settings)
        let isTaken = settings.assistant.tools.contains { tool in
            if case .function(let function) = tool { function.name == Tool.Function.queryData.name } else { false }
        }
        if !isTaken { settings.assistant.tools.append(.function(.queryData)) }
        return settings
    }
}
