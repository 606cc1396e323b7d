import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// The server's own machine code in memory.
enum ProgramText {
    /// Lets go of what only the start has needed: most of the code that is in memory then. The system maps what is used
    /// again from its cache of files, a few hundred short faults for the first requests. Does nothing but on Linux.
    static func releaseUnused() {
        #if os(Linux)
            guard
                let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"),
                let maps = try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8)
            else { return }
            for line in maps.split(separator: "\n") where line.hasSuffix(program) {
                let fields = line.split(separator: " ", maxSplits: 2)
                // Machine code alone: it is never written to, so that nothing is lost.
                guard fields.count == 3, fields[1] == "r-xp" else { continue }
                let bounds = fields[0].split(separator: "-").compactMap { UInt(String($0), radix: 16) }
                guard bounds.count == 2, let start = UnsafeMutableRawPointer(bitPattern: bounds[0]) else { continue }
                madvise(start, Int(bounds[1] - bounds[0]), MADV_DONTNEED)
            }
        #endif
    }
}
