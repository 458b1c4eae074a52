/* SPDX-License-Identifier: MIT
 * The body of `tradebotd candles check`, apart from the command line so that tests can call it. */
#ifndef APP_VERB_CANDLES_H
#define APP_VERB_CANDLES_H

#include <stddef.h>
#include <stdio.h>

/* Checks files and folders and writes the table and the faults to out. EXIT_DONE; EXIT_FAILED if any could
 * not be used; EXIT_USAGE if none was given. */
int candles_check(const char *const *paths, size_t count, FILE *out);

#endif
