import Foundation

/// Counts the different values of a column: exactly, with how often each comes, as long as they are few; beyond that by
/// estimate (HyperLogLog, an error of some 2 %).
struct DistinctCount {
    private static let capacity = 1000
    private static let slots = 4096

    private var hashes = [UInt64](repeating: 0, count: Self.slots)
    private var entries = [Int32](repeating: -1, count: Self.slots)
    private var counts: [Int] = []
    private var texts: [String] = []
    private var registers: [UInt8] = []

    var isExact: Bool { registers.isEmpty }

    /// How many different values there are.
    var count: Int { isExact ? counts.count : estimate }

    /// The most frequent values, with how often they come; empty when there are too many to tell. Equal ones are in the
    /// order in which they came.
    func mostFrequent(_ limit: Int) -> [(text: String, count: Int)] {
        guard isExact else { return [] }
        let order = counts.indices.sorted { (counts[$1], $0) < (counts[$0], $1) }
        return order.prefix(limit).map { (texts[$0], counts[$0]) }
    }

    /// - Parameter text: The value as it is shown; read only when it is new.
    mutating func note(_ hash: UInt64, _ text: @autoclosure () -> String) {
        if !registers.isEmpty { return register(hash) }
        var slot = Int(truncatingIfNeeded: hash >> 40) & (Self.slots - 1)
        while entries[slot] >= 0 {
            if hashes[slot] == hash {
                counts[Int(entries[slot])] &+= 1
                return
            }
            slot = (slot + 1) & (Self.slots - 1)
        }
        if counts.count == Self.capacity { return beginEstimating(with: hash) }
        hashes[slot] = hash
        entries[slot] = Int32(counts.count)
        counts.append(1)
        texts.append(text())
    }

    private mutating func beginEstimating(with hash: UInt64) {
        registers = [UInt8](repeating: 0, count: 1 << Self.indexBits)
        for slot in entries.indices where entries[slot] >= 0 { register(hashes[slot]) }
        register(hash)
        (hashes, entries, counts, texts) = ([], [], [], [])
    }

    private static let indexBits: UInt64 = 12

    private mutating func register(_ hash: UInt64) {
        let index = Int(truncatingIfNeeded: hash >> (64 - Self.indexBits))
        let rank = UInt8(
            truncatingIfNeeded: (hash << Self.indexBits | 1 << (Self.indexBits - 1)).leadingZeroBitCount + 1
        )
        if rank > registers[index] { registers[index] = rank }
    }

    private var estimate: Int {
        let size = Double(registers.count)
        let sum = registers.reduce(0.0) { $0 + exp2(-Double($1)) }
        let raw = 0.7213 / (1 + 1.079 / size) * size * size / sum
        let empty = registers.count { $0 == 0 }
        return Int(raw <= 2.5 * size && empty > 0 ? size * log(size / Double(empty)) : raw)
    }
}

/// A hash that is the same in every process, for counting only.
enum ValueHash {
    static func of(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var hash = UInt64(truncatingIfNeeded: bytes.count) &* 0x9E37_79B9_7F4A_7C15 ^ 0xD6E8_FEB8_6659_FD93
        var index = 0
        while index &+ 8 <= bytes.count {
            hash = mix(hash ^ bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            index &+= 8
        }
        var rest: UInt64 = 0
        while index < bytes.count {
            rest = rest << 8 | UInt64(bytes[index])
            index &+= 1
        }
        return mix(hash ^ rest)
    }

    static func of(_ number: UInt64) -> UInt64 { mix(number ^ 0xA076_1D64_78BD_642F) }

    private static func mix(_ value: UInt64) -> UInt64 {
        let (high, low) = value.multipliedFullWidth(by: 0xBF58_476D_1CE4_E5B9)
        let folded = high ^ low
        return (folded ^ folded >> 29) &* 0x94D0_49BB_1331_11EB
    }
}
