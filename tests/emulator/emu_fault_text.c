/* SPDX-License-Identifier: MIT
 * Faults as people write them: "late:BTCUSDT=3000*5@60000", "7,per-hour=30". */
#include "emu_internal.h"

#include <stdio.h>
#include <string.h>

/* A whole number that ends where one of `ends` or the text does; moves *at behind it. */
static bool take_number(const char **at, const char *ends, int64_t *out)
{
	size_t len = strcspn(*at, ends);

	if (decimal_parse_signed(*at, len, 0, out) != DECIMAL_OK)
		return false;
	*at += len;
	return true;
}

int emu_fault_parse(const char *text, struct emu_fault *fault, char *error, size_t size)
{
	size_t word = strcspn(text, ":=*@");
	struct emu_fault out = {.kind = 0, .times = 1, .at_ms = UNKNOWN};

	while (out.kind < EMU_FAULT_COUNT && (strlen(emu_fault_rows[out.kind].word) != word ||
					      strncmp(emu_fault_rows[out.kind].word, text, word) != 0))
		out.kind++;
	snprintf(error, size, "no such fault: %s", text);
	if (out.kind == EMU_FAULT_COUNT)
		return TB_EINVAL;
	snprintf(error, size, "WORD[:SYMBOL][=VALUE][*TIMES][@MS], not %s", text);
	out.value = emu_fault_rows[out.kind].low;
	int64_t unit = emu_fault_rows[out.kind].unit;
	if (unit == EMU_UNIT_OFFSET || unit == EMU_UNIT_MONEY || unit == EMU_UNIT_WAY)
		out.value = emu_fault_rows[out.kind].high;
	const char *at = text + word;
	if (*at == ':') {
		size_t len = strcspn(++at, "=*@");
		if (len == 0 || len >= sizeof(out.symbol))
			return TB_EINVAL;
		memcpy(out.symbol, at, len);
		at += len;
	}
	if (*at == '=' && (at++, !take_number(&at, "*@", &out.value)))
		return TB_EINVAL;
	if (*at == '*' && (at++, !take_number(&at, "@", &out.times)))
		return TB_EINVAL;
	if (*at == '@' && (at++, !take_number(&at, "", &out.at_ms) || out.at_ms < 0))
		return TB_EINVAL;
	if (*at != '\0')
		return TB_EINVAL;
	*fault = out;
	error[0] = '\0';
	return TB_OK;
}

int emu_weather_parse(const char *text, struct emu_weather *weather)
{
	static const char option[] = "per-hour=";
	int64_t seed, per_hour = 20;
	bool regrid = false, account = false;

	if (!take_number(&text, ",", &seed) || seed < 0)
		return TB_EINVAL;
	while (*text == ',') {
		text++;
		if (strncmp(text, option, sizeof(option) - 1) == 0) {
			text += sizeof(option) - 1;
			if (!take_number(&text, ",", &per_hour) || per_hour < 0 || per_hour > 3600)
				return TB_EINVAL;
		} else if (strncmp(text, "regrid", 6) == 0 && (text[6] == ',' || text[6] == '\0')) {
			regrid = true;
			text += 6;
		} else if (strncmp(text, "account", 7) == 0 && (text[7] == ',' || text[7] == '\0')) {
			account = true;
			text += 7;
		} else {
			return TB_EINVAL;
		}
	}
	*weather = (struct emu_weather){(uint64_t)seed, per_hour, regrid, account};
	return TB_OK;
}
