# The rows of stores on other hosts and of archives; read by src/bench/run, whose functions and variables it uses.
# shellcheck shell=bash disable=SC2154,SC2317
#
# An sshd and a ProFTPD of this host serve the same folder as the others, with nothing but what it takes to be reached. A
# second Packhorse has an export for each; `far` goes through 10 ms of added latency (src/bench/Latency.java).

remote_rows='SFTP|FTP|zip'
ssh_port=$(free_port 30000)
far_port=$(free_port 32000)
ftp_port=$(free_port 34000)
remote_address=http://127.0.0.1:$(free_port 36000)
remote_url=$remote_address/fs

make_remote_files() {
  if selected 'SFTP' && ! made tree; then
    say 'making a tree of 1,000 directories'
    make_entries ten-thousand 10000
    (mkdir -p "$data/tree" && cd "$data/tree" && seq -f 'd%04.0f' 1000 | xargs mkdir -p &&
      seq -f 'd%04.0f' 1000 | sed 's#.*#&/a\n&/b\n&/c#' | xargs touch)
    done_making tree
  fi
  if selected 'zip' && ! made zip; then
    say 'making an archive of 100,000 entries'
    make_entries hundred-thousand 100000
    (cd "$data/hundred-thousand" && zip -q -0 -X -r ../archive.zip .)
    done_making zip
  fi
}

start_sshd() {
  mkdir "$work/ssh"
  if [ "$(id -u)" = 0 ]; then mkdir -p /run/sshd; fi
  ssh-keygen -q -t ed25519 -N '' -f "$work/ssh/host"
  ssh-keygen -q -t ed25519 -N '' -f "$work/ssh/key"
  cp "$work/ssh/key.pub" "$work/ssh/authorized"
  local port
  for port in "$ssh_port" "$far_port"; do
    echo "[127.0.0.1]:$port $(cut -d' ' -f1,2 "$work/ssh/host.pub")"
  done >"$work/ssh/known"
  cat >"$work/ssh/config" <<CONFIGURATION
Port $ssh_port
ListenAddress 127.0.0.1
HostKey $work/ssh/host
AuthorizedKeysFile $work/ssh/authorized
StrictModes no
PidFile none
UsePAM no
MaxStartups 100
MaxSessions 100
Subsystem sftp internal-sftp
CONFIGURATION
  (exec /usr/sbin/sshd -D -e -f "$work/ssh/config") >"$work/sshd.log" 2>&1 </dev/null &
  pids[sshd]=$!
  (exec "$java" "$repository/src/bench/Latency.java" "$far_port" "$ssh_port" 10) >"$work/far.log" 2>&1 </dev/null &
  pids[far]=$!
}

start_ftpd() {
  cat >"$work/proftpd.conf" <<CONFIGURATION
ServerType standalone
DefaultServer on
UseIPv6 off
DefaultAddress 127.0.0.1
SocketBindTight on
Port $ftp_port
User nobody
Group nogroup
PidFile $work/proftpd.pid
ScoreboardFile $work/proftpd.scoreboard
SystemLog $work/proftpd.log
WtmpLog off
UseFtpUsers off
TransferLog none
TimesGMT on
<Anonymous $data>
  User nobody
  Group nogroup
  UserAlias anonymous nobody
  RequireValidShell off
  <Limit WRITE>
    DenyAll
  </Limit>
</Anonymous>
CONFIGURATION
  (exec proftpd -n -q -c "$work/proftpd.conf") >"$work/proftpd.out" 2>&1 </dev/null &
  pids[ftpd]=$!
}

# sftp_route NAME PORT FOLDER CACHE
sftp_route() {
  cat <<ROUTE
- route:
    id: $1
    from:
      uri: export:/$1
      steps:
        - to:
            uri: store:sftp://$(id -un)@127.0.0.1:$2$3
            parameters:
              key: $work/ssh/key
              known-hosts: $work/ssh/known
              durable: none
              cache: $4
ROUTE
}

start_remote_packhorse() {
  mkdir -p "$work/remote"
  cp "$data/one-kib" "$work/remote/one-kib"
  {
    cat <<ROUTE
- route:
    id: ready
    from:
      uri: export:/ready
      steps:
        - to: store:file:$work/remote
ROUTE
    if selected SFTP; then
      sftp_route near "$ssh_port" "$data" 0s
      # A slash more, since one location is one store.
      sftp_route cached "$ssh_port" "$data/" 10m
      sftp_route far "$far_port" "$data" 0s
    fi
    if selected '^FTP'; then
      echo '- route: {id: ftp, from: {uri: "export:/ftp", steps: [{to: "store:vfs:ftp://127.0.0.1:'"$ftp_port"'/"}]}}'
    fi
    if selected zip; then
      echo '- route: {id: zip, from: {uri: "export:/zip", steps: [{to: "store:vfs:zip:file://'"$data"'/archive.zip"}]}}'
    fi
  } >"$work/remote.yaml"
  start remote "$remote_url/ready/one-kib" "$java" -Xmx256m -Dpackhorse.routes="$work/remote.yaml" \
    -Dpackhorse.data="$work/remote-state" -Dpackhorse.http.port="${remote_address##*:}" \
    -Dquarkus.http.port="$(free_port 38000)" -jar "$jar"
}

