/* SPDX-License-Identifier: MIT
 * See run_options.h. */
#include "run_options.h"

#include "decimal.h"
#include "timeframe.h"

#include <stdio.h>
#include <string.h>

int run_option_stage(const struct cli *cli, ratio_t *out, bool *rollout, char *error, size_t size)
{
	const char *text = cli_value(cli, "stage");
	int64_t value;

	*rollout = text != NULL && strcmp(text, "rollout") == 0;
	if (text == NULL || *rollout)
		return 0;
	if (decimal_parse(text, strlen(text), 9, &value) == DECIMAL_OK &&
	    (value == RATIO_ONE / 20 || value == RATIO_ONE / 10 || value == RATIO_ONE / 4 ||
	     value == RATIO_ONE)) {
		*out = value;
		return 0;
	}
	snprintf(error, size, "--stage %s: a stage is 0.05, 0.10, 0.25, 1 or rollout", text);
	return TB_EINVAL;
}

int run_option_count(const struct cli *cli, const char *name, int64_t lowest, int64_t highest, int64_t *out,
		     char *error, size_t size)
{
	const char *text = cli_value(cli, name);
	int64_t value;

	if (text == NULL)
		return 0;
	if (decimal_parse(text, strlen(text), 0, &value) == DECIMAL_OK && value >= lowest &&
	    value <= highest) {
		*out = value;
		return 0;
	}
	snprintf(error, size, "--%s %s: a whole number from %lld to %lld", name, text, (long long)lowest,
		 (long long)highest);
	return TB_EINVAL;
}

int run_option_on_lock(const struct cli *cli, ms_t *out, char *error, size_t size)
{
	static const char rebase[] = "rebase-after=";
	const char *text = cli_value(cli, "on-lock");
	int64_t days;

	*out = 0;
	if (text == NULL || strcmp(text, "stop") == 0)
		return 0;
	if (strncmp(text, rebase, sizeof rebase - 1) == 0) {
		const char *number = text + sizeof rebase - 1;
		if (decimal_parse(number, strlen(number), 0, &days) == DECIMAL_OK && days >= 1 &&
		    days <= 3650) {
			*out = days * DAY_MS;
			return 0;
		}
	}
	snprintf(error, size, "--on-lock %s: stop, or rebase-after=DAYS with 1 to 3650 days", text);
	return TB_EINVAL;
}

int run_option_speed(const struct cli *cli, double *out, char *error, size_t size)
{
	const char *text = cli_value(cli, "speed");
	int64_t value;

	*out = 1;
	if (text == NULL)
		return 0;
	if (strcmp(text, "max") == 0) {
		*out = 0;
		return 0;
	}
	if (decimal_parse(text, strlen(text), 3, &value) == DECIMAL_OK && value >= 1 && value <= 1000000000) {
		*out = (double)value / 1000;
		return 0;
	}
	snprintf(error, size, "--speed %s: max, or a number from 0.001 to 1000000 times real time", text);
	return TB_EINVAL;
}

static int day_of(const struct cli *cli, const char *name, ms_t *out, char *error, size_t size)
{
	const char *text = cli_value(cli, name);

	*out = UNKNOWN;
	if (text == NULL || utc_parse_date(text, out) == 0)
		return 0;
	snprintf(error, size, "--%s %s: a day as YYYY-MM-DD", name, text);
	return TB_EINVAL;
}

int run_option_days(const struct cli *cli, ms_t *from_ms, ms_t *to_ms, char *error, size_t size)
{
	if (day_of(cli, "from", from_ms, error, size) != 0 || day_of(cli, "to", to_ms, error, size) != 0)
		return TB_EINVAL;
	if (*to_ms != UNKNOWN && *to_ms % DAY_MS == 0)
		*to_ms += DAY_MS; /* the last day is meant, all of it */
	if (*from_ms != UNKNOWN && *to_ms != UNKNOWN && *from_ms >= *to_ms) {
		snprintf(error, size, "--from is not before --to");
		return TB_EINVAL;
	}
	return 0;
}
