/// The owner of assistants and threads, and through them of every row. A server starts with one, the default.
package struct ProjectID: Hashable, Sendable {
    package let rawValue: String

    package init(_ rawValue: String) { self.rawValue = rawValue }

    package static let `default` = ProjectID("proj_default")
}
