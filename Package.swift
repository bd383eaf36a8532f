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

let package = Package(
    name: "bevis",
    traits: [
        .trait(name: "Custody", description: "The custodian, its storage and the command that speaks to it."),
        .default(enabledTraits: ["Custody"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
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
    ]
)
