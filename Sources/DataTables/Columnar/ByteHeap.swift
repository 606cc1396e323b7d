import Foundation

/// Bytes that are gathered one after the other, in memory that grows and is used again.
final class ByteHeap {
    private(set) var start: UnsafeMutableRawPointer
    private(set) var count = 0
    private var capacity: Int

    init(capacity: Int = 1024) {
        self.capacity = capacity
        start = .allocate(byteCount: capacity, alignment: 8)
    }

    deinit { start.deallocate() }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }

    /// Returns where the bytes are from now on, counted from the beginning.
    func append(_ more: UnsafeRawBufferPointer) -> Int {
        let offset = count
        guard let source = more.baseAddress, !more.isEmpty else { return offset }
        if count + more.count > capacity { grow(to: count + more.count) }
        (start + count).copyMemory(from: source, byteCount: more.count)
        count += more.count
        return offset
    }

    func removeAll() { count = 0 }

    private func grow(to size: Int) {
        capacity = max(size, 2 * capacity)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 8)
        larger.copyMemory(from: start, byteCount: count)
        start.deallocate()
        start = larger
    }
}
