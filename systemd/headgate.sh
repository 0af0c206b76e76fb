#!/bin/sh
# headgate on this server: its configuration, its state, its user. Root becomes that user, so that no file of the state is ever root's.
STATE_DIRECTORY=${STATE_DIRECTORY:-/var/lib/headgate}
export STATE_DIRECTORY
program=/opt/headgate/bin/headgate
case ${1-} in units) exec "$program" "$@" ;; esac
if [ "$(id -u)" -eq 0 ]; then exec runuser -u headgate -- "$program" "$@"; fi
exec "$program" "$@"
