import AssistantsAPI
import RunEngine
import Storage
import Testing

@Suite struct ThreadAnalysisTests {
    private static let rows = JSONValue.array(
        (0..<5_000).map { .object(JSONObject([("adId", .string("ad-\($0 % 7)")), ("viewedAt", .integer($0))])) }
    )

    @Test("Data beyond what may wait is refused, and taken again later")
    func bound() async throws {
        let engine = try await TestEngine(ScriptedModel())
        let analysis = engine.analysis
        let document = JSONObject([("viewEvents", Self.rows)])

        let refusals = await withTaskGroup(of: EngineError?.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    do {
                        _ = try await analysis.update(of: nil, with: document)
                        return nil
                    } catch {
                        return error as? EngineError
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }

        #expect(refusals.count { $0 == nil } >= 32)
        #expect(refusals.contains(.tooMuchData(limit: 32)))
        #expect(try await analysis.update(of: nil, with: document).tables.map(\.name) == ["viewEvents"])
    }
}
