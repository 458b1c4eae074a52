/* SPDX-License-Identifier: MIT
 * One value of the settings: from a user's text into the member its row names, and back. Exact: no double, no
 * rounding; a value with more decimals than its unit has is refused. Secrets are never repeated in an error.
 */
#include "config.h"

#include <string.h>

#include "decimal.h"
#include "timeframe.h"

#define RATIO_DECIMALS 9
#define MONEY_DECIMALS 8

static int64_t *config_number(struct config *config, const struct config_row *row)
{
	return (int64_t *)(void *)((char *)config + row->offset);
}

static const void *config_member(const struct config *config, const struct config_row *row)
{
	return (const char *)config + row->offset;
}

static ms_t config_unit_ms(const struct config_row *row)
{
	static const struct {
		const char *name;
		ms_t ms;
	} units[] = {{"ms", 1}, {"s", SECOND_MS}, {"min", MINUTE_MS}, {"h", HOUR_MS}, {"days", DAY_MS}};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(units[i].name, row->unit) == 0)
			return units[i].ms;
	}
	return 1;
}

/* Takes the suffix off a length-counted text, with blanks before it. */
static bool config_cut(const char *text, size_t *length, const char *suffix)
{
	size_t cut = strlen(suffix);

	if (*length <= cut || memcmp(text + *length - cut, suffix, cut) != 0)
		return false;
	*length -= cut;
	while (*length > 0 && text[*length - 1] == ' ')
		(*length)--;
	return true;
}

static enum decimal_err config_parse_number(const struct config_row *row, const char *text, int64_t *value)
{
	size_t length = strlen(text);
	int64_t decimals = 0;
	enum decimal_err fault;

	if (row->type == CONFIG_MONEY)
		decimals = MONEY_DECIMALS;
	if (row->type == CONFIG_NUMBER || row->type == CONFIG_RATIO)
		decimals = RATIO_DECIMALS;
	if (row->type == CONFIG_RATIO && config_cut(text, &length, "%"))
		decimals = RATIO_DECIMALS - 2;
	else if (row->type == CONFIG_RATIO && config_cut(text, &length, "bps"))
		decimals = RATIO_DECIMALS - 4;
	fault = decimal_parse(text, length, decimals, value);
	if (fault == DECIMAL_OK && row->type == CONFIG_TIME) {
		if (*value > INT64_MAX / config_unit_ms(row))
			return DECIMAL_OVERFLOW;
		*value *= config_unit_ms(row);
	}
	return fault;
}

static bool config_is_choice(const char *choices, const char *text)
{
	size_t length = strlen(text);

	while (length > 0 && *choices != '\0') {
		size_t word = strcspn(choices, " ");

		if (word == length && memcmp(choices, text, length) == 0)
			return true;
		choices += word + (choices[word] == ' ');
	}
	return false;
}

static int config_put_bool(bool *out, const char *text)
{
	static const char *const words[] = {"false", "true", "no", "yes", "off", "on", "0", "1"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(text, words[i]) == 0) {
			*out = i % 2 == 1;
			return TB_OK;
		}
	}
	return TB_EINVAL;
}

static bool config_has_symbol(const struct config_symbols *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->at[i], name) == 0)
			return true;
	}
	return false;
}

