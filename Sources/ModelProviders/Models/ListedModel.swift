import AssistantsAPI

/// A model as `GET /v1/models` lists it.
package struct ListedModel: Sendable, Equatable {
    package var id: String
    package var created: Int
    package var ownedBy: String

    package init(id: String, created: Int, ownedBy: String) {
        self.id = id
        self.created = created
        self.ownedBy = ownedBy
    }

    /// An entry of a backend's list; nil when it names no model. What the backend leaves out is put in.
    init?(_ entry: JSONValue, created: Int) {
        guard let id = (entry["id"] ?? entry["name"])?.stringValue else { return nil }
        self.id = id
        self.created = entry["created"]?.intValue ?? created
        ownedBy = entry["owned_by"]?.stringValue ?? ModelCatalog.owner
    }

    /// The same model under another name.
    func named(_ name: String) -> ListedModel { ListedModel(id: name, created: created, ownedBy: ownedBy) }
}

extension ListedModel: JSONWritable {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("id", id)
        writer.member("object", "model")
        writer.member("created", created)
        writer.member("owned_by", ownedBy)
        writer.endObject()
    }
}
