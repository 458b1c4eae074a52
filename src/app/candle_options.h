/* SPDX-License-Identifier: MIT
 * How candle files are to be read, from the command line and the settings: --repair, --cache and
 * --cache-verify mean the same wherever candles are read. */
#ifndef APP_CANDLE_OPTIONS_H
#define APP_CANDLE_OPTIONS_H

#include "candle_files.h"
#include "cli.h"
#include "config.h"

/* Rows for the tables of options in verbs.c. */
#define CANDLE_REPAIR_OPTION                                                                                 \
	{                                                                                                    \
		"repair", "FAULT=WAY,...", false,                                                            \
			"mend these faults of candle files, and say each (see below)", NULL, NULL            \
	}
#define CANDLE_CACHE_OPTIONS                                                                                 \
	{"cache",         "DIR", false, "keep candles there in a form that is mapped, not parsed",           \
	 "candles.cache", NULL},                                                                             \
	{                                                                                                    \
		"cache-verify", NULL, false, "hold each source against its checksum, not only its times",    \
			"candles.cache_verify", "true"                                                       \
	}

/* Reads them; config must outlive *options. 0, or TB_EINVAL with what is wrong and what is allowed. */
int candle_options_read(const struct cli *cli, const struct config *config, struct candle_options *options,
			char *error, size_t size);

/* The table of faults and ways, for --help. */
void candle_options_print_more(FILE *out);

#endif
