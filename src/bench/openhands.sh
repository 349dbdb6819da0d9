# The rows of OpenHands' FileStore, of changes and of S3; read by src/bench/run, whose functions and variables it uses, and those of
# src/bench/remote.sh and src/bench/replay.sh.
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
#
# The peer of the FileStore is src/bench/filestore.py, which serves the same folder; for reads and writes wrk has 8 connections, and
# goes through 1,024 files of 600 bytes. What recording costs is asked of one Packhorse with two exports, of which a route from
# `changes:` follows one; what an audit log costs, of another one that writes it.
#
# The peer of S3 is src/bench/Sdk.java, which has the AWS SDK as Packhorse does, and asks the same server: for contents S3Proxy, the
# server of the tests, over a folder and without looking at signatures; for the listing src/bench/Keys.java, which takes next to
# no time for a page, so that what differs is ours.

# Below the ports that the kernel gives to clients.
flask_url=http://127.0.0.1:$(free_port 4000)
sessions_address=http://127.0.0.1:$(free_port 6000)
sessions_management=http://127.0.0.1:$(free_port 8000)
sessions_url=$sessions_address/openhands
audited_address=http://127.0.0.1:$(free_port 9000)
s3proxy=http://127.0.0.1:$(free_port 10000)
keys=http://127.0.0.1:$(free_port 12000)
sdk=http://127.0.0.1:$(free_port 14000)
sdk_keys=http://127.0.0.1:$(free_port 16000)
buckets_address=http://127.0.0.1:$(free_port 18000)
buckets_url=$buckets_address/fs
s3_contents='S3 (GET|PUT|16)'
audited_writes='10,000 FileStore writes with an audit log'
event=$work/event
uploads=16

flask=no
if python3 -c 'import flask' 2>/dev/null; then flask=yes; fi

make_openhands_files() {
  printf 'packhorse bench event 24%.0s' {1..25} >"$event"
  if selected 'FileStore' && ! made events; then
    make_entries list-of-events 10000
    mkdir -p "$data/events"
    local names
    mapfile -t names < <(seq -f "$data/events/event-0-%.0f.json" 512 && seq -f "$data/events/event-1-%.0f.json" 512)
    tee "${names[@]}" <"$event" >/dev/null
    done_making events
  fi
  if selected 'S3 16' && ! made s3; then
    head -c 67108864 /dev/urandom >"$data/sixty-four-mib"
    done_making s3
  fi
}

# write_events_script NAME METHOD BODY: goes through 512 files in each of two threads
write_events_script() {
  cat >"$work/$1.lua" <<LUA
local threads = 0
function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end
function init()
  requests = {}
  for n = 1, 512 do
    requests[n] = wrk.format("$2", wrk.path .. number .. "-" .. n .. ".json", nil, $3)
  end
end
local last = 0
function request()
  last = last % 512 + 1
  return requests[last]
end
LUA
}

start_sessions() {
  write_events_script read-events GET nil
  write_events_script write-events POST 'string.rep("packhorse bench event 24", 25)'
  if selected 'FileStore'; then
    start flask "$flask_url/files/one-kib" python3 "$repository/src/bench/filestore.py" \
      --port "${flask_url##*:}" --storage-dir "$data"
  fi
  mkdir -p "$work/unrecorded" "$work/recorded" "$work/audited"
  another sessions "$sessions_address" -Dquarkus.http.port="${sessions_management##*:}" <<ROUTES
- route:
    id: sessions
    from: {uri: "export:/bench?protocols=openhands", steps: [{to: "store:file:$data?durable=none"}]}
- route:
    id: cached
    # A slash more, since one location is one store.
    from: {uri: "export:/cached?protocols=openhands", steps: [{to: "store:file:$data/?durable=none&cache=10m"}]}
- route:
    id: unrecorded
    from: {uri: "export:/unrecorded?protocols=openhands", steps: [{to: "store:file:$work/unrecorded"}]}
- route:
    id: recorded
    from: {uri: "export:/recorded?protocols=openhands", steps: [{to: "store:file:$work/recorded"}]}
- route: {id: follow, from: {uri: "changes:/recorded", steps: [{to: "log:changes?level=DEBUG"}]}}
ROUTES
  if selected "$audited_writes"; then
    another audited "$audited_address" -Dpackhorse.audit="$work/audit.log" <<ROUTES
- route: {id: audited, from: {uri: "export:/audited?protocols=openhands", steps: [{to: "store:file:$work/audited"}]}}
ROUTES
  fi
}

# start_sdk NAME ADDRESS ENDPOINT BUCKET
start_sdk() {
  local libraries=$repository/target/quarkus-app/lib
  start "$1" "$2/get/one-kib" "$java" -Xmx256m -cp "$libraries/main/*:$libraries/boot/*" \
    "$repository/src/bench/Sdk.java" "${2##*:}" "$3" "$4" "$data/one-gib"
}

