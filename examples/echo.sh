#!/bin/sh
# Starts an echo server on a port of the system's choice, sends it a file, shows what comes back, ends the server.
set -eu
file=${1:?usage: sh examples/echo.sh FILE}
cd "$(dirname "$0")/.."
case $file in /*) ;; *) file=$PWD/$file ;; esac

cargo build --quiet --package sock
sock=${CARGO_TARGET_DIR:-target}/debug/sock
log=$(mktemp)
"$sock" listen tcp://127.0.0.1:0 --echo 2>"$log" &
server=$!
trap 'kill "$server"; rm -f "$log"' EXIT

# The server says where it listens; until then there is nothing to talk to.
tries=0
until address=$(sed -n 's/^listening on //p' "$log") && [ -n "$address" ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 500 ] || { echo "the server did not start:" >&2; cat "$log" >&2; exit 1; }
    sleep 0.01
done

"$sock" connect "$address" <"$file"
echo "-- $(wc -c <"$file") bytes there and back, by $address" >&2
