import AssistantsAPI
import Foundation

/// Reads a text chunk that differs from an earlier one in nothing but its text.
///
/// Most servers send the same 200 bytes around each word. A chunk that begins and ends as one that was parsed, with one
/// JSON string between, has its structure and need not be parsed again. Servers that change something each time (a
/// number, padding) are parsed as ever, and after a few attempts no longer compared.
struct RepeatedChunk: Sendable {
    /// From the start of the chunk up to its text's opening quote, and from after the closing one to the end.
    private var before: [UInt8] = []
    private var after: [UInt8] = []
    private var failures = 0

    private static let maximumFailures = 4
    private static let maximumSize = 4096

    /// The text of a chunk that is as the remembered one; nil when it has to be parsed.
    mutating func text(of chunk: UnsafeRawBufferPointer) -> String? {
        guard !before.isEmpty, chunk.count >= before.count + 2 + after.count else { return nil }
        guard chunk.starts(with: before, at: 0), chunk.starts(with: after, at: chunk.count - after.count) else {
            failures += 1
            if failures >= Self.maximumFailures { before = [] }
            return nil
        }
        let inner = UnsafeRawBufferPointer(rebasing: chunk[before.count..<(chunk.count - after.count)])
        var cursor = JSONCursor(inner)
        // The string must end where the known end begins: then no quote in it is taken for its end, nor the reverse.
        guard inner.first == UInt8(ascii: "\""), let text = try? cursor.string(), cursor.offset == inner.count else {
            return nil
        }
        failures = 0
        return text
    }

    /// Remembers a chunk that says nothing but the text at `range`, quotes included.
    mutating func remember(_ chunk: UnsafeRawBufferPointer, textAt range: Range<Int>) {
        guard failures < Self.maximumFailures, chunk.count <= Self.maximumSize else { return }
        before = Array(chunk[..<range.lowerBound])
        after = Array(chunk[range.upperBound...])
    }
}

extension UnsafeRawBufferPointer {
    fileprivate func starts(with bytes: [UInt8], at offset: Int) -> Bool {
        guard let base = baseAddress else { return bytes.isEmpty }
        return bytes.withUnsafeBytes { other in
            guard let start = other.baseAddress else { return true }
            return memcmp(base + offset, start, other.count) == 0
        }
    }
}
