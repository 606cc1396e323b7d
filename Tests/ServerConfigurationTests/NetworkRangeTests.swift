import ServerConfiguration
import Testing

@Suite struct NetworkRangeTests {
    @Test(
        "An address lies in a range or not, however it is written",
        arguments: [
            ("127.0.0.1", "127.0.0.1", true), ("127.0.0.1", "127.0.0.2", false),
            ("127.0.0.1", "::ffff:127.0.0.1", true), ("::1", "0:0:0:0:0:0:0:1", true),
            ("10.0.0.0/8", "10.255.1.2", true), ("10.0.0.0/8", "11.0.0.1", false),
            ("192.168.4.77/22", "192.168.7.255", true), ("192.168.4.0/22", "192.168.8.0", false),
            ("0.0.0.0/0", "8.8.8.8", true), ("0.0.0.0/0", "2001:db8::1", false), ("::/0", "8.8.8.8", true),
            ("2001:db8::/32", "2001:db8:1::1", true), ("2001:db8::/32", "2001:db9::1", false),
            ("10.0.0.0/8", "10.0.0.1:80", false), ("10.0.0.0/8", "", false),
        ]
    )
    func contains(_ range: String, _ address: String, _ expected: Bool) throws {
        #expect(try #require(NetworkRange(range)).contains(address) == expected)
    }

    @Test(
        "What is no address is no range",
        arguments: ["", "a", "10.0.0", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/+8"]
    )
    func malformed(_ text: String) {
        #expect(NetworkRange(text) == nil)
    }

    @Test(
        "127.0.0.0/8 and ::1 are this machine",
        arguments: [("127.9.9.9", true), ("::1", true), ("0.0.0.0", false), ("::", false)]
    )
    func loopback(_ address: String, _ expected: Bool) throws {
        #expect(try #require(NetworkRange(address)).isLoopback == expected)
    }
}
