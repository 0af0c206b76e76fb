#!/bin/sh
# What headgate-alert@UNIT.service runs when UNIT failed: says so in the journal, then hands unit, result and last log lines to the
# program, which keeps them as a notice unless the run told of itself. Plain sh, installed apart from the program: it has to work when
# the program is broken, hangs or is gone.
unit=${1:?the unit that failed}
program=/opt/headgate/bin/headgate
config=/etc/headgate/headgate.toml
# Your own last resort, such as a script that calls a pager: run with the unit and its result when the program cannot take the alert.
fallback=/etc/headgate/alert-fallback

property() { systemctl show --timestamp=unix --property="$1" --value "$unit" 2>/dev/null; }

# systemd sets MONITOR_ variables unless two units failed in the same moment.
result=${MONITOR_SERVICE_RESULT:-$(property Result)}
status=${MONITOR_EXIT_STATUS:-$(property ExecMainStatus)}
since=$(property ExecMainStartTimestamp)

echo "<2>$unit failed: result=${result:-unknown} status=${status:-unknown}. See: journalctl -u $unit"

# Its own lines, and what systemd said of it. Not by invocation: the journal knows that only while the process lives.
lines=$(journalctl --quiet --no-pager --output=cat --lines=15 --unit="$unit" --since="${since:-today}" 2>/dev/null)

if printf '%s\n' "$lines" | timeout 40 "$program" units alert "$unit" -C "$config" --result "${result:-unknown}" \
  --status "${status:-unknown}" --since "${since:-@0}"; then
  exit 0
fi
echo "<2>Headgate cannot keep the alert of $unit either; it stands in the journal alone"
if [ -x "$fallback" ]; then exec timeout 40 "$fallback" "$unit" "${result:-unknown}"; fi
exit 1
