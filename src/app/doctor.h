/* SPDX-License-Identifier: MIT
 * `doctor`: is everything right before it trades? Each look is one line: what was looked at, how it stands,
 * and, unless it is well, what to do. */
#ifndef TRADEBOT_APP_DOCTOR_H
#define TRADEBOT_APP_DOCTOR_H

#include "config.h"

enum doctor_verdict { DOCTOR_OK, DOCTOR_WARN, DOCTOR_FAIL };

#define DOCTOR_LINES_MAX (64 + CONFIG_SYMBOLS_MAX)
struct doctor_line {
	enum doctor_verdict verdict;
	char what[24], text[300], advice[240];
};
struct doctor {
	const struct config *config;
	money_t equity; /* E as last known, else what a fresh account would have */
	ratio_t stage;
	size_t count;
	struct doctor_line lines[DOCTOR_LINES_MAX]; /* more than fit are not kept */
};

/* One line. advice: "" for OK. */
void doctor_say(struct doctor *doctor, enum doctor_verdict verdict, const char *what, const char *advice,
		const char *format, ...) __attribute__((format(printf, 5, 6)));

/* doctor_local.c: settings, rights, state folder, journal, disk, this machine's clock. Sets equity and stage.
 */
void doctor_look_local(struct doctor *doctor);
/* doctor_wire.c: names, hosts, TLS, the exchange's clock, listing, stream and data; what each symbol takes.
 */
void doctor_look_wire(struct doctor *doctor);

#endif
