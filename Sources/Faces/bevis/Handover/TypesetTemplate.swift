/// How the pages become a PDF: a Typst program of our own. All text comes to it as data and is never read as markup.
enum TypesetTemplate {
    static let text = """
        #let d = json(bytes(sys.inputs.data))
        #let c = d.words
        #set document(title: d.title, date: datetime(year: d.day.at(0), month: d.day.at(1), day: d.day.at(2)))
        #set page(paper: "a4", margin: 15mm, numbering: "1 / 1")
        #set text(lang: d.language, size: 9.5pt, font: ("Libertinus Serif", "New Computer Modern", "DejaVu Sans Mono"))
        #set table(stroke: 0.5pt + gray, inset: 4pt)
        #show heading.where(level: 1): set text(size: 17pt)
        #show heading.where(level: 2): set text(size: 14pt)
        #show heading.where(level: 3): set text(size: 11pt)
        #show table.cell: set par(justify: false)
        // Keys and hashes are small enough for one line of a fact. Where it is narrower, a long text breaks anywhere: at
        // empty boxes, for a sign that only marks a place to break would go along with what somebody copies.
        #let is-key(t) = t.match(regex("^([0-9a-f]{64}|\\S+\\+[0-9a-f]{8}\\+\\S+)$")) != none
        #show regex("\\S{36,}"): it => {
          let size = if it.text.len() > 80 { 6pt } else if it.text.len() > 64 { 6.8pt } else { 8pt }
          set text(font: "DejaVu Sans Mono", size: size) if is-key(it.text)
          it.text.clusters().join(box())
        }
        #let lines(t) = {
          for (i, line) in t.split("\\n").enumerate() {
            if i > 0 { linebreak() }
            text(line)
          }
        }
        #let cells(row) = row.map(t => lines(t))
        #let show-block(b) = {
          if b.kind == "heading" { heading(level: 3, text(b.text)) }
          if b.kind == "paragraph" { par(lines(b.text)) }
          if b.kind == "facts" {
            table(columns: (32%, 1fr), ..b.rows.map(r => (strong(text(r.at(0))), lines(r.at(1)))).flatten())
          }
          if b.kind == "table" {
            table(
              columns: b.widths.map(w => if w == 0 { auto } else { w * 1fr }),
              table.header(..b.headers.map(h => strong(text(hyphenate: true, h)))),
              ..b.rows.map(cells).flatten(),
            )
          }
          if b.kind == "picture" { block(breakable: false, image("/" + b.path, alt: b.words, height: 6cm, fit: "contain")) }
          if b.kind == "commands" {
            block(fill: luma(240), inset: 6pt, width: 100%, raw(b.lines.join("\\n"), block: true))
          }
          if b.kind == "form" {
            table(columns: (32%, 1fr), rows: 1.1cm, ..b.labels.map(l => (strong(text(l)), [])).flatten())
          }
        }
        #for (i, s) in d.sections.enumerate() {
          if i > 0 and s.sheet { pagebreak(weak: true) }
          heading(level: if i == 0 { 1 } else { 2 }, text(s.heading))
          for b in s.blocks { show-block(b) }
        }

        """
}
