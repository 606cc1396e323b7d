import CodeSandbox
import Foundation
import Testing

@Suite struct ControlGroupTests {
    /// A folder with the files that the kernel would have in a group.
    private func folder(controllers: String) throws -> String {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("groups-\(UUID())").path
        for group in ["server", "sandbox-1"] {
            try FileManager.default.createDirectory(
                atPath: "\(folder)/unit/\(group)",
                withIntermediateDirectories: true
            )
            for name in ["cgroup.procs", "memory.max", "memory.swap.max", "memory.oom.group", "pids.max"] {
                try Data().write(to: URL(fileURLWithPath: "\(folder)/unit/\(group)/\(name)"))
            }
        }
        try Data(controllers.utf8).write(to: URL(fileURLWithPath: "\(folder)/unit/cgroup.controllers"))
        for name in ["cgroup.procs", "cgroup.subtree_control"] {
            try Data().write(to: URL(fileURLWithPath: "\(folder)/unit/\(name)"))
        }
        return folder
    }

    private func text(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }

    @Test("The server moves below its group, and programs get groups with their limits")
    func limits() throws {
        let folder = try folder(controllers: "cpu memory pids\n")
        defer { try? FileManager.default.removeItem(atPath: folder) }

        let groups = try #require(ControlGroups(mount: folder, membership: "0::/unit\n") { _ in true })
        let group = try #require(groups.make(memory: 1000, processes: 7))
        let command = group.entered(by: ["/usr/bin/true", "x"])

        #expect(text("\(folder)/unit/server/cgroup.procs") == "\(getpid())")
        #expect(text("\(folder)/unit/cgroup.subtree_control") == "+memory +pids")
        #expect(text("\(folder)/unit/sandbox-1/memory.max") == "1000")
        #expect(text("\(folder)/unit/sandbox-1/pids.max") == "7")
        #expect(command.first == "/bin/sh" && command.suffix(2) == ["/usr/bin/true", "x"])
    }

    @Test("A group that is not ours, or that cannot count memory, is left alone", arguments: [true, false])
    func refusals(_ isDelegated: Bool) throws {
        let folder = try folder(controllers: isDelegated ? "hugetlb\n" : "memory pids\n")
        defer { try? FileManager.default.removeItem(atPath: folder) }

        #expect(ControlGroups(mount: folder, membership: "0::/unit\n") { _ in isDelegated } == nil)
        #expect(ControlGroups(mount: folder, membership: "3:memory:/unit\n") { _ in true } == nil)
        #expect(text("\(folder)/unit/cgroup.procs") == "")
    }

    @Test("Where this process has a group to divide, the kernel ends what takes too much memory")
    func live() async throws {
        guard ControlGroups.own != nil else {
            return print("SKIPPED: control groups, as this process has none to divide (run it with Delegate=yes)")
        }
        let (_, end) = try await Confined().run("held = []\nwhile True: held.append(b'x' * (4 << 20))")

        #expect(end.reason != .exited(0))
    }
}
