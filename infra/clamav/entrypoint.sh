#!/bin/sh
# Runs clamd as the sidecar of Coffer: loads the signatures of the mirror, updates them, and ends when clamd ends or hangs,
# so that the platform restarts the container. Writes only to DATABASE_DIRECTORY and RUN_DIRECTORY. Needs no root.
set -eu

: "${CLAMAV_MIRROR_URL:?the signature mirror: file:///mirror, where the bucket is mounted, or an https address}"
: "${CLAMAV_SERVICE_PORT:=3310}"
: "${SETTINGS_DIRECTORY:=/etc/coffer}"
: "${DATABASE_DIRECTORY:=/var/lib/clamav}"
: "${RUN_DIRECTORY:=/run/clamav}"
: "${UPDATE_SECONDS:=3600}"
: "${HEALTH_SECONDS:=15}"
: "${HEALTH_MISSES:=6}"
export RUN_DIRECTORY

say() { printf '%s\n' "sidecar: $*"; }

# If an option occurs twice, the first line applies, so the settings of the host come first.
mkdir -p "$RUN_DIRECTORY/spool"
{
  echo "TCPSocket $CLAMAV_SERVICE_PORT"
  echo "TCPAddr 127.0.0.1"
  echo "DatabaseDirectory $DATABASE_DIRECTORY"
  echo "TemporaryDirectory $RUN_DIRECTORY/spool"
  cat "$SETTINGS_DIRECTORY/clamd.conf"
} >"$RUN_DIRECTORY/clamd.conf"
{
  echo "PrivateMirror $CLAMAV_MIRROR_URL"
  echo "DatabaseDirectory $DATABASE_DIRECTORY"
  echo "DatabaseOwner $(id -un)"
  echo "NotifyClamd $RUN_DIRECTORY/clamd.conf"
  cat "$SETTINGS_DIRECTORY/freshclam.conf"
} >"$RUN_DIRECTORY/freshclam.conf"

# freshclam does not support a directory as the mirror. clamd detects new files (SelfCheck) and verifies their signers.
update() {
  case "$CLAMAV_MIRROR_URL" in
    file://*) copy_new "${CLAMAV_MIRROR_URL#file://}" ;;
    *) freshclam --config-file="$RUN_DIRECTORY/freshclam.conf" --stdout ;;
  esac
}

# Copies every file that is newer in the mirror, with an atomic replacement. Fails if the mirror is empty.
copy_new() {
  held=no
  for new in "$1"/*.*; do
    case "$new" in *.new) continue ;; esac
    [ -s "$new" ] || continue
    held=yes
    old="$DATABASE_DIRECTORY/${new##*/}"
    if [ -f "$old" ] && ! [ "$new" -nt "$old" ]; then continue; fi
    cp "$new" "$old.new" && touch -r "$new" "$old.new" && mv "$old.new" "$old" || return 1
    say "${new##*/} is new"
  done
  [ "$held" = yes ]
}

# The kernel ignores signals to the first process of a container unless the process handles them.
trap 'exit 0' TERM INT
cp "$SETTINGS_DIRECTORY/coffer.ndb" "$SETTINGS_DIRECTORY/coffer.ldb" "$DATABASE_DIRECTORY/"
until update; do
  say "no signatures from $CLAMAV_MIRROR_URL yet"
  sleep "${RETRY_SECONDS:-10}" &
  wait $!
done

clamd --config-file="$RUN_DIRECTORY/clamd.conf" &
clamd=$!

(
  while sleep "$UPDATE_SECONDS"; do
    update || say "the signatures could not be updated; the next attempt is in $UPDATE_SECONDS s"
  done
) &
updates=$!

(
  until "$SETTINGS_DIRECTORY/health.sh"; do sleep 1; done
  say "clamd scans"
  misses=0
  while sleep "$HEALTH_SECONDS"; do
    if "$SETTINGS_DIRECTORY/health.sh"; then
      misses=0
    else
      misses=$((misses + 1))
      say "clamd did not find the canary ($misses of $HEALTH_MISSES)"
    fi
    if [ "$misses" -ge "$HEALTH_MISSES" ]; then
      say "clamd hangs and is killed"
      kill -9 "$clamd"
    fi
  done
) &
watch=$!

trap 'kill "$clamd" 2>/dev/null || true' TERM INT
status=0
wait "$clamd" || status=$?
# A signal interrupts the first wait. The second one waits for the end of clamd.
if kill -0 "$clamd" 2>/dev/null; then
  status=0
  wait "$clamd" || status=$?
fi
kill "$updates" "$watch" 2>/dev/null || true
say "clamd ended ($status)"
exit "$status"
