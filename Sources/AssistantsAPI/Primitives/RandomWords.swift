import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Random numbers of the system, fetched many at a time: `SystemRandomNumberGenerator` makes a system call for each, and
/// a chat needs fourteen for its ids.
package enum RandomWords {
    private static let pool = Mutex(Pool())

    /// Two words of 64 random bits.
    package static func pair() -> (UInt64, UInt64) {
        pool.withLock { ($0.next(), $0.next()) }
    }

    private struct Pool {
        private var words = [UInt64](repeating: 0, count: 32)
        private var nextIndex = 32

        mutating func next() -> UInt64 {
            if nextIndex == words.count { refill() }
            defer { nextIndex += 1 }
            return words[nextIndex]
        }

        private mutating func refill() {
            nextIndex = 0
            // 256 bytes are the most that one call gives.
            let isFilled = words.withUnsafeMutableBytes { getentropy($0.baseAddress, $0.count) == 0 }
            guard !isFilled else { return }
            var generator = SystemRandomNumberGenerator()
            for index in words.indices { words[index] = generator.next() }
        }
    }
}
