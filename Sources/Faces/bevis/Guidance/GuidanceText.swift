/// The guidance for professionals that comes with the program: the same texts as in `Docs/Guidance`.
enum GuidanceText {
    static let english = """
        # Guidance for professionals who help a person who is being stalked

        Version 1, November 2026. Read it before each meeting and each time you lend something on.

        In short: danger comes first. Start the log today and keep the originals. Lend on only what is
        needed, to one named person, for one stated purpose; the person whose case it is approves it and
        sees every opening. Never advise contact with the stalker, and never carry evidence on your own
        telephone or by ordinary e-mail.

        ## Do

        1. Take it seriously, and ask for the whole course of events, not only the last one.
        2. Ask about danger first. Call 112 if it is acute. Get somebody who knows stalking to look at the
           risk.
        3. Find out whether one person pursues another, which is stalking, or two are in conflict. The help
           is not the same.
        4. Support one clear no, if it is safe and has not been said. After that: no contact at all.
        5. Start the log today, in short sittings. Rereading everything at once hurts.
        6. Keep originals, also what is unpleasant and what looks trivial. Add to the case before anything
           is edited or deleted.
        7. Explain that the other side may come to read what is handed to the police.
        8. Be the fixed contact until there is a journal number, and say when you will call next.
        9. Ask about children, relatives, work, telephones and other devices, and who else can enter a
           camera's or a cloud account.
        10. Hold separate meetings, guard addresses, and offer specialist counselling and others who have
            been through it.
        11. Lend on the few items that show what happened. Name the person, the purpose and the day it ends.

        ## Don't

        1. Don't advise meeting, answering, confronting or reasoning with the stalker.
        2. Don't carry messages to the stalker or the stalker's family.
        3. Don't mediate, and don't seat both in one room.
        4. Don't say that it will stop if ignored; don't joke, and don't call it flattering.
        5. Don't order blocking, a new number or moving before evidence and risk have been weighed.
        6. Don't suggest luring, provoking, own investigations or exposure on the internet.
        7. Don't promise secrecy, speed or a conviction.
        8. Don't carry evidence on a private telephone or in ordinary e-mail.
        9. Don't let letters, calendars or shared files show where she is.
        10. Don't open cases that are not yours, and don't make her tell everything again.
        11. Don't ask for her passphrase or her recovery sheet, and don't type it for her.

        This is advice, not law. Where your organisation has rules of its own, follow those.

        """

    static let danish = """
        # Vejledning til fagfolk, der hjælper en person, som bliver stalket

        Version 1, november 2026. Læs den før hvert møde, og hver gang du låner noget videre.

        Kort sagt: faren kommer først. Begynd loggen i dag, og gem originalerne. Lån kun det videre, der er
        brug for, til én navngiven person og til ét bestemt formål; den, sagen handler om, godkender det og
        ser hver åbning. Råd aldrig til kontakt med stalkeren, og bær aldrig beviser på din egen telefon
        eller i almindelig e-mail.

        ## Gør

        1. Tag det alvorligt, og spørg til hele forløbet, ikke kun til det seneste.
        2. Spørg først, om der er fare. Ring 112, hvis det haster. Få en, der kender til stalking, til at se
           på risikoen.
        3. Find ud af, om én forfølger en anden, altså stalking, eller om to er i konflikt. Hjælpen er ikke
           den samme.
        4. Støt ét klart nej, hvis det er sikkert og ikke er sagt endnu. Derefter: slet ingen kontakt.
        5. Begynd loggen i dag, lidt ad gangen. Det gør ondt at læse det hele igen på én gang.
        6. Gem originaler, også det ubehagelige og det, der ligner småting. Læg dem i sagen, før noget
           rettes eller slettes.
        7. Fortæl, at den anden part kan komme til at læse det, politiet får.
        8. Vær den faste kontakt, til der er et journalnummer, og sig, hvornår du ringer næste gang.
        9. Spørg til børn, pårørende, arbejde, telefoner og andre enheder, og til hvem der ellers kan komme
           ind på kameraet eller skyen.
        10. Hold møderne hver for sig, beskyt adresser, og tilbyd særlig rådgivning og andre, der har prøvet
            det samme.
        11. Lån de få ting videre, der viser, hvad der er sket. Nævn personen, formålet og den dag, lånet
            slutter.

        ## Lad være

        1. Råd ikke til at møde, svare, konfrontere eller tale stalkeren til fornuft.
        2. Gå ikke med bud til stalkeren eller stalkerens familie.
        3. Mægl ikke, og sæt ikke de to i samme rum.
        4. Sig ikke, at det går over, hvis man lader som ingenting; lav ikke sjov, og kald det ikke
           smigrende.
        5. Forlang ikke blokering, nyt nummer eller flytning, før beviser og risiko er vejet.
        6. Foreslå ikke at lokke, provokere, efterforske selv eller udstille på nettet.
        7. Lov ikke tavshed, hurtighed eller domfældelse.
        8. Bær ikke beviser på en privat telefon eller i almindelig e-mail.
        9. Lad ikke breve, kalendere eller delte filer røbe, hvor hun er.
        10. Åbn ikke sager, der ikke er dine, og lad hende ikke fortælle det hele forfra.
        11. Bed ikke om hendes adgangssætning eller nødark, og tast dem ikke for hende.

        Det er råd, ikke regler. Har din organisation egne regler, så følg dem.

        """
}
