import RunEngine
import Storage

/// A key that each request has to bring in its `Authorization`.
struct BearerKey: Sendable {
    private let digest: Digest

    init(_ key: String) { digest = Digest(of: key) }

    /// Digests are compared, which takes the same time wherever keys differ, so that nobody finds the key out piece by piece.
    func isBrought(by authorization: String?) -> Bool {
        guard case .key(let key) = Credential(authorization: authorization) else { return false }
        return Digest(of: key) == digest
    }
}
