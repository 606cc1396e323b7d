/// Where the next byte is written, in memory that was made sure of. Nothing is checked here: who makes a place sees to its room.
struct BytePlace {
    private(set) var next: UnsafeMutablePointer<UInt8>

    init(_ start: UnsafeMutablePointer<UInt8>) { next = start }

    @inline(__always)
    mutating func put(_ byte: UInt8) {
        next.initialize(to: byte)
        next += 1
    }

    @inline(__always)
    mutating func put(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let start = bytes.baseAddress else { return }
        next.initialize(from: start, count: bytes.count)
        next += bytes.count
    }

    /// Takes 20 bytes at most.
    @inline(__always)
    mutating func put(decimal value: Int) {
        guard value < 0 || value > 9 else { return put(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value)) }
        if value < 0 { put(UInt8(ascii: "-")) }
        var (rest, count) = (value.magnitude, 0)
        while rest > 0 {
            rest /= 10
            count += 1
        }
        rest = value.magnitude
        for index in stride(from: count - 1, through: 0, by: -1) {
            next[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        next += count
    }

    /// Puts text as far as JSON has nothing to escape in it. Returns how many bytes that were.
    ///
    /// Most text has nothing to escape: sixteen bytes are looked at together, or eight.
    mutating func putClean(_ utf8: UnsafeBufferPointer<UInt8>) -> Int {
        guard let start = utf8.baseAddress else { return 0 }
        let (text, target) = (UnsafeRawPointer(start), UnsafeMutableRawPointer(next))
        var index = 0
        while index + 16 <= utf8.count {
            let first = text.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let second = text.loadUnaligned(fromByteOffset: index + 8, as: UInt64.self)
            guard Self.marksOfEscapes(in: first) | Self.marksOfEscapes(in: second) == 0 else { break }
            target.storeBytes(of: first, toByteOffset: index, as: UInt64.self)
            target.storeBytes(of: second, toByteOffset: index + 8, as: UInt64.self)
            index += 16
        }
        while index + 8 <= utf8.count {
            let eight = text.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            guard Self.marksOfEscapes(in: eight) == 0 else { break }
            target.storeBytes(of: eight, toByteOffset: index, as: UInt64.self)
            index += 8
        }
        while index < utf8.count, !Self.isEscaped(start[index]) {
            next[index] = start[index]
            index += 1
        }
        next += index
        return index
    }

    static func isEscaped(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    /// Is not zero when one of the bytes is a control character, a quote or a backslash.
    private static func marksOfEscapes(in eight: UInt64) -> UInt64 {
        let (ones, highs): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
        func hasZero(_ value: UInt64) -> UInt64 { (value &- ones) & ~value & highs }
        let controls = (eight &- ones &* 0x20) & ~eight & highs
        return controls | hasZero(eight ^ (ones &* 0x22)) | hasZero(eight ^ (ones &* 0x5C))
    }
}
