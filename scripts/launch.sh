# Sourced by the launchers in bin/, which set $launcher to their own path and the command to run as arguments.
# Plain sh and no fork: every start pays for what stands here.
root=${launcher%/*}/..
node=$root/node_modules/.bin/node
case $launcher in */unsub) bundle=$root/dist/unsub.cjs ;; *) bundle=$root/dist/headgate.cjs ;; esac
if [ ! -x "$node" ] || [ ! -r "$bundle" ]; then
  echo "Headgate is not built: run 'npm start', or 'npm ci && npm run build', in $(cd "$root" && pwd)" >&2
  echo 'exit 78 CONFIG' >&2
  exit 78
fi
if [ -z "${NODE_COMPILE_CACHE-}" ]; then
  # systemd's CacheDirectory= where there is one: an installation is read-only for the service user.
  cache=${CACHE_DIRECTORY-$root/node_modules/.cache/headgate}
  export NODE_COMPILE_CACHE="${cache%%:*}"
fi
# P7: a run that lasts would be given 48 MiB for young objects; with 12 it is as fast, and with 3 where it drafts. That has no use for a
# heap of malloc's for each of V8's threads either.
case ${1-} in
  drip | nurture | confirm) heap=--max-semi-space-size=1 && export MALLOC_ARENA_MAX="${MALLOC_ARENA_MAX-1}" ;;
  # It waits for a quarter of an hour, and should cost little while it does.
  listen) heap=--max-semi-space-size=2 && export MALLOC_ARENA_MAX="${MALLOC_ARENA_MAX-1}" ;;
  send) heap=--max-semi-space-size=4 ;;
  # An import makes more young objects than any other command: collected in larger portions it takes 7 % less time, and in such from its
  # very beginning another 4 %.
  leads) heap='--min-semi-space-size=16 --max-semi-space-size=16' ;;
  *) heap= ;;
esac
# The public page collects what strangers send before it adds up.
case $launcher in */unsub) heap=--expose-gc ;; esac
# shellcheck disable=SC2086 -- several flags, none of which has a space in it
exec "$node" $heap "$bundle" "$@"
