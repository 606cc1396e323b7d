import Foundation

/// The copy of Swagger UI that `run.sh` fetches.
enum SwaggerFolder {
    private static let name = "Resources/swagger-ui"

    /// Looks in the working directory, then beside the checkout that the executable was built in. Nil when there is
    /// none: the docs page then uses Swagger UI's CDN.
    static func find() -> String? {
        var folders = [FileManager.default.currentDirectoryPath]
        var folder = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        for _ in 0..<4 {
            folder.deleteLastPathComponent()
            folders.append(folder.path)
        }
        return folders.map { "\($0)/\(name)" }
            .first { FileManager.default.fileExists(atPath: $0 + "/swagger-ui-bundle.js") }
    }
}
