/// A named configuration that runs are made from.
package struct Assistant: Sendable, Equatable, IdentifiedResource {
    package static let idPrefix = "asst_"

    package var id: Identifier<Assistant>
    package var createdAt: Timestamp
    /// At most 256 characters.
    package var name: String?
    /// At most 512 characters.
    package var description: String?
    package var settings: AssistantSettings
    package var metadata: Metadata

    package init(
        id: Identifier<Assistant>,
        createdAt: Timestamp,
        name: String?,
        description: String?,
        settings: AssistantSettings,
        metadata: Metadata = Metadata()
    ) {
        self.id = id
        self.createdAt = createdAt
        self.name = name
        self.description = description
        self.settings = settings
        self.metadata = metadata
    }
}

extension Assistant: JSONWritable {
    /// The assistant object, members in the order in which the service sent them.
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("id", id)
        writer.member("object", "assistant")
        writer.member("created_at", createdAt)
        writer.member("name", name)
        writer.member("description", description)
        writer.member("model", settings.model)
        writer.member("instructions", settings.preparedInstructions)
        writer.member("tools", settings.tools)
        writer.member("top_p", settings.topP ?? 1)
        writer.member("temperature", settings.temperature ?? 1)
        writer.member("reasoning_effort", settings.reasoningEffort)
        writer.member("tool_resources", shownResources)
        writer.member("metadata", metadata)
        writer.member("response_format", settings.responseFormat)
        writer.endObject()
    }

    /// The service showed an empty list of files once the code interpreter was among the tools.
    private var shownResources: ToolResources {
        var resources = settings.toolResources
        if resources.fileIDs == nil, settings.tools.contains(.codeInterpreter) { resources.fileIDs = [] }
        return resources
    }
}
