# The rows of ReplayTVs; read by src/bench/run, whose functions and variables it uses, and those of src/bench/remote.sh.
# shellcheck shell=bash disable=SC2016,SC2154,SC2317
#
# One Packhorse is the device, another has an export of it; `cached` is the same with what stores on other hosts have by default.

replay_rows='ReplayTV'
device_port=$(free_port 40000)
device_address=http://127.0.0.1:$(free_port 42000)
player_address=http://127.0.0.1:$(free_port 44000)
device=http://127.0.0.1:$device_port
player_url=$player_address/fs

make_replay_files() {
  selected 'ReplayTV' || return 0
  if ! made recordings; then
    say 'making 1,000 recordings'
    mkdir -p "$data/recorder/Many"
    (cd "$data/recorder/Many" && seq -f '%.0f.mpg' 1009760001 1009761000 | xargs touch)
    done_making recordings
  fi
  mkdir -p "$data/recorder/Video"
  if [ -e "$data/one-gib" ]; then ln -f "$data/one-gib" "$data/recorder/Video/1009760397.mpg"; fi
}

# another NAME ADDRESS ROUTES [OPTION...]: a Packhorse that has /ready as well
another() {
  local name=$1 address=$2
  shift 2
  {
    echo '- route: {id: ready, from: {uri: "export:/ready", steps: [{to: "store:file:'"$work"'/ready"}]}}'
    cat
  } >"$work/$name.yaml"
  mkdir -p "$work/ready"
  cp "$data/one-kib" "$work/ready/one-kib"
  start "$name" "$address/fs/ready/one-kib" "$java" -Xmx256m -Dpackhorse.routes="$work/$name.yaml" \
    -Dpackhorse.data="$work/$name-state" -Dpackhorse.http.port="${address##*:}" \
    -Dpackhorse.replay.port="$device_port" -Dquarkus.http.port="$(free_port 46000)" "$@" -jar "$jar"
}

start_replay() {
  selected "$replay_rows" || return 0
  another device "$device_address" <<ROUTES
- route: {id: video, from: {uri: "export:/Video?protocols=replay", steps: [{to: "store:file:$data/recorder/Video"}]}}
- route: {id: many, from: {uri: "export:/Many?protocols=replay", steps: [{to: "store:file:$data/recorder/Many"}]}}
ROUTES
  another player "$player_address" <<ROUTES
- route: {id: asked, from: {uri: "export:/asked", steps: [{to: "store:replay://127.0.0.1:$device_port?cache=0s&stat-cache=0s"}]}}
- route: {id: cached, from: {uri: "export:/cached", steps: [{to: "store:replay://localhost:$device_port?cache=10m"}]}}
ROUTES
  seq -f "url=\"$device/httpfs-fstat?name=/Many/%.0f.mpg\"" 1009760001 1009761000 | sed 's#$#\noutput=/dev/null#' >"$work/fstats"
}

# Two bytes more than the file: the status.
device_get() {
  local bytes speed
  read -r bytes speed < <(fetch -o /dev/null -w '%{size_download} %{speed_download}\n' \
    "$device/httpfs-readfile?name=/Video/1009760397.mpg") || return 1
  [ "$bytes" = 1073741826 ] || return 1
  figure=$(awk -v speed="$speed" 'BEGIN { printf "%.1f", speed / 1048576 }')
}

replay_get() {
  compare_transfers "$1" 'curl' 0.8 device_get "download $player_url/asked/Video/1009760397.mpg"
  limit "$1, peak of resident memory" \
    "$(($(awk '$1 == "VmHWM:" { print $2 }' "/proc/${pids[player]}/status") / 1024))" MiB 350
}

fstats() { elapsed 1 fetch -f --parallel --parallel-max 2 -K "$work/fstats"; }

# parts_in URL: the seconds that the 1,001 parts of a directory take
parts_in() {
  figure=$(fetch -f -o "$work/parts" -w '%{time_total}' "$1") || return 1
  [ "$(grep -ac '^Content-Location' "$work/parts")" = 1001 ] || { say "$1 has not 1,001 parts"; return 1; }
}

replay_parts() {
  local i
  for ((i = 0; i < 12; i++)); do parts_in "$player_url/asked/Many/:" && fstats || true; done
  at_most "$1" 'their fstat, two at a time' 1.2 fstats "parts_in $player_url/asked/Many/:"
}

replay_parts_cached() {
  local i
  for ((i = 0; i < 200; i++)); do parts_in "$player_url/cached/Many/:" || true; done
  at_most "$1" 'the same uncached' 0.02 "parts_in $player_url/asked/Many/:" "parts_in $player_url/cached/Many/:"
}

rows_of_replay() {
  run 'ReplayTV GET 1 GiB' replay_get
  run 'ReplayTV `/:` of 1,000 recordings' replay_parts
  run 'ReplayTV `/:` of 1,000 recordings, cached' replay_parts_cached
}
