import CodeInterpreter
import Foundation
import HTTPTypes
import HummingbirdCore

/// What a request to a code runner is about.
enum CodeRunnerResource {
    case status
    case life(SessionKey)
    case end(SessionKey)
    case cell(SessionKey)
    case input(String, SessionKey)
    case file(String, SessionKey, limit: Int)

    /// - Throws: ``RunnerRefusal``.
    init(_ request: Request) throws(RunnerRefusal) {
        let parts = request.uri.path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        var names: [String] = []
        for part in parts {
            guard let name = part.removingPercentEncoding else { throw .notFound }
            names.append(name)
        }
        guard names.first == "v1" else { throw .notFound }
        switch (request.method, names.count, names.dropFirst().first) {
        case (.get, 2, "status"): self = .status
        case (.get, 3, "sessions"): self = .life(try Self.session(names))
        case (.delete, 3, "sessions"): self = .end(try Self.session(names))
        case (.post, 4, "sessions") where names[3] == "cells": self = .cell(try Self.session(names))
        case (.put, 5, "sessions") where names[3] == "inputs": self = .input(names[4], try Self.session(names))
        case (.get, 4, "sessions") where names[3] == "files": self = try Self.file(request, try Self.session(names))
        default: throw .notFound
        }
    }

    private static func session(_ names: [String]) throws(RunnerRefusal) -> SessionKey {
        guard let key = SessionKey(named: names[2]) else { throw .invalid("the session's name is not usable") }
        return key
    }

    private static func file(_ request: Request, _ session: SessionKey) throws(RunnerRefusal) -> Self {
        let query = request.uri.queryParameters
        guard let path = query["path"].map(String.init), !path.isEmpty else { throw .invalid("path is missing") }
        guard let limit = query["limit"].flatMap({ Int($0) }), limit >= 0 else { throw .invalid("limit is missing") }
        return .file(path, session, limit: limit)
    }
}
