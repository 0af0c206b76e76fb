#!/bin/sh
# npm start: the first minute. Makes a workspace of samples in state/ and shows a cold start, the confirmed plan
# and the drafts that wait, then the story of 18 February. Nothing is configured and nothing can be sent: mail would land in state/outbox.
set -eu
cd "$(dirname "$0")/.."

sh scripts/setup
node_modules/.bin/node scripts/build.ts --if-stale

# Runs one command as a person would type it. Exits that are expected answers (20 to 34) do not end the demo.
show() {
  printf '\n$ headgate %s\n' "$*"
  status=0
  bin/headgate "$@" || status=$?
  if [ "$status" -ne 0 ] && { [ "$status" -lt 20 ] || [ "$status" -gt 34 ]; }; then
    exit "$status"
  fi
}

if [ ! -e state/headgate.toml ]; then
  show init state --no-input --sample --name 'Headgate demo' --from 'demo@headgate.example' \
    --timezone UTC --postal-address '1 Example Street, Leeds'
fi

show drip
if [ "$status" -eq 30 ]; then
  printf '\nThat was a cold start: the first run ever drafts nothing until a person has looked at the plan.\n'
fi
show confirm --yes
show review list

printf '\nAnd the morning for which all this was built: a machine comes back after three weeks.\n'
show simulate --story feb-18

cat <<'END'

Next
  bin/headgate review          read the drafts; a approves, r rejects, u takes it back
  bin/headgate send            delivers what is approved, as files in state/outbox
  bin/headgate leads why ID    why a lead did or did not get an email
  bin/headgate simulate        the next two weeks on a copy; --outage A..B: and if this machine is off?
  bin/headgate --help          everything else
END
