// swift-tools-version:6.2
import PackageDescription

// `swift build --product bevis-audit --disable-default-traits` fetches and links nothing but
// libsodium and the command-line parser: an auditor's machine needs no server and no database.
let custody: TargetDependencyCondition? = .when(traits: ["Custody"])

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

func part(_ name: String, in folder: String, on dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, path: "Sources/\(folder)/\(name)", swiftSettings: settings)
}

func tests(_ name: String, on dependencies: [Target.Dependency], excluding: [String] = []) -> Target {
    .testTarget(
        name: name + "Tests", dependencies: dependencies, path: "Tests/\(name)Tests", exclude: excluding,
        swiftSettings: settings)
}

let portable: [Target.Dependency] = [
    "Sodium", "MerkleTree", "AgeFile", "SignedNote", "TransparencyLog", "Sharing", "AuditTrail",
]

let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

let server: [Target.Dependency] = [
    "Sodium", "BulkHash", "MerkleTree", "AgeFile", "SignedNote", "TransparencyLog", "Sharing", "AuditTrail", "Storage",
    "Custodian", "CustodianProtocol",
    .product(name: "Hummingbird", package: "hummingbird", condition: custody),
    .product(name: "HummingbirdCore", package: "hummingbird", condition: custody),
    .product(name: "NIOCore", package: "swift-nio", condition: custody),
    .product(name: "NIOPosix", package: "swift-nio", condition: custody),
    .product(name: "NIOHTTPTypes", package: "swift-nio-extras", condition: custody),
    .product(name: "HTTPTypes", package: "swift-http-types", condition: custody),
    .product(name: "Logging", package: "swift-log", condition: custody),
    .product(name: "ServiceLifecycle", package: "swift-service-lifecycle", condition: custody),
    .product(name: "UnixSignals", package: "swift-service-lifecycle", condition: custody),
]

