import CVectorScan

/// Room for some rows of a matrix, which stays where it is.
///
/// Unchecked: rows are written once, by whoever appends to the matrix, and only then told to those who read.
final class VectorBlock: @unchecked Sendable {
    let capacity: Int
    let stride: Int
    /// Plus 128, as the scan wants them.
    let codes: UnsafeMutablePointer<UInt8>
    let scales: UnsafeMutablePointer<Float>
    let owners: UnsafeMutablePointer<Int>

    init(capacity: Int, stride: Int) {
        self.capacity = capacity
        self.stride = stride
        guard let memory = vector_scan_allocate(capacity * stride) else {
            preconditionFailure("no memory for \(capacity) vectors of \(stride) bytes")
        }
        codes = memory.bindMemory(to: UInt8.self, capacity: capacity * stride)
        scales = .allocate(capacity: capacity)
        owners = .allocate(capacity: capacity)
    }

    deinit {
        vector_scan_free(codes)
        scales.deallocate()
        owners.deallocate()
    }

    var bytes: Int { capacity * (stride + MemoryLayout<Float>.size + MemoryLayout<Int>.size) }

    func write(_ vector: QuantizedVector, owner: Int, at row: Int) {
        let start = codes + row * stride
        for (index, code) in vector.codes.prefix(stride).enumerated() {
            start[index] = UInt8(bitPattern: code) ^ 0x80
        }
        scales[row] = vector.scale
        owners[row] = owner
    }
}
