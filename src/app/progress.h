/* SPDX-License-Identifier: MIT
 * Progress of long work, to stderr: a bar that redraws itself on a terminal, a line every tenth elsewhere. */
#ifndef TRADEBOT_APP_PROGRESS_H
#define TRADEBOT_APP_PROGRESS_H

#include "tradebot/units.h"

#include <stdio.h>

struct progress {
	FILE *out;
	const char *what; /* borrowed */
	int64_t from, to;
	int shown; /* last percent drawn, -1: none */
	bool terminal;
};

/* out NULL: silent. */
void progress_open(struct progress *progress, const char *what, int64_t from, int64_t to, FILE *out);
/* detail (may be NULL): a few words behind the bar. */
void progress_step(struct progress *progress, int64_t at, const char *detail);
void progress_close(struct progress *progress, const char *detail);

/* The work ends before its end: what was shown last stays. */
void progress_stop(struct progress *progress);

#endif
