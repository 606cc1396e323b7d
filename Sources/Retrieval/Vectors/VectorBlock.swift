import CVectorScan

/// Room for some rows of a matrix, which stays where it is.
///
/// Unchecked: rows are written once, by whoever appends to the matrix, who alone uses their sum, and only then told to those who read. The upper
/// halves of eight rows lie together, so that a scan may see bytes of rows that are being written: it makes nothing of them.
final class VectorBlock: @unchecked Sendable {
    let capacity: Int
    private let half: Int
    private let upper: UnsafeMutablePointer<UInt8>
    private let lower: UnsafeMutablePointer<UInt8>
    private let scales: UnsafeMutablePointer<Float>
    private let alongs: UnsafeMutablePointer<Float>
    private let reaches: UnsafeMutablePointer<Float>
    let owners: UnsafeMutablePointer<Int>
    /// Which way the rows before point in the mean: vectors of a model often have a part in common. Of length 1, or zero.
    private let axis: [Float]
    /// Of the rows so far.
    private var sum: [Float]

    /// - Parameter capacity: a multiple of eight.
    /// - Parameter previous: the full block before this one.
    init(capacity: Int, dimensions: Int, after previous: VectorBlock?) {
        self.capacity = capacity
        half = vector_scan_half(dimensions)
        upper = Self.bytes(capacity * half)
        lower = Self.bytes(capacity * half)
        scales = .allocate(capacity: capacity)
        alongs = .allocate(capacity: capacity)
        reaches = .allocate(capacity: capacity)
        owners = .allocate(capacity: capacity)
        let none = [Float](repeating: 0, count: dimensions)
        axis = previous.flatMap { Embedding.normalized($0.sum) } ?? none
        sum = none
    }

    deinit {
        vector_scan_free(upper)
        vector_scan_free(lower)
        scales.deallocate()
        alongs.deallocate()
        reaches.deallocate()
        owners.deallocate()
    }

    private static func bytes(_ count: Int) -> UnsafeMutablePointer<UInt8> {
        guard let memory = vector_scan_allocate(count) else { preconditionFailure("no memory for \(count) bytes") }
        return memory.bindMemory(to: UInt8.self, capacity: count)
    }

    /// Of a row of so many dimensions.
    static func bytesOfRow(dimensions: Int) -> Int {
        2 * vector_scan_half(dimensions) + 3 * MemoryLayout<Float>.size + MemoryLayout<Int>.size
    }

    var bytes: Int { capacity * Self.bytesOfRow(dimensions: axis.count) }

    /// The rows as the scan reads them.
    var rows: vector_scan_rows {
        vector_scan_rows(half: half, upper: upper, lower: lower, scales: scales, alongs: alongs, reaches: reaches)
    }

    /// How long a vector is along the axis of the rows.
    func length(of vector: [Float]) -> Float { Embedding.product(vector, axis) }

    func write(_ vector: QuantizedVector, owner: Int, at row: Int) {
        let place = row % vector_scan_together
        let rest = vector_scan_write(
            vector.codes,
            vector.codes.count,
            vector.scale,
            axis,
            upper + (row - place) * half,
            place,
            lower + row * half
        )
        scales[row] = vector.scale
        alongs[row] = rest.along
        reaches[row] = rest.reach
        owners[row] = owner
        sum.withUnsafeMutableBufferPointer { sum in
            for index in vector.codes.indices { sum[index] += Float(vector.codes[index]) * vector.scale }
        }
    }
}
