#!/bin/sh
set -eu
cd /etc/proftpd
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=packhorse-test \
  -addext "subjectAltName=IP:$(hostname -i)" -keyout tls.key -out tls.crt 2>/dev/null
ssh-keygen -q -t ecdsa -m PEM -N '' -f ssh_host_key
# In the foreground, its log on standard error.
exec proftpd -n -c /etc/proftpd/proftpd.conf