# elapsed BYTES-OR-1 COMMAND...: figure is BYTES, in MiB, a second; or for 1 the seconds
elapsed() {
  local size=$1 begin end
  shift
  begin=$(now)
  "$@" >"$work/elapsed" 2>&1 || { tail -n 3 "$work/elapsed" >&2; return 1; }
  end=$(now)
  figure=$(awk -v size="$size" -v a="$begin" -v b="$end" \
    'BEGIN { if (size == 1) printf "%.4f", b - a; else printf "%.1f", size / 1048576 / (b - a) }')
}

# by_sftp COMMAND: runs it in OpenSSH's client
by_sftp() {
  echo "$1" | sftp -q -F none -b - -P "$ssh_port" -i "$work/ssh/key" -o IdentitiesOnly=yes \
    -o UserKnownHostsFile="$work/ssh/known" "$(id -un)@127.0.0.1"
}

sftp_get() { elapsed 1073741824 by_sftp "get $data/one-gib /dev/null"; }
sftp_put() { elapsed 1073741824 by_sftp "put $data/one-gib $data/put/theirs" && rm -f "$data/put/theirs"; }
sftp_list() { elapsed 1 by_sftp "ls -l $data/ten-thousand"; }
curl_ftp() { download "ftp://127.0.0.1:$ftp_port/one-gib"; }
unzip_list() { elapsed 1 unzip -l "$data/archive.zip"; }

# listed_in URL COUNT: the seconds that a listing of COUNT lines takes, as curl counts them
listed_in() {
  figure=$(fetch -f -o "$work/listed" -w '%{time_total}' "$1") || return 1
  [ "$(wc -l <"$work/listed")" = "$2" ] || { say "$1 has not $2 lines"; return 1; }
}

# The archive has changed: what is known of it does not count.
first_zip_list() {
  touch "$data/archive.zip"
  sleep 1.5
  listed_in "$remote_url/zip/" 100000
}

# at_most WORK PEER TARGET PEERS-COMMAND OUR-COMMAND: the rounds of both in turn; our time may be TARGET times the peer's
at_most() {
  local name=$1 peer=$2 target=$3 theirs=() ours=() i ratio
  for ((i = 0; i < rounds; i++)); do
    $4 || { failed_row "$name" "$peer" "$target x"; return; }
    theirs+=("$figure")
    $5 || { failed_row "$name" "$peer" "$target x"; return; }
    ours+=("$figure")
  done
  ratio=$(awk -v a="$(median "${ours[@]}")" -v b="$(median "${theirs[@]}")" 'BEGIN { printf "%.3f", a / b }')
  row "$name" "$peer" "$(median "${theirs[@]}") s" "$(median "${ours[@]}") s" "$ratio" "<= $target x" \
    "$(ok "$ratio" '<=' "$target")"
}

# remote_limit WORK: the peak of resident memory so far
remote_limit() {
  limit "$1, peak of resident memory" "$(($(awk '$1 == "VmHWM:" { print $2 }' "/proc/${pids[remote]}/status") / 1024))" MiB 350
}

sftp_transfer_get() {
  compare_transfers "$1" 'sftp' 0.8 sftp_get "download $remote_url/near/one-gib"
  remote_limit "$1"
}

sftp_transfer_put() {
  compare_transfers "$1" 'sftp' 0.8 sftp_put "upload $remote_url/near/put/ours $data/put/ours"
  remote_limit "$1"
}

one_after_the_other() {
  elapsed 1 fetch -f -o /dev/null "$remote_url/far/tree/d[0001-1000]/"
}

whole_tree() {
  elapsed 1 fetch -f -o "$work/tree" "$remote_url/far/tree/..." || return 1
  [ "$(grep -ac '^Content-Location' "$work/tree")" = 1001 ] || { say 'the tree has not 1,001 parts'; return 1; }
}

sftp_tree() {
  whole_tree || true
  at_most "$1" 'one directory after the other' 0.2 one_after_the_other whole_tree
}

remote_list() {
  listed_in "$remote_url/near/ten-thousand/" 10000 || true
  at_most "$1" 'sftp ls -l' 1.5 sftp_list "listed_in $remote_url/near/ten-thousand/ 10000"
}

remote_list_cached() {
  listed_in "$remote_url/cached/ten-thousand/" 10000 || true
  at_most "$1" 'sftp ls -l' 0.05 sftp_list "listed_in $remote_url/cached/ten-thousand/ 10000"
  at_most "$1" 'the same uncached' 0.05 "listed_in $remote_url/near/ten-thousand/ 10000" \
    "listed_in $remote_url/cached/ten-thousand/ 10000"
}

ftp_get() {
  compare_transfers "$1" 'curl' 0.8 curl_ftp "download $remote_url/ftp/one-gib"
  remote_limit "$1"
}

zip_first() {
  at_most "$1" 'unzip -l' 2 unzip_list first_zip_list
}

zip_later() {
  at_most "$1" 'unzip -l' 1 unzip_list "listed_in $remote_url/zip/ 100000"
}

rows_of_remote_stores() {
  run 'SFTP GET 1 GiB' sftp_transfer_get
  run 'SFTP PUT 1 GiB' sftp_transfer_put
  run 'SFTP listing of 10,000 entries' remote_list
  run 'SFTP listing of 10,000 entries, cached' remote_list_cached
  run 'SFTP `/...` of 1,000 directories, 10 ms away' sftp_tree
  run 'FTP GET 1 GiB' ftp_get
  run 'zip of 100,000 entries, first listing' zip_first
  run 'zip of 100,000 entries, later listings' zip_later
}

start_remote() {
  selected "$remote_rows" || return 0
  if selected SFTP; then start_sshd; fi
  if selected '^FTP'; then start_ftpd; fi
  sleep 1
  start_remote_packhorse
}
