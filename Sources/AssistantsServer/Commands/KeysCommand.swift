import ArgumentParser
import AssistantsAPI
import Foundation
import RunEngine
import ServerConfiguration
import Storage

/// `assistants-server keys`: makes, shows and revokes keys, be it that the server runs.
struct Keys: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes, lists and revokes the keys that the server asks for.",
        discussion:
            "A running server takes a new key at once, and refuses a revoked one within two seconds. Once there "
            + "is a key, none of the server's answers under /v1 comes without one; /api/v1 asks for one with "
            + "FACADE_AUTH=true.",
        subcommands: [Create.self, List.self, Revoke.self]
    )

    /// `keys create`
    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes a key and prints it. It is shown this once: only its SHA-256 is stored."
        )

        @Option(help: ArgumentHelp("The project that it belongs to; made if there is none.", valueName: "name"))
        var project = StaticKey.defaultProjectName

        @Option(help: "admin, user (all of /v1 and /api/v1) or facade (/api/v1 alone).")
        var role = StaticKey.defaultRole

        @Option(help: ArgumentHelp("What it is for, in your words.", valueName: "text"))
        var label = ""

        @OptionGroup(visibility: .hidden) var settings: SettingOptions

        func validate() throws {
            guard ProjectName.isLegal(project) else {
                throw ValidationError("A project's name is \(ProjectName.legal).")
            }
            guard label.count <= 200, label.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
                throw ValidationError("A label has at most 200 characters, in one line.")
            }
        }

        func run() throws {
            let (ids, now) = (IDGenerator(clock: .system), WallClock.system.now())
            let made = try settings.store { store in
                try APIKeyMaker.create(
                    projectName: project,
                    role: role,
                    label: label,
                    ids: ids,
                    at: now,
                    in: store
                )
            }
            print(made.key)
            tell("\(made.id), project \(project), role \(role.rawValue). Keep the key: it is not shown again.")
        }
    }

    /// `keys list`
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows all keys, without the keys themselves.")

        @OptionGroup(visibility: .hidden) var settings: SettingOptions

        func run() throws {
            let keys = try settings.store { try $0.apiKeys.all() }
            guard !keys.isEmpty else { return tell("There is no key. `keys create` makes one.") }
            let heading = ["ID", "KEY", "PROJECT", "ROLE", "CREATED", "LAST USED", "REVOKED", "LABEL"]
            print(TextTable.lines([heading] + keys.map(row)).joined(separator: "\n"))
        }

        private func row(_ key: StoredAPIKey) -> [String] {
            [
                key.id.rawValue, "\(APIKeyMaker.prefix)…\(key.ending)", key.projectName, key.role.rawValue,
                key.createdAt.iso8601, key.lastUsedAt?.iso8601 ?? "never", key.revokedAt?.iso8601 ?? "-", key.label,
            ]
        }
    }

    /// `keys revoke`
    struct Revoke: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Makes a key worthless, for good.")

        @Argument(help: ArgumentHelp("The key's id, as `keys list` shows it.", valueName: "id"))
        var id: String

        @OptionGroup(visibility: .hidden) var settings: SettingOptions

        func run() throws {
            let now = WallClock.system.now()
            switch try settings.store({ try $0.apiKeys.revoke(Identifier(id), at: now) }) {
            case .done: tell("\(id) is revoked.")
            case .before: tell("\(id) was revoked before.")
            case .unknownKey:
                tell("There is no key with the id \(id).")
                throw ExitCode.failure
            }
        }
    }
}

extension AccessRole: ExpressibleByArgument {}

/// What is meant for people goes where it is not taken for the command's result.
private func tell(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }

extension SettingOptions {
    /// Runs `body` on the store of the configured data directory. Ends the command when that is not possible.
    fileprivate func store<Value>(_ body: (Connection) throws -> Value) throws -> Value {
        let configuration: ServerConfiguration
        do {
            configuration = try loadConfiguration()
        } catch {
            tell("\(error)")
            throw ExitCode.configuration
        }
        do {
            return try CommandAccess.write(in: configuration.dataDirectory, body)
        } catch let error as StorageError {
            tell("\(error)")
            throw ExitCode.failure
        }
    }
}
