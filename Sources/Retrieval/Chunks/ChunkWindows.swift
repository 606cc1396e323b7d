/// The parts of a chunk that get a vector each.
///
/// A model of embeddings makes one vector of what it reads: of a long text an average of all that it is about, and many
/// models read no more than its beginning. A chunk is as near to a question as the nearest of its windows.
package enum ChunkWindows {
    /// Measured: whole chunks of 800 tokens are found clearly worse, windows of half this size hardly better.
    private static let maximumCost = 180 * 100

    /// - Returns: the parts in their order, without the spaces between them; the text itself when it is short.
    package static func of(_ text: String) -> [String] {
        var text = text
        return text.withUTF8 { bytes in
            var windows: [String] = []
            var (start, end, cost) = (0, 0, 0)
            func close() {
                let window = trimmed(UnsafeBufferPointer(rebasing: bytes[start..<end]))
                if !window.isEmpty { windows.append(String(decoding: window, as: UTF8.self)) }
                (start, cost) = (end, 0)
            }
            while end < bytes.count {
                let unit = TextUnit.next(in: bytes, from: end, limit: maximumCost)
                if cost + unit.cost > maximumCost { close() }
                end = unit.end
                cost += unit.cost
                // A heading goes with what stands under it.
                if unit.border == .section, cost >= maximumCost / 2 { close() }
            }
            close()
            return windows
        }
    }

    private static func trimmed(_ bytes: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || 0x09...0x0D ~= byte }
        guard let first = bytes.firstIndex(where: { !isSpace($0) }), let last = bytes.lastIndex(where: { !isSpace($0) })
        else { return UnsafeBufferPointer(rebasing: bytes[..<0]) }
        return UnsafeBufferPointer(rebasing: bytes[first...last])
    }
}
