import CodeSandbox
import Testing

@Suite struct SeccompFilterTests {
    @Test(
        "The filter is whole instructions, few enough for the kernel",
        arguments: [SeccompFilter.Architecture.amd64, .arm64]
    )
    func size(_ architecture: SeccompFilter.Architecture) {
        let filter = SeccompFilter(architecture)

        #expect(filter.bytes.count == filter.instructions.count * 8)
        #expect(filter.instructions.count < 4096)
    }

    @Test("No call is named twice", arguments: [SeccompFilter.Architecture.amd64, .arm64])
    func unique(_ architecture: SeccompFilter.Architecture) {
        let numbers = DeniedSystemCall.all.compactMap { $0.number(architecture) }

        #expect(Set(numbers).count == numbers.count)
        #expect(Set(DeniedSystemCall.all.map(\.name)).count == DeniedSystemCall.all.count)
    }
}
