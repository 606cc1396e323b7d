import AssistantsAPI
import RunEngine
import Storage

/// The body of `POST /threads`, and the member `thread` of `POST /threads/runs`.
package struct CreateThreadBody {
    package let messages: [PendingMessage]
    package let toolResources: ToolResources
    package let metadata: Metadata?
    /// A store that is made along with the thread.
    package let newVectorStore: NewVectorStore?

    static let members = ["messages", "tool_resources", "metadata"]

    init(_ members: RequestMembers, ids: IDGenerator, _ references: inout ResourceReferences) throws {
        messages = try members["messages"]?.messages(ids: ids, &references) ?? []
        toolResources =
            try members["tool_resources"]?.toolResources(makingStoresWith: ids, &references) ?? ToolResources()
        metadata = try members["metadata"]?.metadata()
        newVectorStore = references.newVectorStore?.ofThread
    }
}

/// The body of `POST /threads/{thread_id}`.
struct ModifyThreadBody {
    let toolResources: Patch<ToolResources>
    let metadata: Patch<Metadata>

    init(_ members: RequestMembers, _ references: inout ResourceReferences) throws {
        toolResources = try members.patch("tool_resources") { value in
            try value.toolResources(makingStoresWith: nil, &references)
        }
        metadata = try members.patch("metadata") { try $0.metadata() }
    }
}
