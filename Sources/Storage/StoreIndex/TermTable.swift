/// Counts the terms of one chunk after the other: a hash table whose keys lie in a single array.
///
/// Plain memory, as all text that is indexed goes through it, twice where chunks overlap.
final class TermTable {
    private struct Entry {
        var start: Int32
        var length: Int32
        var hash: UInt32
        var count: Int32
    }

    private var bytes: UnsafeMutablePointer<UInt8>
    private var byteCapacity = 1 << 14
    private var byteCount = 0
    private var entries: UnsafeMutablePointer<Entry>
    /// Half as many as slots at most.
    private var entryCount = 0
    /// Indices of entries, -1 where there is none. Their number is a power of two.
    private var slots: UnsafeMutablePointer<Int32>
    private var slotCount = 1 << 12

    init() {
        bytes = .allocate(capacity: byteCapacity)
        entries = .allocate(capacity: slotCount / 2 + 1)
        slots = .allocate(capacity: slotCount)
        slots.initialize(repeating: -1, count: slotCount)
    }

    deinit {
        bytes.deallocate()
        entries.deallocate()
        slots.deallocate()
    }

    func removeAll() {
        slots.update(repeating: -1, count: slotCount)
        entryCount = 0
        byteCount = 0
    }

    func add(_ term: UnsafeBufferPointer<UInt8>) {
        guard let start = term.baseAddress, !term.isEmpty else { return }
        let hash = Self.hash(term)
        var slot = Int(hash) & (slotCount - 1)
        while slots[slot] >= 0 {
            let entry = entries + Int(slots[slot])
            if entry.pointee.hash == hash, Int(entry.pointee.length) == term.count,
                isEqual(bytes + Int(entry.pointee.start), start, term.count)
            {
                entry.pointee.count += 1
                return
            }
            slot = (slot + 1) & (slotCount - 1)
        }
        if byteCount + term.count > byteCapacity { growBytes(by: term.count) }
        (bytes + byteCount).update(from: start, count: term.count)
        entries[entryCount] = Entry(start: Int32(byteCount), length: Int32(term.count), hash: hash, count: 1)
        slots[slot] = Int32(entryCount)
        byteCount += term.count
        entryCount += 1
        if entryCount * 2 > slotCount { growSlots() }
    }

    /// Adds a term of some characters.
    func add(_ scalars: ArraySlice<UInt32>) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: scalars.count * 4) { buffer in
            var count = 0
            for scalar in scalars { count += Self.encode(scalar, buffer, at: count) }
            add(UnsafeBufferPointer(rebasing: buffer[..<count]))
        }
    }

    /// Adds a term of two characters.
    func add(_ first: UInt32, _ second: UInt32) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 8) { buffer in
            var count = Self.encode(first, buffer, at: 0)
            count += Self.encode(second, buffer, at: count)
            add(UnsafeBufferPointer(rebasing: buffer[..<count]))
        }
    }

    /// Calls `body` with each term and how often it was added.
    func visit(_ body: (UnsafeBufferPointer<UInt8>, Int) -> Void) {
        for index in 0..<entryCount {
            let entry = entries[index]
            body(UnsafeBufferPointer(start: bytes + Int(entry.start), count: Int(entry.length)), Int(entry.count))
        }
    }

    @inline(__always)
    private func isEqual(_ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        for index in 0..<count where left[index] != right[index] { return false }
        return true
    }

    private func growBytes(by needed: Int) {
        byteCapacity = max(byteCapacity * 2, byteCount + needed)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: byteCapacity)
        larger.update(from: bytes, count: byteCount)
        bytes.deallocate()
        bytes = larger
    }

    private func growSlots() {
        slotCount *= 2
        let larger = UnsafeMutablePointer<Entry>.allocate(capacity: slotCount / 2 + 1)
        larger.update(from: entries, count: entryCount)
        entries.deallocate()
        entries = larger
        slots.deallocate()
        slots = .allocate(capacity: slotCount)
        slots.initialize(repeating: -1, count: slotCount)
        for index in 0..<entryCount {
            var slot = Int(entries[index].hash) & (slotCount - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (slotCount - 1) }
            slots[slot] = Int32(index)
        }
    }

    /// Eight bytes at a time, as words are short and a multiplication for each byte would be most of the work.
    @inline(__always)
    private static func hash(_ term: UnsafeBufferPointer<UInt8>) -> UInt32 {
        let factor: UInt64 = 0x9E37_79B9_7F4A_7C15
        var hash = UInt64(truncatingIfNeeded: term.count)
        var index = 0
        while index < term.count {
            var word: UInt64 = 0
            let end = min(index + 8, term.count)
            while index < end {
                word = word << 8 | UInt64(term[index])
                index += 1
            }
            hash = (hash ^ word) &* factor
            hash ^= hash >> 32
        }
        return UInt32(truncatingIfNeeded: hash)
    }

    @inline(__always)
    private static func encode(_ scalar: UInt32, _ buffer: UnsafeMutableBufferPointer<UInt8>, at index: Int) -> Int {
        switch scalar {
        case 0..<0x80:
            buffer[index] = UInt8(scalar)
            return 1
        case 0x80..<0x800:
            buffer[index] = UInt8(0xC0 | scalar >> 6)
            buffer[index + 1] = UInt8(0x80 | scalar & 0x3F)
            return 2
        case 0x800..<0x10000:
            buffer[index] = UInt8(truncatingIfNeeded: 0xE0 | scalar >> 12)
            buffer[index + 1] = UInt8(truncatingIfNeeded: 0x80 | scalar >> 6 & 0x3F)
            buffer[index + 2] = UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F)
            return 3
        default:
            buffer[index] = UInt8(truncatingIfNeeded: 0xF0 | scalar >> 18)
            buffer[index + 1] = UInt8(truncatingIfNeeded: 0x80 | scalar >> 12 & 0x3F)
            buffer[index + 2] = UInt8(truncatingIfNeeded: 0x80 | scalar >> 6 & 0x3F)
            buffer[index + 3] = UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F)
            return 4
        }
    }
}