/* "BTC/USDT, ETH/USDT:USDT": empty places between commas are errors, an empty list is not. */
static int config_put_symbols(struct config_symbols *list, const struct config_row *row, const char *text,
			      const char *place, char *error, size_t size)
{
	list->count = 0;
	text += strspn(text, " \t");
	while (*text != '\0') {
		size_t length = strcspn(text, ","), end = length;
		char word[SYMBOL_TEXT_MAX * 2], name[SYMBOL_TEXT_MAX] = "";

		while (end > 0 && (text[end - 1] == ' ' || text[end - 1] == '\t'))
			end--;
		snprintf(word, sizeof(word), "%.*s", (int)(end < sizeof(word) ? end : sizeof(word)), text);
		if (end >= SYMBOL_TEXT_MAX || symbol_normalise(word, name) != TB_OK) {
			snprintf(error, size, "%s: %s: '%s' is no symbol like BTC/USDT or BTC/USDT:USDT",
				 place, row->env, word);
			return TB_EINVAL;
		}
		if (!config_has_symbol(list, name)) {
			if (list->count == CONFIG_SYMBOLS_MAX) {
				snprintf(error, size, "%s: %s: more than %d symbols", place, row->env,
					 CONFIG_SYMBOLS_MAX);
				return TB_EINVAL;
			}
			memcpy(list->at[list->count++], name, sizeof(name));
		}
		text += length;
		if (*text == ',') {
			text += 1 + strspn(text + 1, " \t");
			if (*text == '\0') {
				snprintf(error, size, "%s: %s: nothing after the last comma", place,
					 row->env);
				return TB_EINVAL;
			}
		}
	}
	return TB_OK;
}

static int config_put_text(struct config *config, const struct config_row *row, const char *text,
			   const char *place, char *error, size_t size)
{
	char *member = (char *)config + row->offset;
	size_t length = strlen(text);

	if (length >= row->size) {
		snprintf(error, size, "%s: %s has %zu characters; at most %zu are allowed", place, row->env,
			 length, row->size - 1);
		return TB_EINVAL;
	}
	for (size_t i = 0; row->type == CONFIG_SECRET && i < length; i++) {
		if (text[i] <= ' ' || text[i] >= 0x7f) {
			snprintf(error, size,
				 "%s: %s holds a blank or another character no key has (at place %zu)", place,
				 row->env, i + 1);
			return TB_EINVAL;
		}
	}
	if (row->type == CONFIG_TEXT && length == 0 && row->initial[0] != '\0') {
		snprintf(error, size, "%s: %s is empty", place, row->env);
		return TB_EINVAL;
	}
	memcpy(member, text, length + 1);
	return TB_OK;
}

static int config_not_allowed(const struct config_row *row, const char *text, const char *place,
			      const char *what, char *error, size_t size)
{
	char range[256];

	config_format_range(row, range, sizeof(range));
	snprintf(error, size, "%s: %s=%.60s%s%s; allowed: %s", place, row->env, text,
		 what[0] != '\0' ? ": " : "", what, range);
	return TB_EINVAL;
}

static int config_put_number(struct config *config, const struct config_row *row, const char *text,
			     const char *place, char *error, size_t size)
{
	enum decimal_err fault;
	int64_t value;

	if (row->type == CONFIG_TIMEFRAME) {
		if (!config_is_choice(row->choices, text))
			return config_not_allowed(row, text, place, "", error, size);
		*config_number(config, row) = timeframe_from_text(text);
		return TB_OK;
	}
	fault = config_parse_number(row, text, &value);
	if (fault != DECIMAL_OK)
		return config_not_allowed(row, text, place, decimal_err_text[fault], error, size);
	if (value < row->lowest)
		return config_not_allowed(row, text, place,
					  row->flags & CONFIG_HARD_LOW ? "under a limit that is compiled in"
								       : "too low",
					  error, size);
	if (value > row->highest)
		return config_not_allowed(row, text, place,
					  row->flags & CONFIG_HARD_HIGH ? "over a limit that is compiled in"
									: "too high",
					  error, size);
	*config_number(config, row) = value;
	return TB_OK;
}

int config_put(struct config *config, const struct config_row *row, const char *text, const char *place,
	       char *error, size_t size)
{
	switch (row->type) {
	case CONFIG_BOOL:
		if (config_put_bool((bool *)(void *)((char *)config + row->offset), text) == TB_OK)
			return TB_OK;
		return config_not_allowed(row, text, place, "", error, size);
	case CONFIG_CHOICE:
		if (!config_is_choice(row->choices, text))
			return config_not_allowed(row, text, place, "", error, size);
		return config_put_text(config, row, text, place, error, size);
	case CONFIG_TEXT:
	case CONFIG_SECRET: return config_put_text(config, row, text, place, error, size);
	case CONFIG_SYMBOL_LIST:
		return config_put_symbols((struct config_symbols *)(void *)((char *)config + row->offset),
					  row, text, place, error, size);
	case CONFIG_COUNT:
	case CONFIG_RATIO:
	case CONFIG_NUMBER:
	case CONFIG_MONEY:
	case CONFIG_TIME:
	case CONFIG_TIMEFRAME: break;
	}
	return config_put_number(config, row, text, place, error, size);
}

