import DataTables

/// Generates signage data of any size from a seed: the same options give the same data, byte for byte.
///
/// Ads run on devices through the day; passers-by are in view (OTS), some of them look (watchers, a view event each), some of
/// those touch the screen (clicks). Lunch and evening are busy, weekends are not, and one device in ten goes off near the end.
package struct SampleData {
    package struct Options: Sendable, Equatable {
        /// Rows of `viewEvents`, exactly; the other numbers are one at least.
        package var events = 1000
        package var seed: UInt64 = 1
        package var days = 28
        package var ads = 12
        package var devices = 16

        package init() {}
    }

    private let options: Options

    package init(_ options: Options) { self.options = options }

    /// Calls `emit` for each row, those of a table hour by hour, and returns what the figures must come to.
    package func generate(_ emit: (SampleTable, [SampleValue]) throws -> Void) rethrows -> SampleTruth {
        var random = SampleRandom(seed: options.seed)
        let cast = SampleCast(options, &random)
        var truth = SampleTally(options, cast)
        for ad in cast.ads {
            try emit(
                .targetedAds,
                [
                    .text(ad.id), .text(ad.title), .text(ad.advertiser), .text(ad.gender), .text(ad.age),
                    .integer(ad.seconds),
                ]
            )
            truth.count(.targetedAds)
        }
        let clock = SampleClock(options)
        let outages = try reports(cast, clock, &random, &truth, emit)
        for (index, device) in cast.devices.enumerated() {
            let lastSeen = outages.lastOnline(of: index).map { SampleValue.text(clock.text(hour: $0, second: 0)) }
            let isOn = outages.isOnline(index, hour: clock.hours - 1)
            try emit(
                .signages,
                [
                    .text(device.id), .text(device.name), .text(device.location), .text(isOn ? "online" : "offline"),
                    lastSeen ?? .null,
                ]
            )
            truth.count(.signages)
        }
        try play(cast, clock, outages, &random, &truth, emit)
        return truth.finished()
    }

    // MARK: Status

    /// A report an hour of each device.
    private func reports(
        _ cast: SampleCast,
        _ clock: SampleClock,
        _ random: inout SampleRandom,
        _ truth: inout SampleTally,
        _ emit: (SampleTable, [SampleValue]) throws -> Void
    ) rethrows -> SampleOutages {
        var outages = SampleOutages(devices: cast.devices.count, hours: clock.hours)
        for hour in 0..<clock.hours {
            for (index, device) in cast.devices.enumerated() {
                let isOn = device.offFrom.map { hour < $0 } ?? true && !random.chance(120)
                if isOn { outages.setOnline(index, hour: hour) }
                try emit(
                    .statusReports,
                    [.text(device.id), .text(clock.text(hour: hour, second: 0)), .text(isOn ? "online" : "offline")]
                )
                truth.report(device: index, isOn: isOn)
            }
        }
        return outages
    }

    // MARK: Plays and views

    private func play(
        _ cast: SampleCast,
        _ clock: SampleClock,
        _ outages: SampleOutages,
        _ random: inout SampleRandom,
        _ truth: inout SampleTally,
        _ emit: (SampleTable, [SampleValue]) throws -> Void
    ) rethrows {
        let adWeights = cast.ads.map(\.weight)
        let deviceWeights = cast.devices.map(\.weight)
        var events = 0
        var plays = 0
        while events < options.events {
            // Time goes on with the events, faster where few people pass.
            let hour = clock.hour(at: events, of: options.events)
            let second = random.below(3600)
            let ad = random.index(weights: adWeights)
            let device = online(deviceWeights, outages, hour, &random)
            let ots = random.around(cast.devices[device].crowd * clock.weight(ofHour: hour) / 100)
            var watchers = 0
            for _ in 0..<ots where random.chance(cast.ads[ad].looks) { watchers += 1 }
            watchers = min(watchers, options.events - events)
            plays += 1
            let time = clock.text(hour: hour, second: second)
            try emit(
                .plays,
                [
                    .text("pl-\(plays)"), .text(cast.ads[ad].id), .text(cast.devices[device].id), .text(time),
                    .integer(cast.ads[ad].seconds), .integer(ots), .integer(watchers),
                ]
            )
            let place = SampleTally.Place(ad: ad, device: device, day: hour / 24, hour: hour % 24)
            truth.play(place, seconds: cast.ads[ad].seconds, ots: ots, watchers: watchers)
            for _ in 0..<watchers {
                events += 1
                let view = SampleView(cast.ads[ad], &random)
                try emit(
                    .viewEvents,
                    [.text("ev-\(events)"), .text(cast.ads[ad].id), .text(cast.devices[device].id), .text(time)]
                        + view.values
                )
                truth.view(place, view)
            }
        }
    }

    /// A device that is on in an hour; the first of all when none is.
    private func online(
        _ weights: [Int],
        _ outages: SampleOutages,
        _ hour: Int,
        _ random: inout SampleRandom
    ) -> Int {
        for _ in 0..<64 {
            let device = random.index(weights: weights)
            if outages.isOnline(device, hour: hour) { return device }
        }
        return weights.indices.first { outages.isOnline($0, hour: hour) } ?? 0
    }
}

/// What one watcher did.
struct SampleView {
    let dwellTenths: Int
    let attentionTenths: Int
    let isClick: Bool
    /// Index in `genders` and `ages`; nil where the camera could not tell.
    let gender: Int?
    let age: Int?

    static let genders = ["남성", "여성"]
    static let ages = ["10대", "20대", "30대", "40대", "50대 이상"]

    init(_ ad: SampleCast.Ad, _ random: inout SampleRandom) {
        dwellTenths = 10 + random.around(120)
        attentionTenths = 1 + random.below(dwellTenths)
        isClick = random.chance(ad.clicks)
        gender = random.chance(300) ? nil : random.below(2)
        age = random.chance(300) ? nil : random.index(weights: [12, 28, 27, 19, 14])
    }

    var values: [SampleValue] {
        [
            .tenths(dwellTenths), .tenths(attentionTenths), .flag(isClick),
            gender.map { .text(Self.genders[$0]) } ?? .null, age.map { .text(Self.ages[$0]) } ?? .null,
        ]
    }
}
