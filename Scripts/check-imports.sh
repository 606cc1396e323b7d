#!/usr/bin/env bash
# Checks who imports what: each target is the only place that touches one part of the outside world, and the arrows
# between our targets point one way. SwiftPM lets a target import whatever its dependencies depend on, so this is kept
# here. Prints each breach as file:line and fails.
#
# Usage: Scripts/check-imports.sh [root of the package]
set -euo pipefail
cd "${1:-"$(dirname "${BASH_SOURCE[0]}")/.."}"

# Module of the outside world, and the targets that may import it.
owners='
GRDB             Storage
GRDBSQLite       Storage DataTables
AsyncHTTPClient  ModelProviders CodeRunnerClient
Hummingbird      HTTPServer
HummingbirdCore  HTTPServer
ArgumentParser   AssistantsServer
Configuration    ServerConfiguration AssistantsServer
'

# Target, and the targets of ours that it may import.
arrows='
APIDocuments         CAPIDocuments
AssistantsAPI
CodeSandbox
CodeInterpreter      AssistantsAPI CodeSandbox
CodeRunnerClient     AssistantsAPI CodeInterpreter
DataTables           AssistantsAPI
Retrieval            CVectorScan
SignageAnalyst       AssistantsAPI DataTables
Storage              AssistantsAPI CSQLiteMemory CTermPostings Retrieval
TextExtraction       CodeSandbox Retrieval
ModelProviders       AssistantsAPI
RunEngine            AssistantsAPI CodeInterpreter DataTables Storage ModelProviders Retrieval SignageAnalyst TextExtraction
HTTPServer           APIDocuments AssistantsAPI CodeInterpreter Storage RunEngine ModelProviders
ServerConfiguration  AssistantsAPI
AssistantsServer     AssistantsAPI CFreedMemory CodeInterpreter CodeRunnerClient CodeSandbox TextExtraction SignageAnalyst Storage ModelProviders RunEngine HTTPServer ServerConfiguration
'

# All that the vocabulary may import.
system='Foundation FoundationEssentials Glibc Musl Darwin Synchronization'

# file:line:text of every import; attributes, access levels and kinds (import struct X.Y) before the module are allowed.
imports="$(grep -rnE '^[[:space:]]*(@[A-Za-z_()]+[[:space:]]+)*((package|public|internal|private|fileprivate)[[:space:]]+)?import[[:space:]]' \
    --include='*.swift' Sources || true)"

awk -v owners="$owners" -v arrows="$arrows" -v system_modules="$system" '
    function words_of(text, table,    list, count, i) {
        count = split(text, list, " ")
        for (i = 1; i <= count; i++) table[list[i]] = 1
    }
    function breach(why) { print place ": " why; failed = 1 }
    BEGIN {
        count = split(owners, lines, "\n")
        for (i = 1; i <= count; i++) if (split(lines[i], part, " ") > 1) {
            owned[part[1]] = lines[i]; sub(/^[^ ]+ +/, "", owned[part[1]])
            for (j = 2; j in part; j++) mayTouch[part[1], part[j]] = 1
        }
        count = split(arrows, lines, "\n")
        for (i = 1; i <= count; i++) if (split(lines[i], part, " ") > 0) {
            ours[part[1]] = 1
            for (j = 2; j in part; j++) mayUse[part[1], part[j]] = 1
        }
        words_of(system_modules, ofSystem)
    }
    {
        split($0, field, ":")
        place = field[1] ":" field[2]
        split(field[1], folder, "/")
        target = folder[2]
        text = $0
        sub(/^[^:]*:[^:]*:.*import[ \t]+/, "", text)
        sub(/^(struct|class|enum|protocol|func|var|let|typealias)[ \t]+/, "", text)
        match(text, /^[A-Za-z0-9_]+/)
        module = substr(text, 1, RLENGTH)

        if (!(target in ours)) breach("the target " target " is not in the table of Scripts/check-imports.sh")
        if (module in owned && !((module, target) in mayTouch))
            breach(target " imports " module ", which only " owned[module] " may")
        if (module in ours && module != target && !((target, module) in mayUse))
            breach(target " imports " module ", against the direction of our targets")
        if (target == "AssistantsAPI" && !(module in ofSystem))
            breach("AssistantsAPI imports " module "; it may import nothing but the system")
    }
    END { exit failed }
' <<<"$imports"
