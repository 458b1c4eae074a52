/* SPDX-License-Identifier: MIT
 * What turns an exchange for `doctor`: one live_wire, its frames and answers to the codec, what that tells to
 * whoever looks. No engine, no journal, no file. */
#ifndef TRADEBOT_APP_DOCTOR_PUMP_H
#define TRADEBOT_APP_DOCTOR_PUMP_H

#include "live_wire.h"

struct doctor_pump {
	struct live_wire wire;
	struct exchange *exchange; /* who hears the wire: the codec, or what the owner put around it */
	struct events *heard;
	int64_t began_us;
	ms_t now_ms; /* of the turn */

	/* The owner's; any may be NULL. on_wire: before the codec hears it. */
	void *ctx;
	void (*on_wire)(void *ctx, const struct wire_in *in);
	void (*on_event)(void *ctx, const struct event *event);
	void (*after)(void *ctx); /* all of this message has been told */
};

/* 0, or as live_wire_open with a text. doctor_pump_close in any case. */
int doctor_pump_open(struct doctor_pump *pump, const struct config *config, enum live_mode mode, char *error,
		     size_t size);
void doctor_pump_close(struct doctor_pump *pump);

/* Since it was opened. */
ms_t doctor_pump_since(const struct doctor_pump *pump);
/* All that has come, what is due, then a wait of at most 20 ms. False: it cannot go on. */
bool doctor_pump_turn(struct doctor_pump *pump);
/* As exchange_ops; what comes of it is told and said at once. */
int doctor_pump_ask(struct doctor_pump *pump, const struct intent *intent);
int doctor_pump_ask_account(struct doctor_pump *pump, enum account_ask what);
int doctor_pump_submit(struct doctor_pump *pump, const struct ticket *ticket);

#endif
