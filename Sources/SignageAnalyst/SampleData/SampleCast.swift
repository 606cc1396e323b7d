/// The ads and devices of sample data, with what makes them differ.
struct SampleCast {
    struct Ad {
        let id: String
        let title: String
        let advertiser: String
        let gender: String
        let age: String
        let seconds: Int
        /// Persons who look among those in the viewing area, and clicks among those who look, in ten thousand.
        let looks: Int
        let clicks: Int
        /// How often it runs beside others.
        let weight: Int
    }

    struct Device {
        let id: String
        let name: String
        let location: String
        /// Passers-by in the viewing area during a play, on average in the busiest hour.
        let crowd: Int
        let weight: Int
        /// The hour since the beginning from which it is off for good; nil for most.
        let offFrom: Int?
    }

    let ads: [Ad]
    let devices: [Device]

    init(_ options: SampleData.Options, _ random: inout SampleRandom) {
        ads = (0..<options.ads).map { Self.ad($0, &random) }
        let hours = options.days * 24
        devices = (0..<options.devices).map { Self.device($0, hours: hours, &random) }
    }

    private static func ad(_ index: Int, _ random: inout SampleRandom) -> Ad {
        let round = index / titles.count
        let (title, advertiser) = titles[index % titles.count]
        return Ad(
            id: "ad-" + padded(index + 1),
            title: round == 0 ? title : "\(title) \(round + 1)차",
            advertiser: advertiser,
            gender: ["전체", "여성", "남성"][random.below(3)],
            age: ["10대", "20대", "30대", "40대", "50대 이상"][random.below(5)],
            seconds: [10, 15, 20, 30][random.below(4)],
            looks: 1500 + random.below(3500),
            clicks: 200 + random.below(1600),
            weight: 4 + random.below(9)
        )
    }

    private static func device(_ index: Int, hours: Int, _ random: inout SampleRandom) -> Device {
        let (place, location) = places[index % places.count]
        let round = index / places.count
        // One in ten goes off in the last third of the time.
        let isLost = index % 10 == 4
        return Device(
            id: "sg-" + padded(index + 1),
            name: round == 0 ? place : "\(place) \(round + 1)호기",
            location: location,
            crowd: 2 + random.below(7),
            weight: 3 + random.below(8),
            offFrom: isLost ? hours * 2 / 3 + random.below(max(1, hours / 6)) : nil
        )
    }

    private static func padded(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 3 - digits.count)) + digits
    }

    private static let titles = [
        ("봄맞이 운동화 세일", "런스타"), ("프리미엄 아메리카노", "커피나무"), ("주말 가족 영화", "시네온"), ("헬스장 3개월 등록", "핏플러스"),
        ("새 학기 노트북 특가", "디지털하우스"), ("제주 항공권 할인", "한빛항공"), ("신상 스킨케어 출시", "모아뷰티"), ("배달 첫 주문 쿠폰", "번개배달"),
        ("전기차 시승 예약", "그린모터스"), ("여름 캠핑 용품전", "아웃랜드"), ("어린이 치과 개원", "튼튼치과"), ("알뜰폰 반값 요금제", "바로모바일"),
    ]

    private static let places = [
        ("강남역 1번 출구", "서울 강남구"), ("코엑스 동문", "서울 강남구"), ("홍대입구역 광장", "서울 마포구"), ("판교 테크노밸리", "경기 성남시"),
        ("부산 서면 지하상가", "부산 부산진구"), ("수원역 대합실", "경기 수원시"), ("잠실 롯데타워", "서울 송파구"), ("여의도 환승센터", "서울 영등포구"),
        ("동대구역 2층", "대구 동구"), ("대전 둔산 사거리", "대전 서구"), ("광주 유스퀘어", "광주 서구"), ("인천공항 1터미널", "인천 중구"),
        ("명동 중앙로", "서울 중구"), ("해운대 해변길", "부산 해운대구"), ("신촌 연세로", "서울 서대문구"), ("제주공항 도착장", "제주 제주시"),
    ]
}
