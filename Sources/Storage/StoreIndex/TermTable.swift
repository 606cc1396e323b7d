/// Counts terms: a hash table whose keys lie one after the other in a single array.
struct TermTable {
    private struct Entry {
        var start: Int32
        var length: Int32
        var hash: UInt32
        var count: Int32
    }

    private var bytes: [UInt8] = []
    private var entries: [Entry] = []
    /// Indices of entries, -1 where there is none. Twice as many as entries at least, a power of two.
    private var slots: [Int32]

    init() {
        slots = [Int32](repeating: -1, count: 2048)
        bytes.reserveCapacity(8192)
        entries.reserveCapacity(1024)
    }

    mutating func add(_ term: UnsafeBufferPointer<UInt8>) {
        guard !term.isEmpty else { return }
        let hash = Self.hash(term)
        var slot = Int(hash) & (slots.count - 1)
        while slots[slot] >= 0 {
            let index = Int(slots[slot])
            if entries[index].hash == hash, isEqual(entries[index], term) {
                entries[index].count += 1
                return
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        slots[slot] = Int32(entries.count)
        entries.append(Entry(start: Int32(bytes.count), length: Int32(term.count), hash: hash, count: 1))
        bytes.append(contentsOf: term)
        if entries.count * 2 > slots.count { grow() }
    }

    /// Adds a term of some characters.
    mutating func add(_ scalars: ArraySlice<UInt32>) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: scalars.count * 4) { buffer in
            var count = 0
            for scalar in scalars { count += Self.encode(scalar, buffer, at: count) }
            add(UnsafeBufferPointer(rebasing: buffer[..<count]))
        }
    }

    func forEach(_ body: (UnsafeBufferPointer<UInt8>, Int) -> Void) {
        bytes.withUnsafeBufferPointer { bytes in
            for entry in entries {
                let range = Int(entry.start)..<Int(entry.start + entry.length)
                body(UnsafeBufferPointer(rebasing: bytes[range]), Int(entry.count))
            }
        }
    }

    private func isEqual(_ entry: Entry, _ term: UnsafeBufferPointer<UInt8>) -> Bool {
        guard Int(entry.length) == term.count else { return false }
        let start = Int(entry.start)
        for index in 0..<term.count where bytes[start + index] != term[index] { return false }
        return true
    }

    private mutating func grow() {
        slots = [Int32](repeating: -1, count: slots.count * 2)
        for (index, entry) in entries.enumerated() {
            var slot = Int(entry.hash) & (slots.count - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(index)
        }
    }

    /// FNV-1a, folded.
    private static func hash(_ term: UnsafeBufferPointer<UInt8>) -> UInt32 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in term { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return UInt32(truncatingIfNeeded: hash ^ hash >> 32)
    }

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
            buffer[index] = UInt8(0xE0 | scalar >> 12)
            buffer[index + 1] = UInt8(0x80 | scalar >> 6 & 0x3F)
            buffer[index + 2] = UInt8(0x80 | scalar & 0x3F)
            return 3
        default:
            buffer[index] = UInt8(0xF0 | scalar >> 18)
            buffer[index + 1] = UInt8(0x80 | scalar >> 12 & 0x3F)
            buffer[index + 2] = UInt8(0x80 | scalar >> 6 & 0x3F)
            buffer[index + 3] = UInt8(0x80 | scalar & 0x3F)
            return 4
        }
    }
}
