# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034
# Sourced by demo.sh and test.sh: installs the Debian packages named, if any of them is missing.
install_packages() {
	local missing=() package as_root=()
	for package in "$@"; do
		if [ "$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null)" != "install ok installed" ]; then
			missing+=("$package")
		fi
	done
	if [ ${#missing[@]} -eq 0 ]; then
		return 0
	fi
	if [ "$(id -u)" -ne 0 ]; then
		if ! command -v sudo >/dev/null; then
			echo "missing packages, and neither root nor sudo to install them: ${missing[*]}" >&2
			return 1
		fi
		as_root=(sudo)
	fi
	echo "installing: ${missing[*]}" >&2
	"${as_root[@]}" apt-get update -q >&2 || echo "apt-get update failed; trying with the lists there are" >&2
	"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
		apt-get install -q -y --no-install-recommends "${missing[@]}" >&2
}

# What configuring and building needs (the unit tests are part of the tree).
BUILD_PACKAGES=(build-essential cmake ninja-build pkg-config libcjson-dev libssl-dev libsqlite3-dev zlib1g-dev
	libinih-dev libcmocka-dev libcurl4-openssl-dev libwebsockets-dev)
# What testing needs besides: the other compiler, the scripts, and certificates to be made.
TEST_PACKAGES=(clang python3 sqlite3 git openssl)
