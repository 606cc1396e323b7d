import AssistantsAPI
import Storage

/// Who sends a request: the project that all its reads and writes are confined to, and what it may do there.
///
/// A class because it goes with every request, and thousands of them wait: it is made once for each key.
package final class Principal: Sendable {
    package let project: ProjectID
    package let role: AccessRole
    /// The key's id, for logs and limits; nil where no key is asked for.
    package let keyID: String?

    package init(project: ProjectID, role: AccessRole, keyID: String?) {
        self.project = project
        self.role = role
        self.keyID = keyID
    }

    /// Everyone, on a server that asks for no key.
    package static let anyone = Principal(project: .default, role: .admin, keyID: nil)
}
