/// What a recovery sheet says, in one language; lines of at most 72 characters.
struct SheetWords {
    let code: StaticString
    let title: [UInt8]
    let purpose: [UInt8]
    let typing: [UInt8]
    let keeping: [UInt8]
    let technical: [UInt8]

    init(_ language: RecoverySheet.Language) {
        self = language == .danish ? .danish : .english
    }

    private init(
        code: StaticString, title: String, purpose: String, typing: String, keeping: String, technical: String
    ) {
        self.code = code
        self.title = [UInt8](title.utf8)
        self.purpose = [UInt8](purpose.utf8)
        self.typing = [UInt8](typing.utf8)
        self.keeping = [UInt8](keeping.utf8)
        self.technical = [UInt8](technical.utf8)
    }

    private static let danish = SheetWords(
        code: "da", title: "Mappen",
        purpose: """
            Dette ark åbner din mappe, hvis du har mistet din telefon eller
            computer, eller har glemt din adgangskode.
            """,
        typing: """
            I det program, som arket er lavet med, hedder kommandoen recover.
            Skriv de seks linjer, når den spørger. Store og små bogstaver,
            mellemrum og linjernes numre er uden betydning. Det sidste tegn i
            hver linje er en kontrol: er en linje skrevet forkert, får du det at
            vide.
            """,
        keeping: """
            Enhver, der har arket, kan åbne mappen. Gem det et sted, hvor kun du
            kommer, eller hos en, du stoler på. Tag ikke et billede af det. Tror
            du, at andre har set det, så lav en ny mappe med et nyt ark.
            """,
        technical: """
            Til en hjælper: linjerne uden numre, mellemrum og hver linjes sidste
            tegn, skrevet i ét efter AGE-SECRET-KEY-1, er en nøgle til programmet
            age (age-encryption.org).
            """)

    private static let english = SheetWords(
        code: "en", title: "Folder",
        purpose: """
            This sheet opens your folder if you have lost your phone or computer,
            or have forgotten your passphrase.
            """,
        typing: """
            In the program that made this sheet, the command is recover. Type the
            six lines when it asks. Upper and lower case, spaces and the numbers
            of the lines do not matter. The last character of each line is a
            check: if a line is mistyped, you are told so.
            """,
        keeping: """
            Whoever has this sheet can open the folder. Keep it where only you go,
            or with somebody you trust. Do not take a picture of it. If you think
            that others have seen it, make a new folder with a new sheet.
            """,
        technical: """
            For a helper: the lines without numbers, spaces and each line's last
            character, written in one piece after AGE-SECRET-KEY-1, are a key for
            the program age (age-encryption.org).
            """)

    static let style: StaticString = """
        body { font: 12pt/1.5 sans-serif; max-width: 36em; margin: 2em auto; padding: 0 1em; color: #000; }
        pre { font: 18pt/1.8 monospace; border: 1px solid #000; padding: .5em 1em; break-inside: avoid; }
        .small { font-size: 9pt; }

        """

    /// Text as HTML shows it.
    static func escaped(_ text: [UInt8]) -> [UInt8] {
        text.flatMap { byte -> [UInt8] in
            switch byte {
            case 0x26: [UInt8]("&amp;".utf8)
            case 0x3C: [UInt8]("&lt;".utf8)
            case 0x3E: [UInt8]("&gt;".utf8)
            case 0x22: [UInt8]("&quot;".utf8)
            case 0x27: [UInt8]("&#39;".utf8)
            default: [byte]
            }
        }
    }
}