let package = Package(
    name: "bevis",
    traits: [
        .trait(name: "Custody", description: "The custodian, its storage and the command that speaks to it."),
        .default(enabledTraits: ["Custody"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Ground
        .systemLibrary(
            name: "CSodium", path: "Sources/Ground/CSodium", pkgConfig: "libsodium",
            providers: [.apt(["libsodium-dev"])]),
        .systemLibrary(
            name: "CCrypto", path: "Sources/Ground/CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        part("Sodium", in: "Ground", on: ["CSodium"]),
        part("BulkHash", in: "Ground", on: ["CCrypto", "Sodium"]),
        // Formats
        part("MerkleTree", in: "Formats", on: ["Sodium"]),
        part("AgeFile", in: "Formats", on: ["Sodium", "MerkleTree"]),
        part("SignedNote", in: "Formats", on: ["Sodium"]),
        part("TransparencyLog", in: "Formats", on: ["Sodium", "MerkleTree", "SignedNote"]),
        // Domain
        part("Sharing", in: "Domain", on: ["Sodium", "MerkleTree", "AgeFile", "SignedNote"]),
        part(
            "AuditTrail", in: "Domain",
            on: ["Sodium", "MerkleTree", "AgeFile", "SignedNote", "TransparencyLog", "Sharing"]),
        part("Vault", in: "Domain", on: ["Sodium", "BulkHash", "MerkleTree", "AgeFile", "SignedNote", "Sharing"]),
        part("Camera", in: "Domain", on: ["Sodium", "SignedNote", "Sharing"]),
        part("Dossier", in: "Domain", on: ["Sodium", "AgeFile", "SignedNote", "Sharing"]),
        part("Handover", in: "Domain", on: ["Sodium", "AgeFile", "SignedNote", "Sharing", "Camera", "Dossier"]),
        // Custody
        part(
            "Storage", in: "Custody",
            on: ["Sodium", "MerkleTree", "AgeFile", "SignedNote", "Sharing", "AuditTrail"]),
        part(
            "StorageSQLite", in: "Custody",
            on: [
                "Sodium", "BulkHash", "MerkleTree", "AgeFile", "SignedNote", "Sharing", "AuditTrail", "Storage",
                .product(name: "GRDB", package: "GRDB.swift", condition: custody),
            ]),
        part("StorageTesting", in: "Custody", on: portable + ["BulkHash", "Storage"]),
        part(
            "Custodian", in: "Custody",
            on: [
                "Sodium", "BulkHash", "MerkleTree", "AgeFile", "SignedNote", "TransparencyLog", "Sharing", "AuditTrail",
                "Storage",
            ]),
        // Services
        .systemLibrary(
            name: "CCurl", path: "Sources/Services/CCurl", pkgConfig: "libcurl",
            providers: [.apt(["libcurl4-openssl-dev"])]),
        part("HTTPTransport", in: "Services", on: ["CCurl"]),
        part("CustodianProtocol", in: "Services", on: []),
        part("CustodianServer", in: "Services", on: server),
        part(
            "CustodianClient", in: "Services",
            on: [
                "Sodium", "BulkHash", "MerkleTree", "AgeFile", "SignedNote", "TransparencyLog", "Sharing",
                "AuditTrail", "Vault", "HTTPTransport", "CustodianProtocol",
            ]),
        .target(name: "CFileFacts", path: "Sources/Services/CFileFacts"),
        part("FileFacts", in: "Services", on: ["CFileFacts"]),
        // Faces
        .target(name: "CTerminal", path: "Sources/Faces/CTerminal"),
        part("Terminal", in: "Faces", on: ["CTerminal", "Sodium", arguments]),
        part("Home", in: "Faces", on: ["Sodium", "AgeFile", "SignedNote"]),
        part(
            "Watching", in: "Faces",
            on: [
                "Sodium", "BulkHash", "AgeFile", "SignedNote", "TransparencyLog", "Sharing", "Vault", "Camera",
                "CustodianClient", .product(name: "GRDB", package: "GRDB.swift", condition: custody),
            ]),
        .executableTarget(
            name: "bevis",
            dependencies: [
                "Sodium", "MerkleTree", "AgeFile", "SignedNote", "TransparencyLog", "Sharing", "AuditTrail", "Vault",
                "Camera", "Dossier", "Handover", "Storage", "StorageSQLite", "Custodian", "CustodianServer",
                "CustodianClient",
                "CustodianProtocol", "HTTPTransport", "CFileFacts", "FileFacts", "Terminal", "Home", "Watching",
                arguments,
            ],
            path: "Sources/Faces/bevis", swiftSettings: settings),
        .executableTarget(
            name: "bevis-audit", dependencies: portable + ["Terminal", "Home", arguments],
            path: "Sources/Faces/bevis-audit", swiftSettings: settings),
        // Benchmarks
        .executableTarget(
            name: "bevis-bench",
            dependencies: portable + [
                "BulkHash", "Vault", "Storage", "StorageSQLite", "Custodian", "CustodianClient", "CustodianProtocol",
                "HTTPTransport",
            ],
            path: "Benchmarks/bevis-bench", swiftSettings: settings),
        .executableTarget(
            name: "AuditBench", dependencies: portable + ["LogFixture"], path: "Benchmarks/AuditBench",
            swiftSettings: settings),
        // Tests
        tests("Sodium", on: ["Sodium"]),
        tests("MerkleTree", on: ["Sodium", "MerkleTree"]),
        tests("AgeFile", on: ["Sodium", "MerkleTree", "AgeFile"], excluding: ["Vectors"]),
        tests("SignedNote", on: ["Sodium", "SignedNote"]),
        tests("TransparencyLog", on: ["Sodium", "MerkleTree", "SignedNote", "TransparencyLog"]),
        tests("Vault", on: ["Sodium", "BulkHash", "MerkleTree", "AgeFile", "SignedNote", "Sharing", "Vault"]),
        tests("Camera", on: ["Sodium", "SignedNote", "Sharing", "Camera"]),
        tests("Watching", on: ["Sodium", "SignedNote", "Sharing", "Camera", "CustodianClient", "Watching"]),
        tests("Dossier", on: ["Sodium", "AgeFile", "SignedNote", "Sharing", "Dossier"]),
        tests("Handover", on: ["Sodium", "AgeFile", "SignedNote", "Sharing", "Camera", "Dossier", "Handover"]),
        tests("HTTPTransport", on: ["HTTPTransport"]),
        tests(
            "CustodianServer",
            on: server + [
                "HTTPTransport", "CustodianServer", "StorageSQLite",
                .product(name: "NIOEmbedded", package: "swift-nio", condition: custody),
            ]),
        tests(
            "CustodianClient",
            on: portable + ["Vault", "HTTPTransport", "CustodianProtocol", "CustodianClient"]),
        tests("FileFacts", on: ["FileFacts"]),
        tests("Terminal", on: ["Sodium", "Terminal", "bevis", arguments], excluding: ["typist.py", "stop.py"]),
        tests("Home", on: ["Sodium", "AgeFile", "SignedNote", "Home"]),
        .target(
            name: "LogFixture", dependencies: portable, path: "Tests/LogFixture", swiftSettings: settings),
        tests("AuditTrail", on: portable + ["LogFixture"]),
        tests("BevisAudit", on: portable + ["LogFixture", "Terminal", "bevis-audit"]),
        tests(
            "Sharing", on: ["Sodium", "MerkleTree", "AgeFile", "SignedNote", "Sharing"],
            excluding: ["Examples", "Vectors", "check_vectors.py"]),
        tests("Spec", on: portable + ["Vault", "Dossier"], excluding: ["check_examples.py"]),
        tests(
            "Bevis",
            on: portable + [
                "Vault", "Dossier", "Storage", "StorageSQLite", "Custodian", "CustodianProtocol", "CustodianServer",
                "CFileFacts", "Home", "bevis", "bevis-audit",
                .product(name: "Hummingbird", package: "hummingbird", condition: custody),
                .product(name: "NIOCore", package: "swift-nio", condition: custody),
                .product(name: "HTTPTypes", package: "swift-http-types", condition: custody),
            ], excluding: ["recorder.py", "tiles.py"]),
        tests("Storage", on: portable + ["BulkHash", "Storage", "StorageSQLite", "StorageTesting"]),
        tests("Custodian", on: portable + ["BulkHash", "Storage", "StorageSQLite", "Custodian"]),
    ]
)
