#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Are the files made from the table of settings what the table would make today?
set -euo pipefail
bot=$1 root=$2 wrong=0
agree() { # KIND FILE
	if ! diff -u "$root/$2" <("$bot" check-config --generate "$1"); then
		echo "$2 is stale: tradebotd check-config --generate $1 > $2"
		wrong=1
	fi
}
agree env .env.example
agree ini config/tradebotd.ini
agree docs docs/configuration.md

# The sample files must also load, and set nothing but defaults.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
env -i "$bot" check-config --config "$root/config/tradebotd.ini" --env /dev/null 2>"$folder/refused" && {
	echo "a device passed for a .env"
	wrong=1
}
: >"$folder/empty"
env -i "$bot" check-config --config "$folder/empty" --env "$folder/empty" | sed 's/ *[^ ]*$//' >"$folder/defaults"
env -i "$bot" check-config --config "$root/config/tradebotd.ini" --env "$root/.env.example" |
	sed -e 's/[^ ]*\.env\.example:[0-9]*$/default/' -e 's/ *[^ ]*$//' >"$folder/samples"
diff -u "$folder/defaults" "$folder/samples" || wrong=1
exit "$wrong"
