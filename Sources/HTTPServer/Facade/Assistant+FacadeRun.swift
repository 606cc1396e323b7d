import AssistantsAPI

extension Assistant {
    /// Settings of a run of the facade: its model may query the data of the thread, unless the assistant has a function of
    /// that name itself.
    var facadeRunSettings: RunSettings {
        var settings = settings
        let isTaken = settings.tools.contains { tool in
            if case .function(let function) = tool { function.name == Tool.Function.queryData.name } else { false }
        }
        if !isTaken { settings.tools.append(.function(.queryData)) }
        return RunSettings(settings)
    }
}
