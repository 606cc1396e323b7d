import Foundation

/// Estimates how many different values a column has that are too many to be kept (HyperLogLog, an error of some 2 %).
struct DistinctEstimate {
    private static let indexBits: UInt64 = 12
    private var registers = [UInt8](repeating: 0, count: 1 << Self.indexBits)

    mutating func note(_ hash: UInt64) {
        let index = Int(truncatingIfNeeded: hash >> (64 - Self.indexBits))
        let rank = UInt8(
            truncatingIfNeeded: (hash << Self.indexBits | 1 << (Self.indexBits - 1)).leadingZeroBitCount + 1
        )
        if rank > registers[index] { registers[index] = rank }
    }

    var count: Int {
        let size = Double(registers.count)
        let sum = registers.reduce(0.0) { $0 + exp2(-Double($1)) }
        let raw = 0.7213 / (1 + 1.079 / size) * size * size / sum
        let empty = registers.count { $0 == 0 }
        return Int(raw <= 2.5 * size && empty > 0 ? size * log(size / Double(empty)) : raw)
    }
}
