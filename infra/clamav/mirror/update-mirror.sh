#!/bin/sh
# Updates the signature mirror. Runs as a scheduled job, a few times a day. Starts with the files of the mirror, so that it
# downloads only new ones from the public servers. Replaces each file atomically, so that none is missing at any time. On any
# failure, it exits with an error and leaves the mirror unchanged.
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
  # Verifies the digital signature of the ClamAV project.
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
