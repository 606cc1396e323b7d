import Foundation

/// What the processes of a sandbox hold at present, read from `/proc`.
struct ResourceUse {
    /// Memory of the processes and of the files in the scratch folders, in bytes.
    var memory = 0
    /// Files and folders in the scratch folders.
    var files = 0

    /// - Parameters:
    ///   - process: The first process of the sandbox; all others descend from it.
    ///   - limit: Where processes that share memory seem to need more, it is counted in the costlier, exact way.
    init(of process: pid_t, scratchFolders: [ConfinedProgram.ScratchFolder], limit: Int) {
        for folder in scratchFolders {
            var use = statvfs()
            guard statvfs("/proc/\(process)/root\(folder.path)", &use) == 0 else { continue }
            // As long as the sandbox is being made, the host's folder is there. Ours has the size that it was given.
            let size = Int(use.f_blocks) * Int(use.f_frsize)
            guard size >= folder.size, size < folder.size + 65_536 else { continue }
            memory += Int(use.f_blocks &- use.f_bfree) * Int(use.f_frsize)
            files += Int(use.f_files &- use.f_ffree)
        }
        let processes = Self.descendants(of: process)
        let resident = processes.reduce(0) { $0 + Self.residentSize($1) }
        memory += memory + resident <= limit ? resident : processes.reduce(0) { $0 + Self.proportionalSize($1) }
    }

    /// The process and all that it and its children started. What loses its parent becomes a child of the first one.
    private static func descendants(of first: pid_t) -> [pid_t] {
        var (found, next) = ([first], 0)
        while next < found.count, found.count < 10_000 {
            for thread in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(found[next])/task")) ?? [] {
                let children = text(of: "/proc/\(found[next])/task/\(thread)/children")
                found += children.split(separator: " ").compactMap { pid_t($0) }
            }
            next += 1
        }
        return found
    }

    private static func residentSize(_ process: pid_t) -> Int {
        let pages = text(of: "/proc/\(process)/statm").split(separator: " ").dropFirst().first.flatMap { Int($0) }
        return (pages ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// With memory that several processes share divided among them.
    private static func proportionalSize(_ process: pid_t) -> Int {
        for line in text(of: "/proc/\(process)/smaps_rollup").split(separator: "\n") where line.hasPrefix("Pss:") {
            return (line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
        }
        return residentSize(process)
    }

    /// Of a file of `/proc`; empty where the process has just ended.
    private static func text(of path: String) -> String {
        let number = open(path, O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { return "" }
        guard case .bytes(let bytes) = Descriptor(owning: number).read(atMost: 16_384) else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }
}
