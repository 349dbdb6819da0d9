# The rows of TLS; read by src/bench/run, whose functions and variables it uses, and those of src/bench/replay.sh.
# shellcheck shell=bash disable=SC2154,SC2317
#
# nginx and a Packhorse of these rows' own have the same certificate, of P-256, made for the run; with curl they agree on the same
# cipher, which is looked at. The JDK's TLS is measured beside BoringSSL's, which is what Packhorse takes here by itself.

tls_nginx=https://127.0.0.1:$(free_port 10000)
tls_plain=http://127.0.0.1:$(free_port 12000)
tls_address=https://127.0.0.1:$(free_port 14000)
jdk_plain=http://127.0.0.1:$(free_port 16000)
jdk_address=https://127.0.0.1:$(free_port 18000)
# Which one servers prefer is up to them.
tls_cipher='--tls13-ciphers TLS_AES_256_GCM_SHA384'

make_certificate() {
  selected 'TLS' || return 0
  command -v openssl >/dev/null || die 'there is no openssl'
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost \
    -keyout "$work/key.pem" -out "$work/certificate.pem" 2>"$work/openssl.log" || die 'openssl makes no certificate'
}

# nginx_under_tls: the server that start_nginx has as well
nginx_under_tls() {
  selected 'TLS' || return 0
  cat <<CONFIGURATION
  server {
    listen ${tls_nginx#https://} ssl;
    ssl_certificate $work/certificate.pem;
    ssl_certificate_key $work/key.pem;
    ssl_protocols TLSv1.2 TLSv1.3;
    root $data;
  }
CONFIGURATION
}

# under_tls NAME PLAIN-ADDRESS ADDRESS PROVIDER
under_tls() {
  another "$1" "$2" -Dpackhorse.https.port="${3##*:}" -Dpackhorse.https.certificate="$work/certificate.pem" \
    -Dpackhorse.https.key="$work/key.pem" -Dpackhorse.https.provider="$4" <<ROUTE
- route: {id: bench, from: {uri: "export:/bench", steps: [{to: "store:file:$data?durable=none"}]}}
ROUTE
}

start_tls() {
  if selected 'TLS'; then under_tls tls "$tls_plain" "$tls_address" auto; fi
  if selected 'TLS of the JDK'; then under_tls jdk "$jdk_plain" "$jdk_address" jdk; fi
}

# agreed URL: version and cipher
agreed() {
  # shellcheck disable=SC2086
  fetch -k $tls_cipher -v -o "$work/first" "$1" 2>&1 | sed -n 's/.*SSL connection using //p'
}

# tls_get WORK NAME ADDRESS TARGET
tls_get() {
  if [ "$(agreed "$tls_nginx/one-kib")" != "$(agreed "$3/fs/bench/one-kib")" ]; then
    say "curl agrees with nginx on $(agreed "$tls_nginx/one-kib"), with Packhorse on $(agreed "$3/fs/bench/one-kib")"
    failed_row "$1" nginx "$4 x"
    return
  fi
  reset_peak "$2"
  compare_transfers "$1" nginx "$4" "download $tls_nginx/one-gib -k $tls_cipher" \
    "download $3/fs/bench/one-gib -k $tls_cipher"
  limit "$1, peak of resident memory" "$(($(status VmHWM "$2") / 1024))" MiB 350
}

tls_put() {
  reset_peak tls
  compare_transfers "$1" 'without TLS' 0.3 "upload $tls_plain/fs/bench/put/theirs $data/put/theirs" \
    "upload $tls_address/fs/bench/put/ours $data/put/ours -k $tls_cipher"
  limit "$1, peak of resident memory" "$(($(status VmHWM tls) / 1024))" MiB 350
}

rows_of_tls() {
  run 'TLS GET 1 GiB' tls_get tls "$tls_address" 0.8
  run 'TLS PUT 1 GiB' tls_put
  run 'TLS GET 1 KiB, 32 connections' compare_rates nginx 0 "$tls_nginx/one-kib" "$tls_address/fs/bench/one-kib"
  run 'TLS of the JDK, GET 1 GiB' tls_get jdk "$jdk_address" 0
}
