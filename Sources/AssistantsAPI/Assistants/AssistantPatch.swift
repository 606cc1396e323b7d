/// A modification of an assistant. What it does not name stays.
package struct AssistantPatch: Sendable, Equatable {
    /// A model cannot be taken away: nil leaves it.
    package var model: String?
    package var name = Patch<String>.unchanged
    package var description = Patch<String>.unchanged
    package var instructions = Patch<String>.unchanged
    package var tools = Patch<[Tool]>.unchanged
    /// Replaces the list of each tool that it names.
    package var toolResources = Patch<ToolResources>.unchanged
    package var temperature = Patch<Double>.unchanged
    package var topP = Patch<Double>.unchanged
    package var reasoningEffort = Patch<String>.unchanged
    package var responseFormat = Patch<ResponseFormat>.unchanged
    package var metadata = Patch<Metadata>.unchanged

    package init() {}

    package func apply(to assistant: inout Assistant) {
        name.apply(to: &assistant.name)
        description.apply(to: &assistant.description)
        metadata.apply(to: &assistant.metadata, default: Metadata())
        apply(to: &assistant.settings)
    }

    private func apply(to settings: inout AssistantSettings) {
        if let model { settings.model = model }
        instructions.apply(to: &settings.instructions)
        tools.apply(to: &settings.tools, default: [])
        toolResources.apply(to: &settings.toolResources)
        temperature.apply(to: &settings.temperature)
        topP.apply(to: &settings.topP)
        reasoningEffort.apply(to: &settings.reasoningEffort)
        responseFormat.apply(to: &settings.responseFormat, default: .auto)
    }
}

extension Patch<ToolResources> {
    /// Takes over the lists that are given, each as a whole, or drops all of them.
    package func apply(to resources: inout ToolResources) {
        switch self {
        case .unchanged: break
        case .cleared: resources = ToolResources()
        case .set(let new): resources.replace(with: new)
        }
    }
}
