import AssistantsAPI
import Storage

/// Files that are sent in parts.
package struct UploadService: Sendable {
    package let files: FileService

    private var database: Database { files.database }
    private var contents: FileContents { files.contents }

    package init(files: FileService) { self.files = files }

    /// Begins an upload.
    ///
    /// - Parameters:
    ///   - bytes: what the parts will have together.
    ///   - fileLifetime: seconds after which the file will expire; nil for never.
    package func create(
        filename: String,
        purpose: FilePurpose,
        bytes: Int,
        fileLifetime: Int?,
        in project: ProjectID
    ) async throws -> Upload {
        let now = files.clock.now()
        let upload = Upload(
            id: files.ids.next(),
            createdAt: now,
            filename: filename,
            purpose: purpose,
            bytes: bytes,
            expiresAt: now.adding(Upload.lifetime),
            fileLifetime: fileLifetime
        )
        try await database.write { try $0.uploads.insert(upload, in: project) }
        return upload
    }

    /// Throws `FileRefusal.uploadNotFound`, or `.uploadEnded` when parts are not taken any more: what is no good is not
    /// received first.
    package func checkTakesParts(_ id: Identifier<Upload>, in project: ProjectID) async throws {
        let now = files.clock.now()
        _ = try await database.read { try $0.pendingUpload(id, in: project, at: now) }
    }

    /// Adds a part of bytes that have come in.
    ///
    /// Throws `FileRefusal.uploadNotFound`, `.uploadEnded`, `.tooManyParts` or `.partsTooLong`.
    package func add(
        _ incoming: IncomingContent,
        to id: Identifier<Upload>,
        in project: ProjectID
    ) async throws -> UploadPart {
        let now = files.clock.now()
        let part = UploadPart(id: files.ids.next(), createdAt: now, uploadID: id, bytes: await incoming.count)
        return try await contents.keep(incoming) { content in
            try await database.write { db in
                let upload = try db.pendingUpload(id, in: project, at: now)
                let (count, bytes) = try db.uploads.partSums(of: id)
                guard count < FileLimits.parts else { throw FileRefusal.tooManyParts(limit: FileLimits.parts) }
                // A part may have been sent twice, but not without end.
                guard bytes + part.bytes <= 2 * upload.bytes + FileLimits.partBytes else {
                    throw FileRefusal.partsTooLong(expected: upload.bytes, got: bytes + part.bytes)
                }
                try db.uploads.insert(part, content: content)
                return part
            }
        }
    }

    /// Makes a file of parts, in the order given. Parts that are not named are thrown away.
    ///
    /// Throws `FileRefusal`.
    package func complete(
        _ id: Identifier<Upload>,
        parts ids: [Identifier<UploadPart>],
        md5: String?,
        in project: ProjectID
    ) async throws -> Upload {
        let now = files.clock.now()
        let (upload, parts) = try await database.read { db in
            (try db.pendingUpload(id, in: project, at: now), try db.uploads.parts(of: id))
        }
        let chosen = try Self.chosen(ids, of: parts, bytes: upload.bytes)
        return try await contents.receiving(isChecked: md5 != nil) { incoming in
            do {
                for part in chosen {
                    try await contents.open(part.content).forEachPiece { try await incoming.write($0) }
                }
            } catch {
                // Parts go when the upload is cancelled meanwhile.
                _ = try await database.read { try $0.pendingUpload(id, in: project, at: now) }
                throw error
            }
            if let md5, let got = await incoming.md5Text {
                guard got == md5.lowercased() else { throw FileRefusal.wrongChecksum(expected: md5, got: got) }
            }
            return try await store(upload, incoming, in: project)
        }
    }

    /// Throws `FileRefusal.uploadNotFound` or `.uploadEnded`.
    package func cancel(_ id: Identifier<Upload>, in project: ProjectID) async throws -> Upload {
        let now = files.clock.now()
        let (upload, unneeded) = try await database.write { db in
            var upload = try db.pendingUpload(id, in: project, at: now)
            upload.status = .cancelled
            return (upload, try db.uploads.end(id, as: .cancelled))
        }
        try await contents.release(unneeded)
        return upload
    }

    private static func chosen(
        _ ids: [Identifier<UploadPart>],
        of parts: [Identifier<UploadPart>: UploadRepository.StoredPart],
        bytes: Int
    ) throws(FileRefusal) -> [UploadRepository.StoredPart] {
        var seen: Set<Identifier<UploadPart>> = []
        var chosen: [UploadRepository.StoredPart] = []
        for id in ids {
            guard let part = parts[id] else { throw .partNotFound(id) }
            guard seen.insert(id).inserted else { throw .partRepeated(id) }
            chosen.append(part)
        }
        let sum = chosen.reduce(0) { $0 + $1.bytes }
        guard sum == bytes else { throw .wrongSize(expected: bytes, got: sum) }
        return chosen
    }

    /// Ends an upload with a file of what has come together.
    private func store(
        _ upload: Upload,
        _ incoming: IncomingContent,
        in project: ProjectID
    ) async throws -> Upload {
        let now = files.clock.now()
        let file = File(
            id: files.ids.next(),
            createdAt: now,
            filename: upload.filename,
            purpose: upload.purpose,
            bytes: upload.bytes,
            expiresAt: upload.fileLifetime.map { Timestamp(seconds: now.seconds + $0) }
        )
        let unneeded = try await contents.keep(incoming) { content in
            try await database.write { db in
                // Another request may have been faster.
                _ = try db.pendingUpload(upload.id, in: project, at: upload.createdAt)
                try db.files.insert(file, content: content, in: project)
                return try db.uploads.end(upload.id, as: .completed)
            }
        }
        try await contents.release(unneeded)
        var completed = upload
        completed.status = .completed
        completed.file = file
        return completed
    }
}

extension Connection {
    /// Throws `FileRefusal.uploadNotFound` or `.uploadEnded`.
    fileprivate func pendingUpload(
        _ id: Identifier<Upload>,
        in project: ProjectID,
        at time: Timestamp
    ) throws -> Upload {
        guard let upload = try uploads.find(id, in: project) else { throw FileRefusal.uploadNotFound(id) }
        let status = upload.standing(at: time).status
        guard status == .pending else { throw FileRefusal.uploadEnded(id, status) }
        return upload
    }
}
