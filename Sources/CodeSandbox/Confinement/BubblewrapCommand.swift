import Foundation

/// The programs through which a confined one is started, each replacing the one before: bubblewrap makes the sandbox,
/// those before it lower what the result may do outside of it.
///
/// Arguments that tell of the host go to bubblewrap by a descriptor, since everything in the sandbox can read its
/// command line.
package struct BubblewrapCommand {
    /// The programs of the host that are needed.
    package struct Tools: Sendable {
        let bubblewrap: String
        let nice: String
        let choom: String
        let setpriv: String
        let prlimit: String
        /// Whether bubblewrap (0.8 and newer) can forbid user name spaces within the sandbox by itself; where it cannot,
        /// the filter of system calls forbids them alone.
        let disablesUserNameSpaces: Bool
    }

    /// The numbers of descriptors that bubblewrap takes; those of data files follow.
    enum DescriptorNumber {
        static let arguments = 3, systemCallFilter = 4, status = 5, firstDataFile = 6
    }

    let program: ConfinedProgram
    let tools: Tools
    let identity: SandboxIdentity

    package init(program: ConfinedProgram, tools: Tools, identity: SandboxIdentity) {
        self.program = program
        self.tools = tools
        self.identity = identity
    }

    /// The command to start.
    package var command: [String] {
        let limits = program.limits
        let largestFile = program.scratchFolders.map(\.size).max() ?? 0
        // Whatever happens to memory, the kernel takes it from the sandbox before it takes it from the server.
        var words = [tools.nice, "-n", "10", tools.choom, "-n", "1000", "--"]
        if case .own(let user) = identity {
            words += [tools.setpriv, "--reuid", "\(user)", "--regid", "\(user)", "--clear-groups", "--"]
        }
        words += [
            tools.prlimit, "--as=\(limits.addressSpace)", "--core=0", "--nofile=256", "--fsize=\(largestFile)",
        ]
        if let time = limits.processorTime {
            let seconds = max(1, time.components.seconds)
            words.append("--cpu=\(seconds):\(seconds + 1)")
        }
        words += ["--", tools.bubblewrap, "--args", "\(DescriptorNumber.arguments)"]
        // The limit of processes counts those of its user in its user name space: only inside it is the sandbox's own.
        words += ["--", "/usr/bin/prlimit", "--nproc=\(limits.processes)", "--"]
        return words + program.command
    }

    /// What bubblewrap reads from its descriptor.
    package var arguments: [UInt8] { (options + [""]).joined(separator: "\0").utf8.map { $0 } }

    private var options: [String] {
        var words = ["--unshare-all", "--unshare-user"]
        if tools.disablesUserNameSpaces { words.append("--disable-userns") }
        words += ["--die-with-parent", "--new-session", "--hostname", "sandbox"]
        words += ["--json-status-fd", "\(DescriptorNumber.status)"]
        words += Self.system
        words += ["--proc", "/proc", "--dev", "/dev"]
        for folder in program.hostFolders { words += ["--ro-bind", folder.path, folder.place] }
        for folder in program.scratchFolders { words += ["--size", "\(folder.size)", "--tmpfs", folder.path] }
        for (index, file) in program.dataFiles.enumerated() {
            words += ["--ro-bind-data", "\(DescriptorNumber.firstDataFile + index)", file.path]
        }
        words += input
        // Besides the scratch folders, /dev would be a file system without a size that can be written to.
        words += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", program.scratchFolders.first?.path ?? "/"]
        words.append("--clearenv")
        for (name, value) in environment { words += ["--setenv", name, value] }
        return words + ["--seccomp", "\(DescriptorNumber.systemCallFilter)"]
    }

    private var environment: [(key: String, value: String)] {
        let own = [
            "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": program.scratchFolders.first?.path ?? "/",
            "LANG": "C.UTF-8",
        ]
        return own.merging(program.environment) { $1 }.sorted { $0.key < $1.key }
    }

    /// A server's own user can read the file by its path. Another one cannot, and is given it open: its own standard
    /// input, which it can look at under the usual name where the file's permissions let others read.
    private var input: [String] {
        guard let input = program.input else { return [] }
        switch identity {
        case .server: return ["--ro-bind", input, ConfinedProgram.inputPath]
        case .own: return ["--symlink", "/proc/self/fd/0", ConfinedProgram.inputPath]
        }
    }

    /// Programs and libraries of the host, and of its settings what these need to find each other.
    private static let system: [String] = {
        var words = ["--ro-bind", "/usr", "/usr"]
        for folder in ["bin", "sbin", "lib", "lib32", "lib64", "libx32"] {
            if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/\(folder)") {
                words += ["--symlink", target, "/\(folder)"]
            } else {
                words += ["--ro-bind-try", "/\(folder)", "/\(folder)"]
            }
        }
        // Debian chooses between implementations of a library there: without them numpy finds none.
        for file in ["/etc/alternatives", "/etc/ld.so.cache", "/etc/fonts"] { words += ["--ro-bind-try", file, file] }
        return words
    }()
}
