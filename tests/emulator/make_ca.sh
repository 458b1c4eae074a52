#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Makes a throw-away authority (ca.pem) and a server's certificate and key (server.pem, server.key) for the emulator in
# an existing folder: make_ca.sh FOLDER.
set -euo pipefail
cd "${1:?folder}"
umask 077
{
	openssl ecparam -name prime256v1 -genkey -noout -out ca.key
	openssl req -x509 -new -key ca.key -sha256 -days 3650 -subj "/CN=tradebotd test authority" \
		-addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign -out ca.pem
	openssl ecparam -name prime256v1 -genkey -noout -out server.key
	openssl req -new -key server.key -subj "/CN=api.bybit.test" -out server.csr
	printf '%s\n' 'basicConstraints=CA:FALSE' 'extendedKeyUsage=serverAuth' \
		'subjectAltName=DNS:localhost,DNS:api.bybit.test,DNS:stream.bybit.test,IP:127.0.0.1' >server.ext
	openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 3650 -sha256 -extfile server.ext \
		-out server.pem
	openssl verify -CAfile ca.pem server.pem
} >/dev/null 2>made.log || { cat made.log >&2; exit 1; }
