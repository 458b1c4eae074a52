/* SPDX-License-Identifier: MIT
 * What must be true of a key and its account before anything is traded with them, for `run` and `doctor`
 * alike (rules.md section 1): a unified account in one-way mode with isolated margin, and a key that may
 * trade and not withdraw. Pure. */
#ifndef TRADEBOT_APP_LIVE_GATES_H
#define TRADEBOT_APP_LIVE_GATES_H

#include "tradebot/account.h"

#include <stdbool.h>
#include <stddef.h>

enum gate_answer {
	GATE_WAIT, /* not everything has been answered yet */
	GATE_PASS,
	GATE_SET_ISOLATED, /* the account is empty: its margin mode can be set */
	GATE_SET_ONE_WAY,  /* ... its position mode can */
	GATE_REFUSED
};

#define GATES(X)                                                                                             \
	X(KEY, "the key is accepted")                                                                        \
	X(WITHDRAW, "the key cannot withdraw")                                                               \
	X(TRADE, "the key may trade futures")                                                                \
	X(EXPIRED, "the key has not expired")                                                                \
	X(UNIFIED, "the account is a unified one")                                                           \
	X(POSITION_MODE, "positions are one-way")                                                            \
	X(MARGIN_MODE, "margin is isolated")
#define X(id, text) GATE_##id,
enum gate { GATES(X) GATE_COUNT };
#undef X

struct gate_finding {
	enum gate_answer answer;
	char text[320]; /* REFUSED and SET: what is wrong, and what to do about it */
};

const char *gate_text(enum gate gate);

/* One gate. now_ms: their clock will do, a day does not matter. may_set: account-wide settings may be changed
 * where nothing is in the account. */
void gate_look(enum gate gate, const struct account_facts *facts, bool may_set, ms_t now_ms,
	       struct gate_finding *out);

/* The first that is not passed, in order; which is set to it (GATE_COUNT: all are passed). */
enum gate_answer gates_look(const struct account_facts *facts, bool may_set, ms_t now_ms, enum gate *which,
			    struct gate_finding *out);

/* Before the bot has done anything there: what in the account is not its own, for a sentence. NULL: surely
 * nothing.
 */
const char *gates_not_ours(const struct account_facts *facts);

/* What is not refused but should be known: i from 0; NULL: no more. out: 320 bytes. */
const char *gates_warning(const struct account_facts *facts, ms_t now_ms, size_t i, char *out, size_t size);

#endif
