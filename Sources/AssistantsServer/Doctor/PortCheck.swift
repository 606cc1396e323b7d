import NIOCore
import NIOPosix

/// Whether the server can listen where it is told to.
enum PortCheck {
    static func finding(host: String, port: Int) async -> Finding {
        do {
            let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .bind(host: host, port: port)
                .get()
            try await channel.close()
            return .well(port == 0 ? "port: \(host) has a free one" : "port: \(host):\(port) is free")
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            if await answersAsThisServer(host: host, port: port) {
                return .well("port: \(host):\(port) is served by a running assistants-server")
            }
            return .failed("port: \(host):\(port) is in use", remedy: "end the other program, or set PORT")
        } catch {
            if let unusable = UnusableHost(error, host: host) {
                return .failed("port: \(unusable)", remedy: "set HOST")
            }
            return .failed("port: cannot listen on \(host):\(port): \(error)", remedy: "set HOST and PORT")
        }
    }

    /// Asks the health check, for two seconds at most.
    private static func answersAsThisServer(host: String, port: Int) async -> Bool {
        await withTaskGroup { group in
            group.addTask { (try? await healthAnswer(host: host, port: port)) ?? "" }
            group.addTask {
                try? await Task.sleep(for: .seconds(2))
                return ""
            }
            let answer = await group.next() ?? ""
            group.cancelAll()
            return answer.contains(#""status":"healthy""#) || answer.contains(#""status":"unhealthy""#)
        }
    }

    private static func healthAnswer(host: String, port: Int) async throws -> String {
        let local = host == "0.0.0.0" ? "127.0.0.1" : host == "::" ? "::1" : host
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: local, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            let request = "GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            try await outbound.write(ByteBuffer(string: request))
            var answer = ByteBuffer()
            for try await var part in inbound {
                answer.writeBuffer(&part)
                if answer.readableBytes > 8192 { break }
            }
            return String(buffer: answer)
        }
    }
}
