import AssistantsAPI

/// The body of `POST /assistants`.
package struct CreateAssistantBody {
    package let name: String?
    package let description: String?
    package let settings: AssistantSettings
    package let metadata: Metadata
    let references: ResourceReferences

    static let members = [
        "model", "name", "description", "instructions", "reasoning_effort", "tools", "tool_resources", "metadata",
        "temperature", "top_p", "response_format",
    ]

    package init(_ object: JSONObject, ids: IDGenerator = IDGenerator(clock: .system)) throws {
        let members = try RequestMembers(object, knowing: Self.members)
        var references = ResourceReferences()
        name = try members["name"]?.text(maximum: RequestLimits.nameLength)
        description = try members["description"]?.text(maximum: RequestLimits.descriptionLength)
        settings = AssistantSettings(
            model: try members.required("model").nonEmptyText(maximum: RequestLimits.modelLength),
            instructions: try members["instructions"]?.text(maximum: RequestLimits.instructionsLength),
            tools: try members["tools"]?.tools() ?? [],
            toolResources: try members["tool_resources"]?
                .toolResources(makingStoresWith: ids, &references) ?? ToolResources(),
            temperature: try members["temperature"]?.decimal(in: RequestLimits.temperature),
            topP: try members["top_p"]?.decimal(in: RequestLimits.topP),
            reasoningEffort: try members["reasoning_effort"]?.choice(of: RequestLimits.reasoningEfforts),
            responseFormat: try members["response_format"]?.responseFormat() ?? .auto
        )
        metadata = try members["metadata"]?.metadata() ?? Metadata()
        self.references = references
    }
}

/// The body of `POST /assistants/{assistant_id}`.
package struct ModifyAssistantBody {
    package let patch: AssistantPatch
    let references: ResourceReferences

    package init(_ object: JSONObject) throws {
        let members = try RequestMembers(object, knowing: CreateAssistantBody.members)
        var patch = AssistantPatch()
        var references = ResourceReferences()
        patch.model = try members["model"]?.nonEmptyText(maximum: RequestLimits.modelLength)
        patch.name = try members.patch("name") { try $0.text(maximum: RequestLimits.nameLength) }
        patch.description = try members.patch("description") { value in
            try value.text(maximum: RequestLimits.descriptionLength)
        }
        patch.instructions = try members.patch("instructions") { value in
            try value.text(maximum: RequestLimits.instructionsLength)
        }
        patch.tools = try members.patch("tools") { try $0.tools() }
        patch.toolResources = try members.patch("tool_resources") { value in
            try value.toolResources(makingStoresWith: nil, &references)
        }
        patch.temperature = try members.patch("temperature") { try $0.decimal(in: RequestLimits.temperature) }
        patch.topP = try members.patch("top_p") { try $0.decimal(in: RequestLimits.topP) }
        patch.reasoningEffort = try members.patch("reasoning_effort") { value in
            try value.choice(of: RequestLimits.reasoningEfforts)
        }
        patch.responseFormat = try members.patch("response_format") { try $0.responseFormat() }
        patch.metadata = try members.patch("metadata") { try $0.metadata() }
        self.patch = patch
        self.references = references
    }
}
