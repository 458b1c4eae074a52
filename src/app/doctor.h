/* SPDX-License-Identifier: MIT
 * `doctor`: is everything right before it trades? Each look is one line: what was looked at, how it stands,
 * and, unless it is well, what to do. */
#ifndef TRADEBOT_APP_DOCTOR_H
#define TRADEBOT_APP_DOCTOR_H

#include "live_mode.h"
#include "tradebot/account.h"

enum doctor_verdict { DOCTOR_OK, DOCTOR_WARN, DOCTOR_FAIL };

#define DOCTOR_LINES_MAX (64 + CONFIG_SYMBOLS_MAX)
struct doctor_line {
	enum doctor_verdict verdict;
	char what[24], text[340], advice[240];
};
struct doctor {
	const struct config *config;
	enum live_mode mode; /* PAPER: the account is not looked at */
	money_t equity;      /* E as last known, else what a fresh account would have */
	ratio_t stage;
	bool stage_known; /* the journal has one */
	bool json;        /* lines are printed at the end */
	size_t shown;     /* ... else as they come: so many were */
	size_t count;
	struct doctor_line lines[DOCTOR_LINES_MAX]; /* more than fit are not kept */
};

/* One line. advice: "" for OK. */
void doctor_say(struct doctor *doctor, enum doctor_verdict verdict, const char *what, const char *advice,
		const char *format, ...) __attribute__((format(printf, 5, 6)));

/* A line says FAIL. */
bool doctor_failed(const struct doctor *doctor);
/* Prints what has not been printed yet, unless it is to be JSON. */
void doctor_show(struct doctor *doctor);

/* doctor_local.c: settings, rights, state folder, journal, disk, this machine's clock. Sets equity and stage.
 */
void doctor_look_local(struct doctor *doctor);
/* doctor_wire.c: names, hosts, TLS, the exchange's clock, listing, stream and data; what each symbol takes.
 */
void doctor_look_wire(struct doctor *doctor);

/* doctor_account.c: what the key may do, how the account is set up, what is in it. now_ms: of the wall clock.
 * trouble: what kept the private stream from coming up; NULL: it is up. Sets equity where it was told. */
void doctor_look_account(struct doctor *doctor, const struct account_facts *facts, const char *trouble,
			 ms_t now_ms);
void doctor_say_no_account(struct doctor *doctor);

#endif
