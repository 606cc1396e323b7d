import Crypto

/// The SHA-256 of something: what is stored of a key, and what a repeated request is recognised by.
package struct Digest: Sendable, Hashable {
    /// Not a SIMD4: a task's memory is aligned to 16 bytes, and values that ask for 32 break async functions.
    private struct Words {
        var first: UInt64 = 0
        var second: UInt64 = 0
        var third: UInt64 = 0
        var fourth: UInt64 = 0
    }

    private let words: Words

    /// The digest of the text's UTF-8, as `sha256sum` gives it.
    package init(of text: String) {
        var text = text
        self.init(text.withUTF8 { SHA256.hash(data: $0) })
    }

    /// Reads what `hexadecimal` gives, and nothing else.
    package init?(hexadecimal text: String) {
        guard text.utf8.count == 64 else { return nil }
        var words = Words()
        var isLegal = true
        withUnsafeMutableBytes(of: &words) { bytes in
            for (index, character) in text.utf8.enumerated() {
                guard let digit = Self.digit(character) else {
                    isLegal = false
                    return
                }
                bytes[index / 2] = bytes[index / 2] << 4 | digit
            }
        }
        guard isLegal else { return nil }
        self.words = words
    }

    private static func digit(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        default: nil
        }
    }

    fileprivate init(_ digest: SHA256.Digest) {
        words = digest.withUnsafeBytes { $0.loadUnaligned(as: Words.self) }
    }

    /// Takes the same time wherever two digests differ.
    package static func == (left: Digest, right: Digest) -> Bool {
        let (left, right) = (left.words, right.words)
        return (left.first ^ right.first) | (left.second ^ right.second) | (left.third ^ right.third)
            | (left.fourth ^ right.fourth) == 0
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(words.first) }

    /// 64 hexadecimal digits.
    package var hexadecimal: String {
        withUnsafeBytes(of: words) { bytes in
            let digits: StaticString = "0123456789abcdef"
            return String(unsafeUninitializedCapacity: 2 * bytes.count) { buffer in
                for (index, byte) in bytes.enumerated() {
                    buffer[2 * index] = digits.utf8Start[Int(byte >> 4)]
                    buffer[2 * index + 1] = digits.utf8Start[Int(byte & 15)]
                }
                return 2 * bytes.count
            }
        }
    }

    /// Digests several parts, each told from the next: `ab`, `c` is not `a`, `bc`.
    package struct Parts {
        private var hash = SHA256()

        package init() {}

        package mutating func add(_ bytes: UnsafeRawBufferPointer) {
            withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { hash.update(bufferPointer: $0) }
            hash.update(bufferPointer: bytes)
        }

        package mutating func add(_ text: String) {
            var text = text
            text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
        }

        package func digest() -> Digest { Digest(hash.finalize()) }
    }

    /// Digests bytes that come bit by bit, as if they were one: what `sha256sum` gives of a file.
    package struct Running {
        private var hash = SHA256()

        package init() {}

        package mutating func add(_ bytes: UnsafeRawBufferPointer) { hash.update(bufferPointer: bytes) }

        package func digest() -> Digest { Digest(hash.finalize()) }
    }
}
