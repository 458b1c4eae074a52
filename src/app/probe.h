/* SPDX-License-Identifier: MIT
 * Inside the probe order: what its files share. doctor_probe.c has the steps, probe_rescue.c the way out when
 * one of them fails, probe_confirm.c what has to be said before real money is used. */
#ifndef TRADEBOT_APP_PROBE_H
#define TRADEBOT_APP_PROBE_H

#include "cli.h"
#include "doctor.h"
#include "doctor_pump.h"
#include "feed.h"
#include "live_gates.h"
#include "probe_book.h"
#include "settings.h"

struct probe {
	struct doctor *doctor;
	struct doctor_pump pump;
	struct feed *feed; /* the market's bars, as the daemon hears them */
	struct events *scratch;
	struct exchange market; /* the feed around the codec */
	struct engine_settings settings;
	struct universe universe;
	struct probe_book book;
	sym_t sym;
	ratio_t stage; /* C = E x stage */
	enum gate_answer gate;
	int gates_set; /* a bit for each setting that was ordered */
	struct gate_finding finding;
	int64_t instance, sequence; /* of its client ids */
	struct enter enter;
	struct order_ids ids, moved;
	price_t moved_stop;
	int64_t exit_id; /* of the last reduce; 0: none */
	money_t wallet;  /* before it entered */
	ms_t step_ms;    /* when the last step was over, since the pump was opened */
	bool sent;       /* the ENTER has left */
	bool stopped;    /* by a signal */
	bool broken;     /* nothing can be moved any more */
	bool rescuing;   /* signals do not keep it from that */
};

/* One line, with how long the step took. */
void probe_say(struct probe *p, enum doctor_verdict verdict, const char *advice, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* Turns until it is so. False: not within most_ms, or stopped. */
bool probe_wait(struct probe *p, bool (*is)(struct probe *p), ms_t most_ms);
int64_t probe_next_id(struct probe *p, enum role role);
/* Of its symbol. */
void probe_ask(struct probe *p, enum intent_kind kind, int64_t id, int64_t value);
/* So much of the position, and no more than it entered with. False: no ticket, or it was not taken. */
bool probe_reduce(struct probe *p, qty_t qty);
bool probe_has_lists(struct probe *p);

/* What it cost by its own fills, and the wallet before and now. */
void probe_say_cost(struct probe *p, const char *state);

/* probe_confirm.c: true if it is the sandbox, or the owner has confirmed. */
bool probe_confirmed(const struct cli *cli);

/* probe_rescue.c: leaves by REDUCE until flat, or a minute is over; says what is left and what to do. */
void probe_rescue(struct probe *p);
/* Orders of its own that rest, or may. */
size_t probe_open_orders(const struct probe *p);

#endif
