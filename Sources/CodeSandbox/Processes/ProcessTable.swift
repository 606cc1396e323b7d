import Foundation

/// The confined programs that have been started and are not yet forgotten, with what to wait for on their behalf.
struct ProcessTable {
    private var processes: [UInt64: RunningProcess] = [:]
    /// Those that nobody asks about any more; they leave when they have ended.
    private var abandoned: Set<UInt64> = []
    /// Nil until all of them have been found.
    private var tools: BubblewrapCommand.Tools?

    subscript(number: UInt64) -> RunningProcess? { processes[number] }

    mutating func start(
        _ program: ConfinedProgram,
        as number: UInt64,
        gauge: ResourceGauge
    ) throws(SandboxFailure) {
        processes[number] = try ConfinedStart(program: program, tools: try foundTools()).start(gauge: gauge)
    }

    private mutating func foundTools() throws(SandboxFailure) -> BubblewrapCommand.Tools {
        if let tools { return tools }
        let found = try BubblewrapCommand.Tools()
        tools = found
        return found
    }

    mutating func forget(_ number: UInt64) {
        processes[number]?.kill()
        abandoned.insert(number)
    }

    /// Sleeps until something has happened.
    func wait(wakeUp: Descriptor) {
        var interests = [pollfd(fd: wakeUp.number, events: Int16(POLLIN), revents: 0)]
        for process in processes.values { interests += process.interests() }
        poll(&interests, nfds_t(interests.count), timeout)
        if interests[0].revents != 0 { _ = wakeUp.read(atMost: 4096) }
    }

    mutating func proceed() {
        for process in processes.values {
            process.proceed()
            process.watch()
        }
        for number in abandoned where processes[number]?.hasEnded != false {
            processes[number] = nil
            abandoned.remove(number)
        }
    }

    /// In milliseconds; without programs there is nothing to look after.
    private var timeout: Int32 {
        guard let until = processes.values.lazy.filter({ !$0.hasEnded }).map(\.nextTurn).min() else { return -1 }
        let (seconds, attoseconds) = ContinuousClock.now.duration(to: until).components
        return Int32(clamping: max(0, seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1))
    }
}