start_s3proxy() {
  local class_path=$repository/target/s3proxy/class-path
  if [ ! -f "$class_path" ]; then
    say 'looking for S3Proxy'
    (cd "$repository" && ./mvnw -q -B -ntp -P test-servers -DskipTests generate-test-resources >&2) || die 'there is no S3Proxy'
  fi
  mkdir -p "$work/s3/contents"
  cp "$data/one-kib" "$work/s3/contents/one-kib"
  cat >"$work/s3proxy.conf" <<CONFIGURATION
s3proxy.endpoint=$s3proxy
s3proxy.authorization=none
jclouds.provider=filesystem-nio2
jclouds.identity=any
jclouds.credential=any
jclouds.filesystem.basedir=$work/s3
CONFIGURATION
  # Unless told otherwise it logs each step of each connection, which takes most of its time.
  echo '<configuration><root level="OFF"/></configuration>' >"$work/logback.xml"
  start s3proxy "$s3proxy/contents/one-kib" "$java" -Xmx1g -Dlogback.configurationFile="$work/logback.xml" \
    -cp "$(cat "$class_path")" org.gaul.s3proxy.Main --properties "$work/s3proxy.conf"
}

# bucket_route NAME ENDPOINT: the bucket is called as the export
bucket_route() {
  cat <<ROUTE
- route:
    id: $1
    from:
      uri: export:/$1
      steps:
        - to:
            uri: store:s3://$1
            parameters:
              endpoint: $2
              access-key: bench
              secret-key: bench
              cache: 0s
ROUTE
}

start_buckets() {
  if selected "$s3_contents"; then
    start_s3proxy
    start_sdk sdk "$sdk" "$s3proxy" contents
  fi
  if selected 'S3 listing'; then
    start keys "$keys/keys/one-kib" "$java" "$repository/src/bench/Keys.java" "${keys##*:}" 100000 "$data/one-kib"
    start_sdk sdk-keys "$sdk_keys" "$keys" keys
  fi
  another buckets "$buckets_address" < <(
    if selected "$s3_contents"; then bucket_route contents "$s3proxy"; fi
    if selected 'S3 listing'; then bucket_route keys "$keys"; fi
  )
}

filestore_reads() {
  local connections=8 base
  for base in "$flask_url" "$sessions_url/bench"; do
    if ! fetch -f "$base/files/events/event-1-512.json" | cmp -s - "$event"; then
      say "$base has not the event"
      failed_row "$1" 'Flask' '5 x'
      return
    fi
  done
  compare_rates "$1" 'Flask' 5 "$flask_url/files/events/event-" "$sessions_url/bench/files/events/event-" read-events
}

# arrived FOLDER NAME: all files that begin so hold the event, and there are some
arrived() {
  local file count=0
  for file in "$1/$2"*.json; do
    cmp -s "$file" "$event" || { say "$file is not what was written"; return 1; }
    count=$((count + 1))
  done
  [ "$count" -gt 0 ]
}

# write_events BASE PATH FOLDER SECONDS: requests a second, and whether all of it is in FOLDER
write_events() {
  rate "$4" "$1/files/$2" write-events && arrived "$3" "$(basename "$2")"
}

filestore_writes() {
  local connections=8
  local theirs="write_events $flask_url put/theirs- $data/put" ours="write_events $sessions_url/bench put/ours- $data/put"
  if ! $theirs 1 || ! $ours "$warm_up"; then
    failed_row "$1" 'Flask' '5 x'
    return
  fi
  compare "$1" 'Flask' req/s 5 "$theirs $seconds" "$ours $seconds"
}

# filestore_list WORK EXPORT
filestore_list() {
  local connections=8 base names
  for base in "$flask_url" "$sessions_url/$2"; do
    names=$(fetch -f "$base/files/list-of-events/list" | grep -o '"list-of-events/entry-[0-9]*"' | wc -l)
    if [ "$names" != 10000 ]; then
      say "$base lists $names entries"
      failed_row "$1" 'Flask' '5 x'
      return
    fi
  done
  # So few answers in a second that the usual warm-up is too short for what makes them.
  rate "$((3 * warm_up))" "$sessions_url/$2/files/list-of-events/list" || true
  compare_rates "$1" 'Flask' 5 "$flask_url/files/list-of-events/list" "$sessions_url/$2/files/list-of-events/list"
}

# drained: the outbox is empty; the changes of a round are not delivered during the next one
drained() {
  local begin i waiting
  begin=$(now)
  for ((i = 0; i < 1200; i++)); do
    waiting=$(fetch -f "$sessions_management/q/metrics" | awk '$1 ~ /^packhorse_changes_waiting/ { print $2 }') || return 1
    if [ "$waiting" = 0.0 ]; then
      say "  $(awk -v a="$begin" -v b="$(now)" 'BEGIN { printf "%.1f", b - a }') s later all changes are delivered"
      return
    fi
    sleep 0.1
  done
  say "  after two minutes $waiting changes are not delivered"
  return 1
}

# ten_thousand_writes BASE EXPORT SECONDS: the seconds that as many take
ten_thousand_writes() {
  write_events "$1/$2" event- "$work/$2" "$3" || return 1
  figure=$(awk -v rate="$figure" 'BEGIN { printf "%.3f", 10000 / rate }')
}

