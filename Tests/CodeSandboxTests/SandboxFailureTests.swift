import CodeSandbox
import Testing

@Suite struct SandboxFailureTests {
    @Test(
        "What bubblewrap says where it may not work has a remedy of its own",
        arguments: [
            ("bwrap: No permissions to create new namespace, likely because the kernel does not allow", "seccomp"),
            ("bwrap: Creating new namespace failed: nesting depth or exceeded (ENOSPC)", "max_user_namespaces"),
            ("bwrap: Can't mount proc on /newroot/proc: Operation not permitted", "systempaths"),
            ("bwrap: setting up uid map: Permission denied", "AppArmor"),
            ("bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted", "apparmor"),
            ("bwrap: Can't find source path /root/python: Permission denied", "every user"),
            ("bwrap: Unknown option --clearenv", "bubblewrap 0.6"),
            ("setpriv: setresuid failed: Invalid argument", "user"),
        ]
    )
    func remedies(_ message: String, _ word: String) {
        let failure = SandboxFailure(message: message)

        #expect(failure.reason == message)
        #expect(failure.remedy.contains(word))
    }

    @Test("A program that cannot be started is no reason to run it unconfined")
    func missing() async throws {
        var program = Confined().program("")
        program.command = ["/usr/bin/no-such-program"]
        let end = try await Sandbox().run(program) { _ in }

        #expect(end.reason != .exited(0))
        #expect(end.errors.contains("no-such-program"))
    }
}
