import CodeInterpreter
import Testing

extension InterpreterTests {
    /// Plots, where matplotlib is there.
    @Suite struct FigureTests {
        private let interpreting = Interpreting()

        private func needsMatplotlib() async -> Bool {
            let missing = await interpreting.runner.report()?.missing ?? []
            if missing.contains("matplotlib") { print("SKIPPED: plots, as matplotlib is not installed") }
            return !missing.contains("matplotlib")
        }

        @Test("Figures that are shown or left open come as PNG, between the texts around them, and once")
        func figures() async throws {
            guard await needsMatplotlib() else { return }
            let result = try await interpreting.run(
                """
                import matplotlib.pyplot as plt
                print('before')
                plt.plot([1, 2, 3])
                plt.show()
                print('after')
                plt.figure(); plt.bar(['a'], [1]);
                """
            )
            let next = try await interpreting.run("len(plt.get_fignums())")

            #expect(result.outputs.first == .logs("before\n"))
            #expect(result.text == "before\nafter\n")
            #expect(result.images.count == 2 && result.files.isEmpty)
            for image in result.images {
                let bytes = try #require(await interpreting.contents(image.path))
                #expect(bytes.count == image.size)
                #expect(bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
            }
            #expect(next.text == "0\n" && next.images.isEmpty)
        }

        @Test(
            "Hangul has glyphs, also by the fonts' names of other systems",
            arguments: [nil, "Malgun Gothic", "AppleGothic"]
        )
        func hangul(_ font: String?) async throws {
            guard await needsMatplotlib(), await interpreting.runner.report()?.hasHangul == true else { return }
            let result = try await interpreting.run(
                """
                import warnings
                warnings.simplefilter('error')
                import matplotlib.pyplot as plt
                \(font.map { "plt.rcParams['font.family'] = '\($0)'" } ?? "")
                plt.title('광고별 조회수'); plt.plot([-1, 2]); plt.show()
                """
            )

            #expect(result.end == .finished && result.text == "")
            #expect(result.images.count == 1)
        }

        @Test("Too many figures, and one that cannot be drawn, cost no more than themselves")
        func excess() async throws {
            guard await needsMatplotlib() else { return }
            let many = try await interpreting.run(
                """
                import matplotlib.pyplot as plt
                for _ in range(25):
                    plt.figure(figsize=(1, 1))
                """
            )
            let broken = try await interpreting.run("plt.title('$\\\\frac{$'); plt.figure(); print('ok')")

            #expect(many.images.count == CellResult.mostImages)
            #expect(many.text.contains("not shown"))
            #expect(broken.images.count == 1 && broken.text.hasPrefix("ok\n"))
            #expect(try await interpreting.run("1").text == "1\n")
        }
    }
}
