/* SPDX-License-Identifier: MIT
 * From a parsed command line to settings that are ready to use: which files to read, which options set what,
 * the log's level and secrets. Every verb that needs settings calls this first. */
#ifndef APP_SETUP_H
#define APP_SETUP_H

#include "cli.h"
#include "config.h"

/* Loads *config for this command line. EXIT_DONE, or EXIT_USAGE or EXIT_REFUSED after the reason was written
 * to stderr. Warnings go there too. Logging is then set up: level, and the keys it must never show. */
int setup_config(const struct cli *cli, struct config *config);

#endif
