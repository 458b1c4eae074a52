/* SPDX-License-Identifier: MIT
 * See candle_options.h. */
#include "candle_options.h"

#include <string.h>

int candle_options_read(const struct cli *cli, const struct config *config, struct candle_options *options,
			char *error, size_t size)
{
	struct csv_fault why;
	*options = (struct candle_options){.rows_max = (size_t)config->candles.rows_max,
					   .cache_verify = config->candles.cache_verify};
	if (strcmp(config->candles.cache, "off") != 0)
		options->cache_dir = config->candles.cache;
	for (size_t i = 0; i < cli_count(cli, "repair"); i++) {
		if (candle_repair_parse(cli_value_at(cli, "repair", i), &options->repair, &why) == 0)
			continue;
		snprintf(error, size, "--repair: %s", why.text);
		return TB_EINVAL;
	}
	return 0;
}

void candle_options_print_more(FILE *out)
{
	fprintf(out, "A candle file with a fault is refused. --repair says what may be mended instead, and "
		     "how; each\n"
		     "repair is reported with its line:\n");
	for (int i = 1; i < REPAIR_COUNT; i++) {
		const struct repair_row *row = &repair_rows[i];
		char form[40];
		bool two = row->ways[0] != row->ways[1];
		snprintf(form, sizeof(form), "%s=%s%s%s", row->name, repair_way_text[row->ways[0]],
			 two ? "|" : "", two ? repair_way_text[row->ways[1]] : "");
		fprintf(out, "  %-22s %s\n", form, row->help);
	}
}