recorded_writes() {
  ten_thousand_writes "$sessions_url" recorded "$1" && drained
}

changes() {
  local connections=8
  # A database is much code, which takes its time to be compiled.
  if ! ten_thousand_writes "$sessions_url" unrecorded "$warm_up" || ! recorded_writes "$((8 * warm_up))"; then
    failed_row "$1" 'the same unrecorded' '1.2 x'
    return
  fi
  at_most "$1" 'the same unrecorded' 1.2 "ten_thousand_writes $sessions_url unrecorded $seconds" "recorded_writes $seconds"
}

audited_writes() {
  local connections=8 base=$audited_address/openhands
  if ! ten_thousand_writes "$sessions_url" unrecorded "$((2 * warm_up))" || ! ten_thousand_writes "$base" audited "$((2 * warm_up))" ||
    ! grep -q '"operation":"write"' "$work/audit.log"; then
    failed_row "$1" 'the same without' '1.2 x'
    return
  fi
  at_most "$1" 'the same without' 1.2 "ten_thousand_writes $sessions_url unrecorded $seconds" \
    "ten_thousand_writes $base audited $seconds"
}

sdk_up() {
  elapsed 1073741824 fetch -f -o "$work/size" "$sdk/up/theirs" || return 1
  cmp -s "$data/one-gib" "$work/s3/contents/theirs" || return 1
  rm -f "$work/s3/contents/theirs"
}

sdk_down() {
  elapsed 1073741824 fetch -f -o "$work/size" "$sdk/down/one-gib" && [ "$(cat "$work/size")" = 1073741824 ]
}

s3_put() {
  reset_peak buckets
  compare_transfers "$1" 'AWS SDK' 0.9 sdk_up "upload $buckets_url/contents/ours $work/s3/contents/ours"
  limit "$1, peak of resident memory" "$(($(status VmHWM buckets) / 1024))" MiB 350
}

s3_get() {
  local i
  fetch -f -o "$work/size" "$sdk/up/one-gib" || say 'the object cannot be made'
  reset_peak buckets
  # Three Java programs, of which each takes some GiB until what moves bytes in it is compiled.
  for ((i = 0; i < 6; i++)); do
    sdk_down && download "$buckets_url/contents/one-gib" || true
  done
  compare_transfers "$1" 'AWS SDK' 0.9 sdk_down "download $buckets_url/contents/one-gib"
  limit "$1, peak of resident memory" "$(($(status VmHWM buckets) / 1024))" MiB 350
}

s3_uploads() {
  local n
  for ((n = 1; n <= uploads; n++)); do
    printf 'url="%s"\nupload-file="%s"\noutput="/dev/null"\n' "$buckets_url/contents/upload-$n" "$data/sixty-four-mib"
  done >"$work/uploads"
  reset_peak buckets
  if ! elapsed 1 fetch -f --parallel --parallel-immediate --parallel-max "$uploads" -K "$work/uploads"; then
    failed_row "$1" '' '< 350 MiB'
    return
  fi
  for ((n = 1; n <= uploads; n++)); do
    if ! cmp -s "$data/sixty-four-mib" "$work/s3/contents/upload-$n"; then
      say "upload $n is not what was sent"
      failed_row "$1" '' '< 350 MiB'
      return
    fi
    rm -f "$work/s3/contents/upload-$n"
  done
  limit "$1, peak of resident memory" "$(($(status VmHWM buckets) / 1024))" MiB 350
}

s3_list() {
  local theirs="listed_in $sdk_keys/list/events/ 100000" ours="listed_in $buckets_url/keys/events/ 100000" i
  for ((i = 0; i < 5; i++)); do
    $theirs && $ours || true
  done
  at_most "$1" 'paginator of the AWS SDK' 1.2 "$theirs" "$ours"
}

# run_beside_flask WORK FUNCTION ARGUMENTS...: a row that needs Flask, which is not installed for it
run_beside_flask() {
  if [ "$flask" = yes ]; then
    run "$@"
  elif [ "$flask" = no ] && [[ $1 =~ $only ]]; then
    say 'python3 has no Flask (Debian: python3-flask): what needs it is not measured'
    flask=told
  fi
}

rows_of_openhands() {
  run_beside_flask 'FileStore reads of 600 bytes, 8 connections' filestore_reads
  run_beside_flask 'FileStore writes of 600 bytes, 8 connections, durable = none' filestore_writes
  run_beside_flask 'FileStore list of 10,000 entries, 8 connections' filestore_list bench
  run_beside_flask 'FileStore list of 10,000 entries, 8 connections, cached' filestore_list cached
  run '10,000 FileStore writes with `changes:`' changes
  run "$audited_writes" audited_writes
  run 'S3 PUT 1 GiB' s3_put
  run 'S3 GET 1 GiB' s3_get
  run 'S3 16 uploads of 64 MiB at once' s3_uploads
  run 'S3 listing of 100,000 keys' s3_list
}

start_openhands() {
  if selected 'FileStore'; then start_sessions; fi
  if selected '^S3'; then start_buckets; fi
}
