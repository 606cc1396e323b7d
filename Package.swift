// swift-tools-version: 6.2
import PackageDescription

/// Settings of every target of ours: Swift 6 mode comes from `swiftLanguageModes`, warnings are errors here and only
/// here (packages keep their own rules).
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// Settings of test targets. Tests wait more than they compute, so that it costs less to leave them as they are than to
/// optimize them at each build; what they test is optimized as ever.
let tests: [SwiftSetting] = strict + [.unsafeFlags(["-Onone"], .when(configuration: .release))]

/// Links Swift's runtime into the server: one file that runs where there is no toolchain, and with less memory at rest
/// (37 MB against 40; with the default linker it would be more).
/// The option `--static-swift-stdlib` would do the same for the tests too, and these do not link with it.
let staticRuntime = [
    "-static-stdlib", "-use-ld=lld", "-lFoundation", "-lFoundationInternationalization", "-lFoundationEssentials",
    "-lCoreFoundation",
    "-l_FoundationICU", "-l_FoundationCShims", "-l_FoundationCollections", "-ldispatch", "-lBlocksRuntime",
]

let package = Package(
    name: "assistants-server",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "assistants-server", targets: ["AssistantsServer"]),
        .executable(name: "index-benchmark", targets: ["IndexBenchmark"]),
        .executable(name: "interpreter-benchmark", targets: ["InterpreterBenchmark"]),
        .executable(name: "data-benchmark", targets: ["DataBenchmark"]),
    ],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: ["JSON"]),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    ],
    targets: [
        .target(name: "CAPIDocuments"),
        .target(
            name: "APIDocuments",
            dependencies: ["CAPIDocuments"],
            exclude: ["Resources"],
            swiftSettings: strict
        ),
        .target(name: "AssistantsAPI", swiftSettings: strict),
        .target(
            name: "DataTables",
            dependencies: ["AssistantsAPI", .product(name: "GRDBSQLite", package: "GRDB.swift")],
            swiftSettings: strict
        ),
        .target(name: "SignageAnalyst", dependencies: ["AssistantsAPI", "DataTables"], swiftSettings: strict),
        .target(name: "CVectorScan", cSettings: [.unsafeFlags(["-O3"])]),
        .target(
            name: "CTermPostings",
            cSettings: [.unsafeFlags(["-O3"])],
            linkerSettings: [.linkedLibrary("sqlite3")]
        ),
        .target(name: "CSQLiteMemory", linkerSettings: [.linkedLibrary("sqlite3")]),
        .target(name: "CFreedMemory"),
        .target(name: "Retrieval", dependencies: ["CVectorScan"], swiftSettings: strict),
        .target(name: "CodeSandbox", swiftSettings: strict),
        .target(
            name: "CodeInterpreter",
            dependencies: ["AssistantsAPI", "CodeSandbox"],
            resources: [
                .embedInCode("Resources/Worker/capture.py"),
                .embedInCode("Resources/Worker/cells.py"),
                .embedInCode("Resources/Worker/channel.py"),
                .embedInCode("Resources/Worker/figures.py"),
                .embedInCode("Resources/Worker/folder.py"),
                .embedInCode("Resources/Worker/main.py"),
                .embedInCode("Resources/Worker/matplotlibrc"),
                .embedInCode("Resources/Worker/probe.py"),
                .embedInCode("Resources/Worker/warming.py"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "TextExtraction",
            dependencies: ["CodeSandbox", "Retrieval"],
            resources: [
                .embedInCode("Resources/Extractor/blocks.py"),
                .embedInCode("Resources/Extractor/main.py"),
                .embedInCode("Resources/Extractor/opendocument.py"),
                .embedInCode("Resources/Extractor/output.py"),
                .embedInCode("Resources/Extractor/packages.py"),
                .embedInCode("Resources/Extractor/pdf.py"),
                .embedInCode("Resources/Extractor/presentation.py"),
                .embedInCode("Resources/Extractor/probe.py"),
                .embedInCode("Resources/Extractor/programs.py"),
                .embedInCode("Resources/Extractor/sheets.py"),
                .embedInCode("Resources/Extractor/spreadsheet.py"),
                .embedInCode("Resources/Extractor/web.py"),
                .embedInCode("Resources/Extractor/word.py"),
                .embedInCode("Resources/Extractor/wordprocessing.py"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Storage",
            dependencies: [
                "AssistantsAPI", "CSQLiteMemory", "CTermPostings", "Retrieval",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "_NIOFileSystem", package: "swift-nio"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "ModelProviders",
            dependencies: [
                "AssistantsAPI",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "CodeRunnerClient",
            dependencies: [
                "AssistantsAPI", "CodeInterpreter",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "RunEngine",
            dependencies: [
                "AssistantsAPI", "CodeInterpreter", "DataTables", "Storage", "ModelProviders", "Retrieval",
                "SignageAnalyst",
                "TextExtraction",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "DequeModule", package: "swift-collections"),
            ],
            resources: [.embedInCode("Resources/signage-analyst.md")],
            swiftSettings: strict
        ),
        .target(
            name: "HTTPServer",
            dependencies: [
                "APIDocuments", "AssistantsAPI", "CodeInterpreter", "Storage", "ModelProviders", "RunEngine",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "ServerConfiguration",
            dependencies: [
                "AssistantsAPI",
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "AssistantsServer",
            dependencies: [
                "AssistantsAPI", "CFreedMemory", "CodeInterpreter", "CodeRunnerClient", "CodeSandbox", "SignageAnalyst",
                "Storage", "ModelProviders", "RunEngine", "HTTPServer",
                "ServerConfiguration", "TextExtraction",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict,
            linkerSettings: [.unsafeFlags(staticRuntime, .when(platforms: [.linux]))]
        ),
        .executableTarget(
            name: "IndexBenchmark",
            dependencies: ["AssistantsAPI", "Retrieval", "Storage"],
            path: "Benchmarks/index",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "InterpreterBenchmark",
            dependencies: ["CodeInterpreter"],
            path: "Benchmarks/interpreter",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "DataBenchmark",
            dependencies: ["DataTables", "SignageAnalyst"],
            path: "Benchmarks/data",
            swiftSettings: strict
        ),
        .testTarget(name: "AssistantsAPITests", dependencies: ["AssistantsAPI"], swiftSettings: tests),
        .testTarget(
            name: "SignageAnalystTests",
            dependencies: ["SignageAnalyst", "DataTables", "AssistantsAPI"],
            swiftSettings: tests
        ),
        .testTarget(name: "DataTablesTests", dependencies: ["DataTables", "AssistantsAPI"], swiftSettings: tests),
        .testTarget(name: "RetrievalTests", dependencies: ["Retrieval"], swiftSettings: tests),
        .testTarget(
            name: "StorageTests",
            dependencies: [
                "Storage", "Retrieval", "AssistantsAPI",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: tests
        ),
        .testTarget(
            name: "ModelProvidersTests",
            dependencies: [
                "ModelProviders", "AssistantsAPI",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: tests
        ),
        .testTarget(
            name: "RunEngineTests",
            dependencies: [
                "RunEngine", "CodeInterpreter", "ModelProviders", "Storage", "TextExtraction", "AssistantsAPI",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: tests
        ),
        .testTarget(
            name: "HTTPServerTests",
            dependencies: [
                "HTTPServer", "APIDocuments", "RunEngine", "ModelProviders", "Storage", "TextExtraction",
                "AssistantsAPI",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: tests
        ),
        .testTarget(name: "CodeSandboxTests", dependencies: ["CodeSandbox"], swiftSettings: tests),
        .testTarget(
            name: "CodeInterpreterTests",
            dependencies: [
                "CodeInterpreter", "CodeRunnerClient", "CodeSandbox", "HTTPServer", "AssistantsAPI",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: tests
        ),
        .testTarget(
            name: "TextExtractionTests",
            dependencies: ["TextExtraction", "Retrieval"],
            exclude: ["Fixtures"],
            swiftSettings: tests
        ),
        .testTarget(
            name: "ServerConfigurationTests",
            dependencies: [
                "ServerConfiguration", "AssistantsAPI",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: tests
        ),
    ],
    swiftLanguageModes: [.v6]
)
