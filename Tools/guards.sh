#!/usr/bin/env bash
# Rules of the house that a compiler does not know. Each names what breaks it, and each fails when it finds nothing to
# look at: a guard without input guards nothing. Tools/guards-test.sh plants every violation and sees it caught.
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C

broken=0

# verdict RULE COUNT VIOLATIONS: COUNT is how many things the rule looked at.
verdict() {
    if [ "$2" -eq 0 ]; then
        echo "BROKEN: $1: nothing to look at"
        broken=$((broken + 1))
    elif [ -n "$3" ]; then
        local line
        echo "BROKEN: $1:"
        while IFS= read -r line; do echo "    $line"; done <<<"$3"
        broken=$((broken + 1))
    else
        echo "ok: $1 ($2)"
    fi
}

# Every file of the project, built and ignored ones left out; also where there is no git.
list_files() {
    if [ "$(git rev-parse --show-toplevel 2>/dev/null)" = "$(pwd -P)" ]; then
        git ls-files -z --cached --others --exclude-standard
    else
        find . -name .git -prune -o -name '.build*' -prune -o -type f -printf '%P\0'
    fi
}

declare -a files=()
while IFS= read -r -d '' file; do
    if [ -f "$file" ]; then files+=("$file"); fi
done < <(list_files | sort -z)

# matching REGEX: the files whose path matches.
matching() {
    local file
    for file in "${files[@]}"; do
        if [[ $file =~ $1 ]]; then echo "$file"; fi
    done
}

count_lines() { grep -c . <<<"$1" || true; }

# search REGEX FILES: the matching lines, as path:line:text; FILES is one path a line.
search() {
    [ -n "$2" ] || return 0
    tr '\n' '\0' <<<"$2" | sed -z '/^$/d' | xargs -0 grep -aHnE -e "$1" -- || true
}

# imports FILES: one `path module` line for each import.
imports() {
    local attribute='@[A-Za-z_]+(\([^)]*\))?[[:space:]]+'
    local access='(public|package|internal|private|fileprivate)[[:space:]]+'
    local kind='(struct|class|enum|func|protocol|typealias|let|var)[[:space:]]+'
    search "^[[:space:]]*($attribute)*($access)?import[[:space:]]" "$1" |
        sed -E "s/^([^:]*):[0-9]+:[[:space:]]*($attribute)*($access)?import[[:space:]]+($kind)?([A-Za-z_0-9]+).*/\1 \8/"
}

sources=$(matching '^Sources/.*\.swift$')
source_count=$(count_lines "$sources")

only_sodium_imports_csodium() {
    local inside outside
    inside=$(imports "$(matching '^Sources/Ground/Sodium/.*\.swift$')" | awk '$2 == "CSodium"')
    outside=$(imports "$sources" | awk '$2 == "CSodium" && $1 !~ "^Sources/Ground/Sodium/" { print $1 }')
    outside+=$(search '#[[:space:]]*include[[:space:]]*[<"]sodium' \
        "$(matching '^Sources/.*\.(h|c)$' | grep -v '^Sources/Ground/CSodium/')")
    verdict "only Sources/Ground/Sodium imports CSodium" "$(count_lines "$inside")" "$outside"
}

# An example is a path, or a folder ending in a slash, that Keys/EXAMPLES lists and that says so in its own name.
secret_keys() {
    local key='AGE-SECRET-KEY-(PQ-)?1[0-9A-Z]{20}|age-secret-key-(pq-)?1[0-9a-z]{20}'
    key+='|PRIVATE\+KEY\+[^+[:space:]]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]{20}|BEGIN [A-Z0-9 ]*PRIVATE KEY'
    local found example listed="" wrong=""
    found=$(search "$key" "$(printf '%s\n' "${files[@]}")" | cut -d: -f1 | sort -u)
    if [ -f Keys/EXAMPLES ]; then listed=$(grep -v '^ *\(#\|$\)' Keys/EXAMPLES || true); fi
    while IFS= read -r example; do
        [ -n "$example" ] || continue
        if [[ ${example,,} != *example* ]]; then
            wrong+="Keys/EXAMPLES lists $example, which does not have the word example in its name"$'\n'
        elif ! grep -qF -- "$example" <<<"$found"; then
            wrong+="Keys/EXAMPLES lists $example, where there is no secret key"$'\n'
        elif [[ $example == */ ]]; then
            found=$(awk -v prefix="$example" 'index($0, prefix) != 1' <<<"$found")
        else
            found=$(awk -v path="$example" '$0 != path' <<<"$found")
        fi
    done <<<"$listed"
    verdict "no secret key but marked examples" "${#files[@]}" "$wrong$found"
}

