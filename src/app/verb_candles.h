/* SPDX-License-Identifier: MIT
 * The bodies of `tradebotd candles check` and `candles repair`, apart from the command line so that tests can
 * call them. */
#ifndef APP_VERB_CANDLES_H
#define APP_VERB_CANDLES_H

#include <stddef.h>
#include <stdio.h>

#include "candle_files.h"

/* Checks files and folders and writes the table and the faults to out. EXIT_DONE; EXIT_FAILED if any could
 * not be used; EXIT_USAGE if none was given. */
int candles_check(const char *const *paths, size_t count, const struct candle_options *options, FILE *out);

/* Reads `in` as options say and writes it as a plain, sound CSV to `to`, which must not exist. Each repair
 * goes to out as it is made, then one line of counts. EXIT_DONE; EXIT_FAILED with the reason on stderr: then
 * there is no new file, unless it was written and does not read back. */
int candles_repair(const char *in, const char *to, const struct candle_options *options, FILE *out);

#endif
