import Foundation

/// The start of a confined program: its descriptors, its command and its environment.
struct ConfinedStart {
    let program: ConfinedProgram
    let tools: BubblewrapCommand.Tools

    /// - Parameter gauge: Is told what the program holds.
    func start(gauge: ResourceGauge) throws(SandboxFailure) -> RunningProcess {
        guard let architecture = SeccompFilter.Architecture.current else {
            throw SandboxFailure(
                "there is no filter of system calls for this kind of processor",
                remedy: "run the server on x86-64 or arm64"
            )
        }
        let identity = SandboxIdentity.current
        let bubblewrap = BubblewrapCommand(program: program, tools: tools, identity: identity)
        let (output, outputEnd) = try Descriptor.pipe()
        let (errors, errorsEnd) = try Descriptor.pipe()
        let (status, statusEnd) = try Descriptor.pipe()
        let (inputEnd, input) = try standardInput(identity)
        var descriptors = [inputEnd, outputEnd, errorsEnd]
        descriptors.append(try .holding(bubblewrap.arguments))
        descriptors.append(try .holding(SeccompFilter(architecture).bytes))
        descriptors.append(statusEnd)
        for file in program.dataFiles { descriptors.append(try .holding(file.bytes)) }
        // Bubblewrap's own processes are in it, too.
        let group = ControlGroups.own?.make(memory: program.limits.memory, processes: program.limits.processes + 4)
        let process = try ProcessSpawning.start(
            group?.entered(by: bubblewrap.command) ?? bubblewrap.command,
            // Nothing of the server's own environment. Messages in English are recognised.
            environment: ["PATH=/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL=C.UTF-8"],
            descriptors: descriptors
        )
        return RunningProcess(
            outer: process,
            program: program,
            group: group,
            gauge: gauge,
            channels: .init(status: status, input: input, output: output, errors: errors)
        )
    }

    /// With a user of its own, the file to work on; it is only open for reading. A program of the server's user could
    /// open it anew for writing, and gets its file by another way.
    ///
    /// - Returns: Its end and ours, where the server is to write to it.
    private func standardInput(
        _ identity: SandboxIdentity
    ) throws(SandboxFailure) -> (its: Descriptor, ours: Descriptor?) {
        if program.isFedByServer {
            let (read, write) = try Descriptor.pipe()
            return (read, write)
        }
        let path: String
        switch (identity, program.input) {
        case (.own, let input?): path = input
        case (.server, _), (.own, nil): path = "/dev/null"
        }
        let number = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
        guard number >= 0 else { throw SandboxFailure(system: "opening the file", error: errno) }
        return (Descriptor(owning: number), nil)
    }
}
