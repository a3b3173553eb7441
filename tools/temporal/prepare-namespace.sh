#!/bin/sh
# Makes resultloop's namespace with its search attributes; changes nothing when they are there.
# Needs TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and RETENTION, which is how long closed runs stay readable in the
# Temporal UI (the record in resultloop's own database stays for the practice's retention period).
set -eu

temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"

# The same names and types as in src/workflows/contract.ts; a test compares them.
add_search_attributes() {
  temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" \
    --name Practice --type Keyword \
    --name Tier --type Keyword \
    --name Phase --type Keyword \
    --name Owner --type Keyword \
    --name DueAt --type Datetime \
    --name Escalation --type Int
}

# A new namespace is unknown to parts of the server for up to ten seconds.
tries=1
until add_search_attributes; do
  tries=$((tries + 1))
  [ "$tries" -le 20 ] || exit 1
  sleep 2
done
