/// What a confined program may use, at most.
package struct SandboxLimits: Sendable {
    /// Address space of each process, in bytes.
    package var addressSpace: Int
    /// Processor time of each process.
    package var processorTime: Duration
    /// Time from the program's start to its end.
    package var wallTime: Duration
    /// Processes and threads at the same time.
    package var processes: Int
    /// The largest file that it may write, in bytes.
    package var fileSize: Int

    package init(
        addressSpace: Int,
        processorTime: Duration,
        wallTime: Duration,
        processes: Int,
        fileSize: Int
    ) {
        self.addressSpace = addressSpace
        self.processorTime = processorTime
        self.wallTime = wallTime
        self.processes = processes
        self.fileSize = fileSize
    }
}
