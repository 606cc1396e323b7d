import CodeSandbox
import Retrieval

/// Reads one document by a confined child: a program in Python, embedded in the server, with the programs and libraries
/// of the system that know the formats.
struct DocumentReading {
    let path: String
    let kind: DocumentKind
    let limits: ExtractionLimits

    /// - Throws: ``ExtractionFailure``, `CancellationError`, and what `consume` throws.
    nonisolated(nonsending) func read(consume: (TextPiece) async throws -> Void) async throws {
        var place = (page: Int?.none, header: String?.none)
        try await readFrames(kind.rawValue) { frame in
            switch frame {
            case .page(let page): place.page = page
            case .tableHeader(let header): place.header = header
            case .text(let text):
                try await consume(TextPiece(text: text, page: place.page, tableHeader: place.header))
            case .failed, .done: break
            }
        }
    }

    /// Reads the rows of a workbook, in pieces of JSON Lines: the name of the sheet that a piece is of, and the piece.
    ///
    /// - Throws: As `read` does.
    nonisolated(nonsending) func readSheets(consume: (SheetPiece) async throws -> Void) async throws {
        try await readFrames("sheets") { frame in
            switch frame {
            case .tableHeader(let name): try await consume(.sheet(name ?? ""))
            case .text(let text): try await consume(.lines(text))
            case .page, .failed, .done: break
            }
        }
    }

    /// Runs the reader to its end; what it fails with is thrown.
    nonisolated(nonsending) private func readFrames(
        _ program: String,
        consume: (Frames.Frame) async throws -> Void
    ) async throws {
        var frames = Frames()
        var isDone = false
        let end: ConfinedEnd
        do {
            end = try await Sandbox().run(Self.program(program, input: path, limits)) { bytes in
                frames.add(bytes)
                while let frame = try frames.next() {
                    switch frame {
                    case .failed(let failure): throw failure
                    case .done: isDone = true
                    case .page, .tableHeader, .text: try await consume(frame)
                    }
                }
            }
        } catch let failure as SandboxFailure {
            throw ExtractionFailure(
                .serverError,
                "The server cannot read documents of this kind at present: \(failure.reason). To its operator: "
                    + "\(failure.remedy)."
            )
        } catch is Frames.Malformed {
            throw ExtractionFailure(.invalidFile, "The file is damaged: it made its reader fail.")
        }
        if !isDone { throw failure(of: end) }
    }

    private func failure(of end: ConfinedEnd) -> ExtractionFailure {
        switch end.reason {
        case .broke(.memory), .broke(.files):
            ExtractionFailure(
                .invalidFile,
                "Reading the file takes more memory than a file may (\(limits.memory >> 20) MB)."
            )
        case .broke(.output): ExtractionFailure(.invalidFile, "The file has more text than a file may.")
        // The kernel ends what uses up its time on the processor, and then bubblewrap says so by the signal's number.
        case .broke(.wallTime), .exited(128 + 24), .exited(128 + 9):
            ExtractionFailure(
                .invalidFile,
                "Reading the file takes more time than a file may (\(limits.time.components.seconds) s)."
            )
        case .exited: ExtractionFailure(.invalidFile, "The file is damaged: it made its reader fail.")
        }
    }

    static func availability(limits: ExtractionLimits) async -> ExtractionAvailability {
        var frames = Frames()
        var missing: [ExtractionAvailability.Missing] = []
        var isDone = false
        do {
            let end = try await Sandbox().run(program("probe", input: nil, limits)) { bytes in
                frames.add(bytes)
                while let frame = try frames.next() {
                    switch frame {
                    case .text(let lines):
                        for line in lines.split(separator: "\n") {
                            let words = line.split(separator: "\t").map(String.init)
                            guard words.count == 3 else { continue }
                            missing.append(.init(name: words[0], package: words[1], documents: words[2]))
                        }
                    case .failed(let failure): throw failure
                    case .done: isDone = true
                    case .page, .tableHeader: break
                    }
                }
            }
            if isDone { return missing.isEmpty ? .complete : .lacking(missing) }
            return .noSandbox(
                reason:
                    "Python did not run in the sandbox: \(end.errors.split(separator: "\n").last ?? "it said nothing")",
                remedy: "install the package python3: `apt-get install python3`"
            )
        } catch let failure as SandboxFailure {
            return .noSandbox(reason: failure.reason, remedy: failure.remedy)
        } catch let failure as ExtractionFailure {
            return .noSandbox(reason: "the sandbox does not confine: \(failure.message)", remedy: "update bubblewrap")
        } catch {
            return .noSandbox(reason: "the sandbox could not be tried: \(error)", remedy: "try again")
        }
    }

    private static func program(_ kind: String, input: String?, _ limits: ExtractionLimits) -> ConfinedProgram {
        ConfinedProgram(
            // Isolated: without the environment's settings, and without packages of whoever runs the server.
            command: ["/usr/bin/python3", "-I", "-B", "\(folder)/main.py", kind],
            dataFiles: modules.map { .init(path: "\(folder)/\($0.name)", bytes: $0.source) },
            input: input,
            scratchFolders: [.init(path: "/tmp", size: 64 << 20)],
            limits: SandboxLimits(
                addressSpace: limits.memory,
                memory: limits.memory,
                processorTime: limits.time,
                wallTime: limits.time,
                processes: 16,
                outputSize: largestText
            )
        )
    }

    private static let folder = "/extractor"

    /// Some thirty times what OpenAI's stores took of a file.
    private static let largestText = 512 << 20

    private static let modules: [(name: String, source: [UInt8])] = [
        ("main.py", PackageResources.main_py), ("output.py", PackageResources.output_py),
        ("programs.py", PackageResources.programs_py), ("pdf.py", PackageResources.pdf_py),
        ("word.py", PackageResources.word_py), ("web.py", PackageResources.web_py),
        ("packages.py", PackageResources.packages_py), ("blocks.py", PackageResources.blocks_py),
        ("wordprocessing.py", PackageResources.wordprocessing_py),
        ("presentation.py", PackageResources.presentation_py),
        ("sheets.py", PackageResources.sheets_py), ("spreadsheet.py", PackageResources.spreadsheet_py),
        ("opendocument.py", PackageResources.opendocument_py), ("probe.py", PackageResources.probe_py),
    ]
}
