import ArgumentParser
import Foundation
import ServerConfiguration
import Storage

extension SettingOptions {
    /// Runs `body` on the store of the configured data directory, which no server may have open. Ends the command when
    /// that is not possible.
    func withStore<Value>(_ body: (Database) async throws -> Value) async throws -> Value {
        let configuration: ServerConfiguration
        do {
            configuration = try loadConfiguration()
        } catch {
            StandardError.write("\(error)")
            throw ExitCode.configuration
        }
        do {
            let database = try Database(directory: DataDirectory(path: configuration.dataDirectory))
            let result: Result<Value, any Error>
            do { result = .success(try await body(database)) } catch { result = .failure(error) }
            try database.close()
            return try result.get()
        } catch StorageError.inUse(let path) {
            StandardError.write("A server has the data directory \(path) open; stop it first.")
            throw ExitCode.failure
        } catch let error as StorageError {
            StandardError.write("\(error)")
            throw ExitCode.failure
        }
    }
}

/// What is meant for people goes where it is not taken for a command's result.
enum StandardError {
    static func write(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }
}
