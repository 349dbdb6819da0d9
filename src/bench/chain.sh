# The rows of gateways in a row, and of progrium's httpfs; read by src/bench/run, whose functions and variables it uses, and those of
# src/bench/replay.sh.
# shellcheck shell=bash disable=SC2016,SC2154,SC2317
#
# Of two Packhorses the far one has a folder, the near one an export of the far one, with what stores on other hosts have by default.

chain_rows='chain|jsonfs'
far_address=http://127.0.0.1:$(free_port 20000)
near_address=http://127.0.0.1:$(free_port 22000)

start_chain() {
  selected "$chain_rows" || return 0
  another far "$far_address" <<ROUTES
- route: {id: far, from: {uri: "export:/far?protocols=httpfs,jsonfs", steps: [{to: "store:file:$data"}]}}
ROUTES
  another near "$near_address" <<ROUTES
- route: {id: near, from: {uri: "export:/near", steps: [{to: "store:httpfs+$far_address/fs/far"}]}}
ROUTES
}

chain_get() {
  compare_transfers "$1" 'one Packhorse' 0.45 "download $far_address/fs/far/one-gib" "download $near_address/fs/near/one-gib"
  limit "$1, peak of resident memory of both" "$((($(status VmHWM far) + $(status VmHWM near)) / 1024))" MiB 700
}

chain_put() {
  compare_transfers "$1" 'one Packhorse' 0.45 "upload $far_address/fs/far/put/theirs $data/put/theirs" \
    "upload $near_address/fs/near/put/ours $data/put/ours"
  limit "$1, peak of resident memory of both" "$((($(status VmHWM far) + $(status VmHWM near)) / 1024))" MiB 700
}

# All names stand in one line there, under two keys.
jsonfs_listing() {
  local names
  names=$(fetch -f "$far_address/jsonfs/far/thousand" | grep -aoE '"entry-[0-9]{7}"' | wc -l)
  if [ "$names" != 2000 ] || ! rate "$warm_up" "$far_address/fs/far/thousand"; then
    say "$names names instead of 1,000 under two keys"
    failed_row "$1" 'listing of httpfs' '0.8 x'
    return
  fi
  compare_rates "$1" 'listing of httpfs' 0.8 "$far_address/fs/far/thousand" "$far_address/jsonfs/far/thousand"
}

rows_of_chains() {
  run 'chain of two, GET 1 GiB' chain_get
  run 'chain of two, PUT 1 GiB' chain_put
  run '`/jsonfs` listing of 1,000 entries' jsonfs_listing
}
