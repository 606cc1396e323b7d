import Foundation
import Testing

/// Files made to do harm, by Python, which is there where documents can be read.
enum Crafted {
    /// A DOCX file whose document is what a Python expression comes to.
    static func document(_ expression: String, more: String = "") async throws -> [UInt8] {
        try await archive(
            """
            z.writestr("[Content_Types].xml", "<Types/>")
            z.writestr("_rels/.rels", '<Relationships><Relationship Id="r" Type="http://x/officeDocument" Target="word/document.xml"/></Relationships>')
            z.writestr("word/document.xml", \(expression))
            \(more)
            """
        )
    }

    /// A ZIP archive that the lines put together as `z`.
    static func archive(_ lines: String) async throws -> [UInt8] {
        try await bytes(
            """
            import io, zipfile
            data = io.BytesIO()
            z = zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED)
            \(lines)
            z.close()
            sys.stdout.buffer.write(data.getvalue())
            """
        )
    }

    /// What a script writes.
    static func bytes(_ script: String) async throws -> [UInt8] {
        let path = Extracted.temporaryPath()
        try Data().write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-I", "-c", "import sys\n" + script]
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        let status = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do {
                try process.run()
            } catch {
                continuation.resume(throwing: error)
            }
        }
        try #require(status == 0)
        return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    /// A page that draws a form, which draws another one twice, and so on: 2³⁴ texts.
    static func endlessPDF() -> [UInt8] {
        let font = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
        func form(_ contents: String, _ resources: String) -> String {
            "<</Type/XObject/Subtype/Form/BBox[0 0 600 800]/Resources<<\(resources)>>/Length \(contents.utf8.count)>>"
                + "stream\n\(contents)\nendstream"
        }
        var objects = [
            "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</XObject<</A 6 0 R>>>>/Contents 5 0 R>>",
            font, "<</Length 5>>stream\n/A Do\nendstream",
        ]
        for number in 7...40 { objects.append(form("/A Do /A Do", "/XObject<</A \(number) 0 R>>")) }
        objects.append(form("BT /F 12 Tf 10 10 Td (text of a form) Tj ET", "/Font<</F 4 0 R>>"))
        var text = "%PDF-1.4\n"
        for (index, object) in objects.enumerated() { text += "\(index + 1) 0 obj\n\(object)\nendobj\n" }
        return Array((text + "trailer <</Size \(objects.count + 1)/Root 1 0 R>>\n%%EOF").utf8)
    }
}
