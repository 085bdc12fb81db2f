#!/bin/bash
# stop.sh FOLDER: end the daemons that start.sh noted there, the gateway first. Waits, because an OSD takes seconds to
# end and a new start beside it leaves a dead store. Does nothing when nothing runs.
set -u
[ $# -eq 1 ] || { echo "usage: stop.sh FOLDER" >&2; exit 2; }
[ -f "$1/run/pids" ] || exit 0
for pid in $(tac "$1/run/pids"); do kill -TERM "$pid" 2> /dev/null; done
for pid in $(cat "$1/run/pids"); do
  for _ in $(seq 150); do kill -0 "$pid" 2> /dev/null || break; sleep 0.1; done
  kill -KILL "$pid" 2> /dev/null
done
rm -f "$1/run/pids"
