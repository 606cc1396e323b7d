/// A named configuration that runs are made from.
package struct Assistant: Sendable, Equatable, IdentifiedResource {
    package static let idPrefix = "asst_"

    package var id: Identifier<Assistant>
    package var createdAt: Timestamp
    package var name: String?
    package var description: String?
    package var settings: RunSettings
    package var metadata: Metadata

    package init(
        id: Identifier<Assistant>,
        createdAt: Timestamp,
        name: String?,
        description: String?,
        settings: RunSettings,
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
