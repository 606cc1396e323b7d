/// A hash that is the same in every process unless a seed is given.
enum ValueHash {
    static func of(_ bytes: UnsafeRawBufferPointer, seed: UInt64 = 0) -> UInt64 {
        var hash = UInt64(truncatingIfNeeded: bytes.count) &* 0x9E37_79B9_7F4A_7C15 ^ 0xD6E8_FEB8_6659_FD93 ^ seed
        guard let start = bytes.baseAddress else { return mix(hash) }
        let count = bytes.count
        var index = 0
        while index &+ 8 <= count {
            hash = mix(hash ^ start.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            index &+= 8
        }
        if index == count { return hash }
        // The last bytes, some of them for the second time.
        if count >= 8 { return mix(hash ^ start.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)) }
        if count >= 4 {
            let first = UInt64(start.loadUnaligned(as: UInt32.self))
            let last = UInt64(start.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self))
            return mix(hash ^ (first << 32 | last))
        }
        let (first, middle) = (start.load(as: UInt8.self), start.load(fromByteOffset: count / 2, as: UInt8.self))
        let last = start.load(fromByteOffset: count &- 1, as: UInt8.self)
        return mix(hash ^ (UInt64(first) << 16 | UInt64(middle) << 8 | UInt64(last)))
    }

    static func of(_ number: UInt64) -> UInt64 { mix(number ^ 0xA076_1D64_78BD_642F) }

    private static func mix(_ value: UInt64) -> UInt64 {
        let (high, low) = value.multipliedFullWidth(by: 0xBF58_476D_1CE4_E5B9)
        let folded = high ^ low
        return (folded ^ folded >> 29) &* 0x94D0_49BB_1331_11EB
    }
}
