#!/bin/sh
# SPDX-License-Identifier: MIT
# A CA for tests and one server certificate of it, with the names given; trusted/ is a folder in which OpenSSL finds
# the CA as it finds those of the system. Without names: those of the emulated exchange. usage: make_ca.sh DIR [NAME...]
set -eu
dir=$1
shift
[ $# -gt 0 ] || set -- localhost api.bybit.test stream.bybit.test
mkdir -p "$dir"
cd "$dir"
umask 077
names=
for name in "$@"; do
	names=$names${names:+,}DNS:$name
done
{
	openssl ecparam -name prime256v1 -genkey -noout -out ca.key
	openssl req -x509 -new -key ca.key -sha256 -days 3650 -subj "/CN=tradebotd test CA" \
		-addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign -out ca.pem
	openssl ecparam -name prime256v1 -genkey -noout -out server.key
	openssl req -new -key server.key -subj "/CN=$1" -out server.csr
	printf '%s\n' basicConstraints=CA:FALSE extendedKeyUsage=serverAuth "subjectAltName=$names,IP:127.0.0.1" >ext
	openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 3650 -sha256 -extfile ext \
		-out server.pem
	mkdir -p trusted
	cp ca.pem "trusted/$(openssl x509 -in ca.pem -noout -hash).0"
} >log 2>&1 || {
	cat log >&2
	exit 1
}
