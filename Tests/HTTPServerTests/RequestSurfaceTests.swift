import HTTPServer
import Testing

@Suite struct RequestSurfaceTests {
    @Test(
        "A path tells the surface, behind a proxy's prefix too; what is not known is guarded",
        arguments: [
            ("/", .open), ("/docs", .open), ("/docs/swagger-ui.css", .open), ("/openapi.json", .open),
            ("/api/v1/health", .open), ("/api/v1/chat", .facade), ("/api/v1/health/x", .facade), ("/v1", .openAI),
            ("/v1/threads", .openAI), ("//v1/threads", .unknown), ("/docsx", .unknown), ("/v1x", .unknown),
            ("/threads", .unknown),
        ] as [(String, RequestSurface)]
    )
    func surfaces(_ path: String, _ surface: RequestSurface) {
        #expect(RequestSurface(path: path, rootPath: "") == surface)
        #expect(RequestSurface(path: path, rootPath: "/openai-api") == surface)
        if path != "//v1/threads" {
            #expect(RequestSurface(path: "/openai-api" + path, rootPath: "/openai-api") == surface)
        }
    }
}
