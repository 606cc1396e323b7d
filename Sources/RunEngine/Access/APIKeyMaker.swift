import AssistantsAPI
import Storage

/// Makes keys. What it returns is the only copy: the store has the digest.
package enum APIKeyMaker {
    package static let prefix = "sk-as-"
    private static let randomLength = 48
    private static let endingLength = 4
    private static let alphabet: StaticString = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

    /// Stores a key of the project with this name, which is made when there is none. Returns the key and its id.
    package static func create(
        projectName: String,
        role: AccessRole,
        label: String,
        ids: IDGenerator,
        at time: Timestamp,
        in store: Connection
    ) throws -> (key: String, id: Identifier<StoredAPIKey>) {
        let project = try store.projects.ensure(named: projectName, candidate: ids.nextProject(), at: time)
        let key = random()
        let id = ids.next(StoredAPIKey.self)
        try store.apiKeys.insert(
            id,
            digest: Digest(of: key),
            ending: String(key.suffix(endingLength)),
            label: label,
            role: role,
            in: project,
            at: time
        )
        return (key, id)
    }

    /// `sk-as-` and 48 letters and digits: 285 bits.
    private static func random() -> String {
        var key = prefix
        for _ in 0..<(randomLength / 16) {
            let (first, second) = RandomWords.pair()
            for var word in [first, second] {
                for _ in 0..<8 {
                    key.unicodeScalars.append(Unicode.Scalar(alphabet.utf8Start[Int(word % 62)]))
                    word /= 62
                }
            }
        }
        return key
    }
}

extension IDGenerator {
    /// An id for a project that is to be made.
    package func nextProject() -> ProjectID {
        enum Project: IdentifiedResource { static let idPrefix = "proj_" }
        return ProjectID(next(Project.self).rawValue)
    }
}
