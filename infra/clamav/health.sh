#!/bin/sh
# Succeeds if clamd finds a canary in a stream, which only the signatures of Coffer detect. Fails before the signatures are
# loaded and while clamd hangs. For start-up and liveness probes, and for the check of the entrypoint.
: "${RUN_DIRECTORY:=/run/clamav}"
: "${HEALTH_TIMEOUT_SECONDS:=10}"

canary="$RUN_DIRECTORY/canary"
[ -f "$canary" ] || printf 'PK\005\006............\377\377\377\377' >"$canary"
timeout "$HEALTH_TIMEOUT_SECONDS" \
  clamdscan --config-file="$RUN_DIRECTORY/clamd.conf" --stream --no-summary "$canary" >/dev/null 2>&1
# 0: clean, 1: found, 2: error, 124: timeout.
[ $? -eq 1 ]
