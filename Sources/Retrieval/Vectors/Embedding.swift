import CVectorScan

/// Vectors as embedding models make them: what matters is their direction.
package enum Embedding {
    /// The vector with length 1; nil when it has no direction, or numbers that are none.
    package static func normalized(_ vector: [Float]) -> [Float]? {
        let square = product(vector, vector)
        guard square.isFinite, square > 0 else { return nil }
        let factor = 1 / square.squareRoot()
        return vector.map { $0 * factor }
    }

    /// The dot product of vectors of the same dimension; of normalized ones it is the cosine of their angle.
    package static func product(_ left: [Float], _ right: [Float]) -> Float {
        vector_scan_dot(left, right, min(left.count, right.count))
    }
}
