import CodeSandbox

/// The interpreter as a confined program: Python with the worker of `Resources/Worker`.
struct InterpreterProgram {
    let python: InterpreterSettings.Python
    /// Of one session, in bytes.
    let memory: Int
    /// matplotlib's list of the system's fonts, which takes it long to make.
    var fontList: FontList?

    struct FontList: Sendable {
        let name: String
        let bytes: [UInt8]
    }

    /// - Parameter isWarm: Whether it loads pandas and matplotlib before it is ready.
    func confined(isWarm: Bool) -> ConfinedProgram {
        var files = Self.modules.map { ConfinedProgram.DataFile(path: "\(Self.folder)/\($0.name)", bytes: $0.source) }
        if let fontList { files.append(.init(path: "\(Self.folder)/fonts.json", bytes: fontList.bytes)) }
        return ConfinedProgram(
            // Isolated: without the environment's settings, and without packages of whoever runs the server.
            command: [executable, "-I", "-B", "\(Self.folder)/main.py", isWarm ? "warm" : "bare"],
            environment: environment,
            dataFiles: files,
            isFedByServer: true,
            hostFolders: hostFolders,
            scratchFolders: [
                .init(path: "/mnt/data", size: Self.dataSize(memory)), .init(path: "/tmp", size: memory / 4),
                .init(path: "/dev/shm", size: memory / 4),
            ],
            limits: SandboxLimits(
                // A process that asks for too much is refused it, and goes on; this much it holds without using it.
                addressSpace: memory + (128 << 20),
                // A single process meets its own limit before this one.
                memory: memory + (192 << 20),
                processorTime: nil,
                wallTime: nil,
                processes: InterpreterSettings.processes,
                scratchFiles: InterpreterSettings.files,
                outputSize: .max
            )
        )
    }

    /// Of `/mnt/data`, in bytes.
    static func dataSize(_ memory: Int) -> Int { memory / 2 }

    private static let folder = "/interpreter"
    private static let environmentPlace = "/opt/python"

    private var executable: String {
        switch python {
        case .environment: "\(Self.environmentPlace)/bin/python"
        case .system: "/usr/bin/python3"
        }
    }

    private var hostFolders: [ConfinedProgram.HostFolder] {
        switch python {
        case .environment(let path): [.init(path: path, place: Self.environmentPlace)]
        case .system: []
        }
    }

    private var environment: [String: String] {
        var variables = [
            // Caches are no files of the code's making.
            "HOME": "/tmp", "MPLCONFIGDIR": "/tmp/.matplotlib", "MATPLOTLIBRC": "\(Self.folder)/matplotlibrc",
            "MPLBACKEND": "module://interpreter_figures",
            // Threads for each processor of a large machine would use up the processes that a session may have.
            "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "LOKY_MAX_CPU_COUNT": "2",
            "PATH": "\(Self.environmentPlace)/bin:/usr/local/bin:/usr/bin:/bin",
        ]
        if let fontList { variables["FONT_LIST_NAME"] = fontList.name }
        return variables
    }

    private static let modules: [(name: String, source: [UInt8])] = [
        ("main.py", PackageResources.main_py), ("channel.py", PackageResources.channel_py),
        ("capture.py", PackageResources.capture_py), ("cells.py", PackageResources.cells_py),
        ("figures.py", PackageResources.figures_py), ("folder.py", PackageResources.folder_py),
        ("probe.py", PackageResources.probe_py), ("warming.py", PackageResources.warming_py),
        ("matplotlibrc", PackageResources.matplotlibrc),
    ]
}
