import CodeSandbox
import Testing

@Suite struct BubblewrapCommandTests {
    private func words(_ identity: SandboxIdentity) throws -> (command: [String], arguments: [String]) {
        var confined = Confined()
        confined.input = "/data/files/secret-name"
        let command = BubblewrapCommand(
            program: confined.program(""),
            tools: try BubblewrapCommand.Tools(),
            identity: identity
        )
        let arguments = String(decoding: command.arguments, as: UTF8.self).split(separator: "\0").map(String.init)
        return (command.command, arguments)
    }

    @Test("Paths of the host are in no command line, where the sandbox could read them")
    func commandLine() throws {
        for identity in [SandboxIdentity.server, .own(user: 64_321)] {
            let command = try words(identity).command.joined(separator: " ")

            #expect(!command.contains("/data"))
        }
    }

    @Test("A server's own user gets its file by a path that cannot be written; another user gets it open")
    func input() throws {
        let (server, own) = (try words(.server).arguments, try words(.own(user: 64_321)).arguments)

        #expect(server.contains(["--ro-bind", "/data/files/secret-name", "/input"]))
        #expect(!own.contains("/data/files/secret-name"))
        #expect(own.contains(["--symlink", "/proc/self/fd/0", "/input"]))
    }

    @Test("Nothing can be written to after the file systems have been made")
    func readOnly() throws {
        let arguments = try words(.server).arguments

        #expect(arguments.contains(["--remount-ro", "/dev", "--remount-ro", "/"]))
        #expect(arguments.suffix(2) == ["--seccomp", "4"])
        #expect(arguments.starts(with: ["--unshare-all", "--unshare-user"]))
    }
}