nothing_left_undone() {
    local text
    text=$(matching '\.(swift|md|sh|mjs|js|html|css|c|h|py|yml)$|(^|/)Makefile$|^\.ci/')
    verdict "nothing marked as left undone" "$(count_lines "$text")" \
        "$(search '\b(TO''DO|FIX''ME|X''XX|HA''CK)\b' "$text")"
}

no_traps() {
    verdict "no try!, as! or fatalError in Sources" "$source_count" \
        "$(search '(^|[^A-Za-z_])(try!|as!)|fatalError\(' "$sources")"
}

# longer_than LIMIT FILES
longer_than() {
    local file
    while IFS= read -r file; do
        [ -n "$file" ] || continue
        awk -v limit="$1" 'END { if (NR > limit) print FILENAME ": " NR " lines" }' "$file"
    done <<<"$2"
}

file_sizes() {
    local code tests
    code=$(matching '^Sources/.*\.(swift|h|c|js|mjs|css|html)$')
    tests=$(matching '^Tests/.*\.(swift|sh|py|mjs)$')
    verdict "no file in Sources over 500 lines" "$(count_lines "$code")" "$(longer_than 500 "$code")"
    verdict "no file in Tests over 800 lines" "$(count_lines "$tests")" "$(longer_than 800 "$tests")"
}

# Path of a source file: Sources/LAYER/PART/...
layers() {
    local strangers climbing
    strangers=$(awk -F/ '$2 !~ /^(Ground|Formats|Domain|Custody|Services|Faces)$/ { print $0 ": no such layer" }' \
        <<<"$sources")
    climbing=$({
        printf '%s\n' "${files[@]}" | awk -F/ '$1 == "Sources" && NF > 3 { print "part", $2, $3 }' | sort -u
        imports "$sources" | sed 's/^/import /'
    } | awk '
        BEGIN { split("Ground Formats Domain Custody Services Faces", names); for (n in names) rank[names[n]] = n }
        $1 == "part" { layer[$3] = $2 }
        $1 == "import" {
            split($2, path, "/")
            above = layer[$3]
            if (above != "" && rank[above] + 0 > rank[path[2]] + 0)
                print $2 ": " path[2] " must not import " $3 " of " above
        }')
    [ -z "$strangers" ] || climbing+=$'\n'$strangers
    verdict "no layer imports one above it" "$(imports "$sources" | wc -l)" "$climbing"
}

# The portable parts may import each other and what Embedded Swift has. Foundation, Glibc and all else stay out.
portable_parts() {
    local parts part allowed="Swift Synchronization CSodium" text="" outside missing=""
    parts=$(bash Tools/wasm.sh modules)
    for part in $parts; do
        allowed+=" ${part##*/}"
        text+=$(matching "^Sources/$part/.*\.swift$")$'\n'
        [ -d "Sources/$part" ] || missing+="Sources/$part is missing"$'\n'
    done
    outside=$(imports "$text" | awk -v allowed="$allowed" '
        BEGIN { split(allowed, names, " "); for (n in names) fine[names[n]] = 1 }
        !($2 in fine) { print $1 ": a portable part must not import " $2 }')
    verdict "portable parts import nothing but each other" "$(imports "$text" | wc -l)" "$missing$outside"
}

# links FILE: the relative targets in a Markdown file, code left out, without anchors.
links() {
    awk '/^[[:space:]]*(```|~~~)/ { code = !code; next } !code { gsub(/`[^`]*`/, ""); print }' "$1" |
        grep -oE '\]\([^)[:space:]]+|^\[[^]]+\]:[[:space:]]+[^[:space:]]+' |
        sed -E 's/^\]\(//; s/^\[[^]]+\]:[[:space:]]+//; s/^<(.*)>$/\1/' |
        grep -vE '^([a-zA-Z][a-zA-Z0-9+.-]*:|#)' | sed -E 's/[#?].*//; s/%20/ /g' || true
}

markdown_links() {
    local pages page target from dead=""
    pages=$(matching '\.md$')
    while IFS= read -r page; do
        [ -n "$page" ] || continue
        while IFS= read -r target; do
            [ -n "$target" ] || continue
            from=$(dirname "$page")
            if [[ $target == /* ]]; then from=.; fi
            [ -e "$from/$target" ] || dead+="$page: $target does not exist"$'\n'
        done < <(links "$page")
    done <<<"$pages"
    verdict "links between pages lead somewhere" "$(count_lines "$pages")" "${dead%$'\n'}"
}

only_sodium_imports_csodium
secret_keys
nothing_left_undone
no_traps
file_sizes
layers
portable_parts
markdown_links

if [ "$broken" -gt 0 ]; then
    echo "guards: $broken broken"
    exit 1
fi
