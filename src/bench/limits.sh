# The row of clients that share a gateway with one who wants all of it; read by src/bench/run, whose functions and variables it uses,
# and those of src/bench/replay.sh and src/bench/remote.sh.
# shellcheck shell=bash disable=SC2016,SC2154,SC2317
#
# One address floods: 32 connections that ask again as soon as they are answered, whatever the answer, and two clients that come anew
# for each request. An address may have 500 requests a second and 64 connections. Another asks 250 times a second on one connection.

shared_rows='flooded'
shared_address=http://127.0.0.1:$(free_port 30000)

start_limits() {
  selected "$shared_rows" || return 0
  another shared "$shared_address" -Dpackhorse.limits.address.requests=500 -Dpackhorse.limits.connections-per-address=64 <<ROUTES
- route: {id: shared, from: {uri: "export:/shared", steps: [{to: "store:file:$data"}]}}
ROUTES
}

crowd() {
  "$java" -Xmx64m "$repository/src/bench/Crowd.java" "$1" "$2" "${shared_address##*:}" /fs/shared/one-kib "${@:3}"
}

# patient SECONDS: the milliseconds within which 99 of 100 answers are there
patient() {
  local micros
  micros=$(crowd ask 127.0.0.3 "$1") || return 1
  figure=$(awk -v micros="$micros" 'BEGIN { printf "%.6f", micros / 1000000 }')
}

patient_beside_flood() {
  local flood result=0
  crowd flood 127.0.0.2 $(($1 + 3)) 32 2 >"$work/flood" &
  flood=$!
  # Until the flood has used what it had saved.
  sleep 2
  patient "$1" || result=1
  wait "$flood" || result=1
  say "  flood: $(cat "$work/flood")"
  return "$result"
}

flooded() {
  # Both kinds of answer, until their code is compiled.
  patient "$warm_up" && patient_beside_flood "$warm_up" && patient "$seconds" || { failed_row "$1" 'the same idle' '<= 3 x'; return; }
  at_most "$1" 'the same idle' 3 "patient $seconds" "patient_beside_flood $seconds"
}

rows_of_limits() {
  run 'GET 1 KiB, 99 of 100 answers, flooded by another address' flooded
}
