/// What vectors must have in common to be compared.
package struct VectorSpace: Sendable, Hashable {
    /// The name of the embedding model.
    package var model: String
    package var dimensions: Int

    package init(model: String, dimensions: Int) {
        self.model = model
        self.dimensions = dimensions
    }
}
