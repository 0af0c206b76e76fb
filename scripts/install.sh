#!/bin/sh
# Makes this folder the installation of a server: Debian 12 or 13, or another Linux with systemd 252 or newer. Run it as root where the
# installation is to stay:
#
#   git clone URL /opt/headgate && sh /opt/headgate/scripts/install.sh
#
# Flags are the answers of `headgate init`, which asks for those that are missing. Again after an upgrade: what is there stays, times and
# drop-ins included. Nothing can leave this machine before `headgate go-live`.
set -eu
cd "$(dirname "$0")/.."
root=$(pwd -P)
config=/etc/headgate/headgate.toml

fail() {
  printf '%s\n   Nothing was changed.\n   Do   %s\n' "$1" "$2" >&2
  exit 78
}

[ "$(id -u)" -eq 0 ] || fail 'Only root can install on a server.' "sudo sh $root/scripts/install.sh"
[ -d /run/systemd/system ] || fail 'systemd does not run this machine.' "'npm start' shows Headgate without it"
case $root in
  /home/* | /root/* | /tmp/* | /var/tmp/*)
    fail "Services see nothing in $root." 'Move the folder to /opt/headgate, and run scripts/install.sh there'
    ;;
esac
systemd=$(systemctl --version | sed -n '1s/^systemd \([0-9]*\).*/\1/p')
[ "${systemd:-0}" -ge 252 ] || fail "systemd ${systemd:-?} is too old; the units need 252." 'Debian 12 has it'

# A packed installation has no sources and needs no npm: it brings its Node and its bundle.
if [ -d src ]; then
  if [ ! -x node_modules/.bin/node ]; then
    node=$(node --version 2> /dev/null || echo v0)
    major=${node#v}
    [ "${major%%.*}" -ge 20 ] || fail "Node 20 or newer is needed to install, here is ${node}." \
      'apt-get install -y nodejs npm on Debian 13; on Debian 12 a newer Node from nodejs.org'
    command -v npm > /dev/null || fail 'npm is needed to install.' 'apt-get install -y npm'
  fi
  sh scripts/setup
  node_modules/.bin/node scripts/build.ts --if-stale
fi
bin/headgate --version > /dev/null

# Users, folders and units. Nothing is enabled yet where there is no configuration.
bin/headgate units install --yes --prefix "$root"
runuser -u "$(sed -n 's/^User=//p' /etc/systemd/system/headgate-drip.service)" -- test -x "$root/bin/drip" ||
  fail "The services cannot read $root." "chmod -R a+rX $root, and see that every folder above it can be entered"

if [ ! -e "$config" ]; then
  if [ ! -t 0 ]; then set -- --no-input "$@"; fi
  /usr/local/bin/headgate init /etc/headgate "$@"
fi
# Now timers and sockets are enabled, and the public page may read the one secret that it needs.
bin/headgate units install --yes

cat << END

Installed. Timers run, and every mail lands in /var/lib/headgate/outbox as a file until 'headgate go-live'.

Next
  headgate status                   what ran, what waits, what the guards say
  headgate leads import FILE        your leads
  systemctl list-timers 'headgate-*'
END
