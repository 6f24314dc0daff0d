#!/bin/sh
# One update of the signature mirror: a job on a schedule, a few times a day. Starts from what the mirror holds, so that the
# public servers are asked for what is new only; every file replaces its older version in one step, and none is left out
# for a moment. Fails, with the mirror as it was, when anything does.
set -eu

: "${MIRROR_DIRECTORY:?the mirror bucket, mounted for writing}"
: "${SETTINGS_DIRECTORY:=/etc/coffer}"
: "${WORK_DIRECTORY:=/run/clamav/mirror}"

mkdir -p "$WORK_DIRECTORY"
for file in "$MIRROR_DIRECTORY"/*.cvd; do
  if [ -f "$file" ]; then cp -p "$file" "$WORK_DIRECTORY/"; fi
done
freshclam --config-file="$SETTINGS_DIRECTORY/mirror/freshclam.conf" --datadir="$WORK_DIRECTORY" --stdout

for name in main daily bytecode; do
  file="$WORK_DIRECTORY/$name.cvd"
  [ -s "$file" ] || { echo "there is no $name.cvd" >&2; exit 1; }
  # Checks the signature that the makers of ClamAV put under it.
  sigtool --info "$file" >/dev/null
done
for name in main daily bytecode; do
  new="$WORK_DIRECTORY/$name.cvd"
  old="$MIRROR_DIRECTORY/$name.cvd"
  if cmp -s "$new" "$old"; then continue; fi
  cp "$new" "$old.new"
  mv "$old.new" "$old"
  echo "$name.cvd is new: $(sigtool --info "$new" | sed -n 's/^Build time: //p')"
done
