import Foundation
import Synchronization

/// The server's own part of the kernel's control groups (version 2), where it was given one to divide, as by
/// `Delegate=yes` of systemd: each confined program gets a group, in which the kernel itself counts all memory and all
/// processes. Where there is none, the sandbox's thread watches alone.
package final class ControlGroups: Sendable {
    private let folder: String
    private let number = Mutex(0)

    /// Those of this process, found out once.
    package static let own: ControlGroups? = ControlGroups(
        mount: "/sys/fs/cgroup",
        membership: (try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8)) ?? "",
        isDelegated: isDelegated
    )

    /// Takes the server's group in hand: the server itself moves into a group below, as processes are only in groups that
    /// have none below them.
    ///
    /// - Parameters:
    ///   - mount: Where the groups are.
    ///   - membership: What `/proc/self/cgroup` says.
    ///   - isDelegated: Whether a group may be divided.
    package init?(mount: String, membership: String, isDelegated: (String) -> Bool) {
        guard let line = membership.split(separator: "\n").first(where: { $0.hasPrefix("0::/") }) else { return nil }
        let folder = mount + (line.dropFirst(3) == "/" ? "" : String(line.dropFirst(3)))
        let controllers = Self.text(of: "\(folder)/cgroup.controllers").split(whereSeparator: \.isWhitespace)
        guard controllers.contains("memory"), controllers.contains("pids"), isDelegated(folder) else { return nil }
        let leaf = "\(folder)/server"
        guard mkdir(leaf, 0o755) == 0 || errno == EEXIST else { return nil }
        guard Self.write("\(getpid())", to: "\(leaf)/cgroup.procs"),
            Self.write("+memory +pids", to: "\(folder)/cgroup.subtree_control")
        else {
            // Others are in the group, too.
            _ = Self.write("\(getpid())", to: "\(folder)/cgroup.procs")
            rmdir(leaf)
            return nil
        }
        self.folder = folder
    }

    /// Whether somebody said that the group is ours to divide. Root could write to any.
    private static func isDelegated(_ folder: String) -> Bool {
        guard access("\(folder)/cgroup.subtree_control", W_OK) == 0 else { return false }
        guard geteuid() == 0 else { return true }
        #if os(Linux)
            return ["trusted.delegate", "user.delegate"].contains { name in
                var value: UInt8 = 0
                return getExtendedAttribute?(folder, name, &value, 1) == 1 && value == UInt8(ascii: "1")
            }
        #else
            return false
        #endif
    }

    #if os(Linux)
        private typealias GetExtendedAttribute =
            @convention(c) (UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafeMutableRawPointer, Int) -> Int

        /// `getxattr`, which Swift's view of the C library lacks.
        private static let getExtendedAttribute: GetExtendedAttribute? = dlsym(nil, "getxattr").map {
            unsafeBitCast($0, to: GetExtendedAttribute.self)
        }
    #endif

    /// A new group with these limits; nil where it cannot be made.
    package func make(memory: Int, processes: Int) -> ControlGroup? {
        let next = number.withLock { number in
            number += 1
            return number
        }
        let path = "\(folder)/sandbox-\(next)"
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else { return nil }
        let group = ControlGroup(path: path)
        // Not every kernel has the others.
        _ = Self.write("0", to: "\(path)/memory.swap.max")
        _ = Self.write("1", to: "\(path)/memory.oom.group")
        guard Self.write("\(memory)", to: "\(path)/memory.max"), Self.write("\(processes)", to: "\(path)/pids.max")
        else { return nil }
        return group
    }

    private static func text(of path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }

    /// Files of control groups take a text by one call.
    fileprivate static func write(_ text: String, to path: String) -> Bool {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        return Foundation.write(descriptor, bytes, bytes.count) == bytes.count
    }
}

/// The group of one confined program. With the last reference to it the group is removed.
package final class ControlGroup: Sendable {
    let path: String

    fileprivate init(path: String) { self.path = path }

    deinit { rmdir(path) }

    /// Has a command begin in the group.
    package func entered(by command: [String]) -> [String] {
        // The group's path is an argument, and no part of the script.
        ["/bin/sh", "-c", #"echo 0 >"$0/cgroup.procs" && exec "$@""#, path] + command
    }

    /// Ends all processes in the group.
    func kill() { _ = ControlGroups.write("1", to: "\(path)/cgroup.kill") }
}
