#!/usr/bin/env bash
# The node beside nats-server, a bare relay and a loop in C: one table. What the options mean: bench/compare.sh --help; what the figures mean: docs/bench.md.
# The program that runs here starts every server and ends it, by its process, on Ctrl-C too.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
dotnet build bench -c Release -v quiet >&2
exec dotnet bench/bin/Release/net10.0/Anode.Bench.dll "$@"
