#!/bin/sh
# Succeeds when clamd finds, in a stream, what only a loaded database of Coffer's can: not before its signatures are loaded,
# nor when it hangs. For a start-up or liveness probe, and for the entrypoint's own.
: "${RUN_DIRECTORY:=/run/clamav}"
: "${HEALTH_TIMEOUT_SECONDS:=10}"

canary="$RUN_DIRECTORY/canary"
[ -f "$canary" ] || printf 'PK\005\006............\377\377\377\377' >"$canary"
timeout "$HEALTH_TIMEOUT_SECONDS" \
  clamdscan --config-file="$RUN_DIRECTORY/clamd.conf" --stream --no-summary "$canary" >/dev/null 2>&1
# 0: clean, 1: found, 2: an error; 124: out of time.
[ $? -eq 1 ]