/* Decimal text without zeros that say nothing. */
static void config_format_number(const struct config_row *row, int64_t value, char *out, size_t size)
{
	char text[DECIMAL_TEXT_MAX];
	int64_t decimals = 0;
	size_t length;

	if (row->type == CONFIG_TIMEFRAME) {
		snprintf(out, size, "%s", timeframe_text(value));
		return;
	}
	if (row->type == CONFIG_MONEY)
		decimals = MONEY_DECIMALS;
	if (row->type == CONFIG_NUMBER || row->type == CONFIG_RATIO)
		decimals = RATIO_DECIMALS;
	if (row->type == CONFIG_TIME)
		value /= config_unit_ms(row);
	decimal_format(value, decimals, text);
	length = strlen(text);
	while (decimals > 0 && length > 0 && text[length - 1] == '0')
		text[--length] = '\0';
	if (length > 0 && text[length - 1] == '.')
		text[--length] = '\0';
	snprintf(out, size, "%s", text);
}

void config_format(const struct config *config, const struct config_row *row, char *out, size_t size)
{
	const void *member = config_member(config, row);
	const struct config_symbols *list = member;
	size_t used = 0;

	switch (row->type) {
	case CONFIG_BOOL: snprintf(out, size, "%s", *(const bool *)member ? "true" : "false"); return;
	case CONFIG_CHOICE:
	case CONFIG_TEXT: snprintf(out, size, "%s", (const char *)member); return;
	case CONFIG_SECRET:
		if (*(const char *)member == '\0')
			snprintf(out, size, "not set");
		else
			snprintf(out, size, "set, %zu characters", strlen(member));
		return;
	case CONFIG_SYMBOL_LIST:
		out[0] = '\0';
		for (size_t i = 0; i < list->count && used < size; i++)
			used += (size_t)snprintf(out + used, size - used, "%s%s", i > 0 ? "," : "",
						 list->at[i]);
		return;
	case CONFIG_COUNT:
	case CONFIG_RATIO:
	case CONFIG_NUMBER:
	case CONFIG_MONEY:
	case CONFIG_TIME:
	case CONFIG_TIMEFRAME: break;
	}
	config_format_number(row, *(const int64_t *)member, out, size);
}

void config_format_range(const struct config_row *row, char *out, size_t size)
{
	char low[DECIMAL_TEXT_MAX], high[DECIMAL_TEXT_MAX];

	switch (row->type) {
	case CONFIG_BOOL: snprintf(out, size, "true or false"); return;
	case CONFIG_CHOICE:
	case CONFIG_TIMEFRAME: snprintf(out, size, "%s", row->choices); return;
	case CONFIG_TEXT: snprintf(out, size, "text"); return;
	case CONFIG_SECRET: snprintf(out, size, "secret"); return;
	case CONFIG_SYMBOL_LIST: snprintf(out, size, "symbols separated by commas"); return;
	case CONFIG_COUNT:
	case CONFIG_RATIO:
	case CONFIG_NUMBER:
	case CONFIG_MONEY:
	case CONFIG_TIME: break;
	}
	config_format_number(row, row->lowest, low, sizeof(low));
	config_format_number(row, row->highest, high, sizeof(high));
	snprintf(out, size, "%s%s to %s%s%s%s", low, row->flags & CONFIG_HARD_LOW ? "!" : "", high,
		 row->flags & CONFIG_HARD_HIGH ? "!" : "", row->unit[0] != '\0' ? " " : "", row->unit);
}
