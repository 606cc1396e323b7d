import AssistantsAPI

extension Assistant {
    /// Reads an assistant of a dump.
    init(dumped value: JSONValue) throws(ImportRefusal) {
        let members = DumpedMembers(value: value)
        self.init(
            id: try members.id("id"),
            createdAt: try members.time("created_at"),
            name: members.optionalText("name"),
            description: members.optionalText("description"),
            settings: try members.settings(),
            metadata: try members.metadata()
        )
    }
}

extension AssistantThread {
    /// Reads a thread of a dump.
    init(dumped value: JSONValue) throws(ImportRefusal) {
        let members = DumpedMembers(value: value)
        self.init(
            id: try members.id("id"),
            createdAt: try members.time("created_at"),
            metadata: try members.metadata(),
            toolResources: members["tool_resources"].map(ToolResources.init(stored:)) ?? ToolResources()
        )
    }
}
