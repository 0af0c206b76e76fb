#!/bin/sh
# headgate on this server: its configuration, its state, its user. Root becomes that user, so that no file of the state is ever root's.
STATE_DIRECTORY=${STATE_DIRECTORY:-/var/lib/headgate}
export STATE_DIRECTORY
program=/opt/headgate/bin/headgate
# Root takes no compiled code from a folder that others write, and leaves none behind.
case ${1-} in units | secrets) CACHE_DIRECTORY='' exec "$program" "$@" ;; esac
CACHE_DIRECTORY=${CACHE_DIRECTORY-/var/cache/headgate}
export CACHE_DIRECTORY
if [ "$(id -u)" -ne 0 ]; then exec "$program" "$@"; fi

# What `headgate secrets set` stored is root's alone: it is lent to this one command, as systemd lends it to a unit, in memory.
lent=
for file in /etc/credstore/headgate.* /etc/credstore.encrypted/headgate.*.encrypted; do
  [ -f "$file" ] || continue
  if [ -z "$lent" ]; then
    lent=$(mktemp -d /run/headgate-XXXXXX) || break
    trap 'rm -rf "$lent"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
  fi
  name=${file##*/headgate.}
  case $file in
    *.encrypted) systemd-creds decrypt --name="$name" "$file" "$lent/$name" ;;
    *) cat "$file" > "$lent/$name" ;;
  esac
done
if [ -z "$lent" ]; then exec runuser -u headgate -- "$program" "$@"; fi
chmod 0400 "$lent"/*
chown -R headgate "$lent"
chmod 0500 "$lent"
CREDENTIALS_DIRECTORY=$lent
export CREDENTIALS_DIRECTORY
runuser -u headgate -- "$program" "$@"
exit
