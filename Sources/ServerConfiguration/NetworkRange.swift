#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// An IP address, or all addresses with the same first bits (`10.0.0.0/8`).
///
/// IPv4 is held in its IPv6 form (`::ffff:a.b.c.d`), so that a client is found whichever way its address is written.
package struct NetworkRange: Sendable, Hashable {
    private let address: [UInt8]
    private let prefixLength: Int

    /// Nil when the text is no address with an optional `/length`.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let (bytes, isIPv4) = Self.bytes(of: String(first)) else { return nil }
        var length = 128
        if parts.count == 2 {
            guard parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let given = Int(parts[1]),
                given <= (isIPv4 ? 32 : 128)
            else { return nil }
            length = isIPv4 ? given + 96 : given
        }
        prefixLength = length
        address = Self.masked(bytes, length)
    }

    /// Whether the address, IPv4 or IPv6 without a port, lies within this range. False for what is no address.
    package func contains(_ text: String) -> Bool {
        guard let (bytes, _) = Self.bytes(of: text) else { return false }
        return Self.masked(bytes, prefixLength) == address
    }

    package var isSingleAddress: Bool { prefixLength == 128 }

    /// Whether only this machine can reach the address: 127.0.0.0/8 and ::1.
    package var isLoopback: Bool {
        guard isSingleAddress else { return false }
        return address == [UInt8](repeating: 0, count: 15) + [1]
            || (address.starts(with: Self.ipv4Prefix) && address[12] == 127)
    }

    private static let ipv4Prefix = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]

    private static func bytes(of text: String) -> (bytes: [UInt8], isIPv4: Bool)? {
        var ipv4 = in_addr()
        if inet_pton(AF_INET, text, &ipv4) == 1 {
            return (ipv4Prefix + withUnsafeBytes(of: &ipv4) { Array($0) }, true)
        }
        var ipv6 = in6_addr()
        guard inet_pton(AF_INET6, text, &ipv6) == 1 else { return nil }
        return (withUnsafeBytes(of: &ipv6) { Array($0) }, false)
    }

    private static func masked(_ bytes: [UInt8], _ length: Int) -> [UInt8] {
        bytes.enumerated().map { index, byte in
            let kept = min(8, max(0, length - index * 8))
            return byte & ~UInt8(truncatingIfNeeded: 0xFF >> kept)
        }
    }
}
