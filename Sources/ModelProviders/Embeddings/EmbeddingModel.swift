/// A model that turns texts into vectors: the nearer two texts are in meaning, the nearer are their vectors.
package protocol EmbeddingModel: Sendable {
    /// Names the space of its vectors. Vectors of different names are never compared.
    var name: String { get }

    /// A vector for each text, in the order of the texts, all of one length. Throws `ModelError`.
    func embed(_ texts: [String]) async throws -> [[Float]]
}
