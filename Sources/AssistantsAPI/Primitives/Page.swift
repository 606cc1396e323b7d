/// What part of a list is asked for.
package struct PageRequest: Sendable, Equatable {
    package enum Order: String, Sendable, CaseIterable {
        case ascending = "asc"
        case descending = "desc"
    }

    /// At most so many items.
    package var limit: Int
    package var order: Order
    /// Only items that come after the one with this id, in the order asked for.
    package var after: String?
    /// Only items that come before the one with this id, in the order asked for; those nearest to it.
    package var before: String?

    package init(limit: Int, order: Order, after: String? = nil, before: String? = nil) {
        self.limit = limit
        self.order = order
        self.after = after
        self.before = before
    }
}

/// Part of a list.
package struct Page<Item: Sendable>: Sendable {
    package var items: [Item]
    package var hasMore: Bool

    package init(items: [Item], hasMore: Bool) {
        self.items = items
        self.hasMore = hasMore
    }
}

extension Page where Item: JSONWritable {
    /// Writes the list object, with the ids that `id` takes from the items.
    package func write(to writer: inout JSONWriter, id: (Item) -> String) {
        writer.beginObject()
        writer.member("object", "list")
        writer.key("data")
        writer.beginArray()
        for item in items { writer.value(item) }
        writer.endArray()
        writer.member("first_id", items.first.map(id))
        writer.member("last_id", items.last.map(id))
        writer.member("has_more", hasMore)
        writer.endObject()
    }
}
