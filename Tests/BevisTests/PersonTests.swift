import Foundation
import Testing

/// Keys and passphrases, and the way back from paper.
@Suite struct PersonTests {
    @Test func secondIdentityAndWrongPassphraseAreRefused() async throws {
        let world = try await World.copy()
        let before = try world.read("h-signe/identity.age")
        let second = try await world.bevis("signe", "identity", "create", "--name", "Signe Igen")
        #expect(second.status == 1)
        #expect(
            second.err
                == "bevis: there is an identity in '\(world.path("h-signe"))' already; it is not overwritten\n"
                + "  use another folder for another person: BEVIS_HOME=…\n")
        #expect(try world.read("h-signe/identity.age") == before)

        try world.write("wrong", Array("four other words here\n".utf8))
        let wrong = try await world.bevis("signe", "list", with: ["BEVIS_PASSPHRASE_FILE": world.path("wrong")])
        #expect(wrong.status == 1)
        #expect(
            wrong.err
                == "bevis: \(world.path("h-signe/identity.age")): the passphrase does not open the identity\n"
                + "  try again; if it is lost, whoever has a case gets back in with its recovery sheet: "
                + "bevis recover --help; other keys are lost with it\n")
        let nobody = try await world.bevis("nobody", "list")
        #expect(nobody.status == 3)
        #expect(
            nobody.err
                == "bevis: there is no identity in '\(world.path("h-nobody"))' yet\n"
                + "  make one first: bevis identity create --name 'Your name'\n")
    }

    @Test func changedPassphraseOpensAndTheOldOneDoesNot() async throws {
        let world = try await World.copy()
        try world.write("new", Array("five new words made up\n".utf8))
        let changed = try await Command(folder: world.folder, environment: world.environment(of: "signe"))
            .run(["bash", "-c", "exec bevis identity passphrase --new-passphrase-fd 3 3<new"])
        #expect(changed.status == 0, "\(changed.err)")
        #expect(changed.out == "the passphrase was changed; the old one opens older copies of identity.age\n")
        #expect(try await world.bevis("signe", "list").status == 1)
        let list = try await world.bevis("signe", "list", with: ["BEVIS_PASSPHRASE_FILE": world.path("new")])
        #expect(list.status == 0, "\(list.err)")
        #expect(list.outLines.count == 3)
    }

    @Test func openPassphraseFileAndShortPassphraseAreRefused() async throws {
        let sandbox = try Sandbox()
        try sandbox.write("short", Array("short\n".utf8))
        let short = try await sandbox.bevis(
            "x", "identity", "create", "--name", "X", with: ["BEVIS_PASSPHRASE_FILE": sandbox.path("short")])
        #expect(short.status == 1)
        #expect(
            short.err == "bevis: the new passphrase for identity.age is shorter than 10 characters\n"
                + "  four words make a good one\n")
        #expect(try await sandbox.tool("chmod", "644", "passphrase").status == 0)
        let shared = try await sandbox.bevis("x", "identity", "create", "--name", "X")
        #expect(shared.status == 1)
        #expect(
            shared.err
                == "bevis: the passphrase file '\(sandbox.path("passphrase"))' is open to others\n  chmod 600 it\n")
        let unasked = try await sandbox.bevis(
            "x", "identity", "create", "--name", "X", with: ["BEVIS_PASSPHRASE_FILE": ""])
        #expect(unasked.status == 2)
        #expect(unasked.err.hasPrefix("bevis: a passphrase is needed, and there is no terminal to ask at\n  "))
        #expect(!sandbox.exists("h-x/identity.age"))
    }

    @Test func sheetAloneBringsEverythingBack() async throws {
        let world = try await World.copy()
        let grant = try await world.lend(["1"])
        let sheet = String(decoding: try world.read("sheet.txt"), as: UTF8.self)
        let lines = PersonTests.typedLines(sheet)
        #expect(lines.count == 6)
        let page = String(decoding: try world.read("sheet.html"), as: UTF8.self)
        for word in ["bevis", "evidence", "police", "stalk"] {
            #expect(!sheet.lowercased().contains(word), "the sheet is neutral")
            #expect(!page.lowercased().contains(word), "the page is neutral")
        }
        let typed = Array(lines.joined(separator: "\n").utf8) + Array("\n\n".utf8)

        var wrong = typed
        let place = try #require(wrong.firstIndex(of: UInt8(ascii: "3")).map { $0 + 3 })
        wrong[place] = wrong[place] == UInt8(ascii: "Q") ? UInt8(ascii: "P") : UInt8(ascii: "Q")
        let mistyped = try await world.bevis("later", "recover", "--name", "Signe Holm", input: wrong)
        #expect(mistyped.status == 1)
        #expect(mistyped.err.contains(/\(line [1-6]\)/), "\(mistyped.err)")
        #expect(!world.exists("h-later/identity.age"))

        let back = try await world.bevis("later", "recover", "--name", "Signe Holm", input: typed)
        #expect(back.status == 0, "\(back.err)")
        #expect(back.out.contains(/^case [0-9a-f]{12} is back; see: bevis list\n$/))
        #expect(try await world.bevis("later", "list").outLines.count == 3)
        for number in 1...3 {
            let opened = try await world.bevis("later", "open", "\(number)", "-o", "-")
            #expect(opened.outBytes == (try World.original(number)), "\(opened.err)")
        }
        let log = try await world.bevis("later", "log")
        #expect(log.status == 0, "\(log.err)")
        #expect(log.outLines.filter { $0.contains("  item-added  ") }.count == 3)
        #expect(try await world.bevis("later", "case", "list").out.contains("  Noter\n"))
        #expect(try await world.bevis("later", "revoke", grant).status == 0)
        let verdict = try await world.audited()
        #expect(verdict.status == 0 && verdict.out.hasPrefix("intact: "), "\(verdict.out)\(verdict.err)")
        let again = try await world.bevis("later", "recover", "--name", "Signe Holm", input: typed)
        #expect(again.status == 0, "the same person may recover again: \(again.err)")
        #expect(try await world.bevis("later", "list").outLines.count == 3)
        let first = try await world.bevis("signe", "list")
        #expect(first.outLines.count == 3, "the first machine keeps it")
        #expect(first.err.contains("was used on another machine, which has its keys now."), "\(first.err)")
        #expect(try await world.bevis("signe", "list").err == "", "once")
        let alone = try await world.bevis("later", "recover", "--name", "Signe Holm", "--only-here", input: typed)
        #expect(alone.status == 0, "\(alone.err)")
        #expect(try await world.bevis("later", "list").outLines.count == 3)
        let shutOut = try await world.bevis("signe", "list")
        #expect(shutOut.status == 3)
        #expect(shutOut.err.contains("its keys are not on this machine"))
        // Where the passphrase is what was lost, the help leads to a folder of its own, and that works.
        try world.write("wrong", Array("four other words here\n".utf8))
        let forgotten = try await world.bevis(
            "later", ["recover", "--name", "Signe Holm"], input: typed,
            with: ["BEVIS_PASSPHRASE_FILE": world.path("wrong")])
        #expect(forgotten.status == 1)
        #expect(
            forgotten.err
                == "bevis: your keys lie on this machine already, and this is not their passphrase\n"
                + "  try again; if it is lost, start in a new folder: BEVIS_HOME=NEW-FOLDER bevis recover …\n")
        let anew = try await world.bevis(
            "newer", ["recover", "--name", "Signe Holm"], input: typed,
            with: ["BEVIS_PASSPHRASE_FILE": world.path("wrong")])
        #expect(anew.status == 0, "\(anew.err)")
        let other = try await world.bevis("mads", "recover", "--name", "Signe Holm", input: typed)
        #expect(other.status == 1)
        #expect(other.err == "bevis: there is another person's identity here already\n  use an empty BEVIS_HOME\n")
    }

    /// At a terminal each line is asked for and checked at once, and nobody has to say that it is the last.
    @Test func sheetIsTypedLineByLineAtATerminal() async throws {
        let world = try await World.copy()
        let lines = PersonTests.typedLines(String(decoding: try world.read("sheet.txt"), as: UTF8.self))
        try world.write("lines", Array(lines.joined(separator: "\n").utf8))
        let script = """
            import os, pty, sys, time
            lines = open('lines').read().split('\\n')
            lines.insert(1, lines[0])
            here = os.getcwd()
            os.environ.update(BEVIS_HOME=here + '/h-later', BEVIS_PASSPHRASE_FILE=here + '/passphrase', BEVIS_VAULT=here + '/v')
            pid, terminal = pty.fork()
            if pid == 0: os.execvp('bevis', ['bevis', 'recover', '--name', 'Signe Holm'])
            shown = b''
            for line in lines:
                while not shown.rstrip().endswith(b'of 6:'): shown += os.read(terminal, 1000)
                os.write(terminal, line.encode() + b'\\n')
                shown = b''.join([shown, os.read(terminal, 1000)])
            try:
                while True:
                    more = os.read(terminal, 1000)
                    if not more: break
                    shown += more
            except OSError: pass
            sys.stdout.buffer.write(shown)
            sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
            """
        let outcome = try await world.tool("python3", "-c", script)
        #expect(outcome.status == 0, "\(outcome.out)\(outcome.err)")
        #expect(outcome.out.contains("line 2 is not as printed on the sheet; look again and type it once more"))
        #expect(outcome.out.contains(/case [0-9a-f]{12} is back/), "\(outcome.out)")
        #expect(try await world.bevis("later", "list").outLines.count == 3)
    }

    static func typedLines(_ sheet: String) -> [Substring] {
        sheet.split(separator: "\n").filter { $0.contains(/^    [1-6]  [A-Z0-9]{5} [A-Z0-9]{3,5} +[A-Z0-9]$/) }
    }

    @Test func eachCaseComesBackByItsOwnSheet() async throws {
        let world = try await World.copy()
        #expect(try await world.bevis("eva", "identity", "create", "--name", "Eva To").status == 0)
        var sheets: [[UInt8]] = []
        for title in ["En", "To"] {
            let created = try await world.bevis("eva", "case", "create", "--title", title)
            sheets.append(Array(PersonTests.typedLines(created.out).joined(separator: "\n").utf8) + Array("\n\n".utf8))
        }
        #expect(try await world.bevis("later", "recover", "--name", "Eva To", input: sheets[0]).status == 0)
        let one = try await world.bevis("later", "case", "list")
        #expect(one.status == 0)
        #expect(one.outLines.count == 1)
        #expect(one.out.contains("  En\n"))
        #expect(one.err.contains(/^case [0-9a-f]{12} is yours too, but its keys are not on this machine/), "\(one.err)")
        #expect(try await world.bevis("later", "recover", "--name", "Eva To", input: sheets[1]).status == 0)
        let both = try await world.bevis("later", "case", "list")
        #expect(both.outLines.count == 2)
        #expect(both.err == "")
    }
}
