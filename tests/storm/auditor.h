/* SPDX-License-Identifier: MIT
 * Who looks over the daemon's shoulder while it trades an account at an emulated exchange: at what reaches
 * the exchange, at the exchange's own orders, positions and money, and at what had been told of them by then.
 * Nothing of it is the codec's or the engine's; arithmetic is its own, in 128 bits. What must not be is a
 * violation of the spy. */
#ifndef STORM_AUDITOR_H
#define STORM_AUDITOR_H

#include "emu_private.h"
#include "spy.h"
#include "storm_wire.h"

#define AUDIT_SENT_MAX   4096
#define AUDIT_ASKED_MAX  4096
#define AUDIT_EQUITY_MAX 8192
#define AUDIT_MARKS_MAX  64
#define AUDIT_QUIET_MS   (3 * SECOND_MS) /* what is naked, and known to be, is not left alone for longer */

/* A ticket that was handed to submit. Prices in 1e-12 USDT, sizes in 1e-6 coins. */
struct audit_sent {
	struct order_request order;
	int64_t sym; /* the exchange's */
	int64_t price, stop, target, coins;
	ms_t at_ms;
	int64_t wire, handled; /* how often it was put on the wire, and taken by the exchange */
};
/* A cancel that was asked for. */
struct audit_asked {
	int64_t id, sym, used;
};

/* A symbol of the exchange's. told_*: when the newest that was told of it, readable, was written. */
struct audit_symbol {
	int64_t side;
	qty_t own;    /* of the position: what is the bot's */
	bool unsure;  /* beside a visitor something was closed that neither ordered: nobody knows whose it was
		       */
	bool visited; /* another hand has been here */
	int64_t position; /* signed, by the executions */
	ms_t alien_ms;    /* since when something foreign is here; 0: not */
	ms_t wild_ms;     /* since when the leverage is over 2; 0: it is not */
	ms_t naked_ms;    /* since when what is the bot's has no stop; 0: it has */
	ms_t known_ms;    /* since when that could be known */
	ms_t idle_ms;     /* time in which something could have been done, since something was */
	ms_t told_position_ms, told_fill_ms, told_order_ms, told_leverage_ms;
	struct {
		ms_t at_ms;
		price_t mark;
	} marks[AUDIT_MARKS_MAX];
	size_t mark_count;
};
#define AUDIT_DECISIONS 16
struct audit_equity {
	ms_t at_ms;
	money_t equity;
};

struct auditor {
	struct spy *spy;
	struct emu *emu;
	struct storm_wire *wire;
	const struct universe *universe; /* the daemon's */
	bool (*is_half)(void *ctx);      /* the desk is in half size */
	void *ctx;
	struct sqlite3 *journal; /* a connection of its own */
	char path[96];
	ms_t now_ms;
	int64_t execs; /* of the exchange's, looked at */
	int64_t orders_before;
	bool blind; /* it has just started, and has not seen all lists: nobody can act on less */
	bool down;  /* the link, as the daemon has it */
	bool trace;
	/* An entry is about to reach the exchange, of whose symbol; NULL: nobody waits for it. */
	void (*entering)(void *ctx, int64_t sym);
	void *entering_ctx;
	ms_t silent_until_ms;
	ms_t told_wallet_ms;
	size_t sent_count, asked_count;
	struct audit_sent sent[AUDIT_SENT_MAX];
	struct audit_asked asked[AUDIT_ASKED_MAX];
	size_t decision_count; /* approved, ever */
	struct decision decisions[AUDIT_DECISIONS];
	size_t equity_count; /* ever */
	struct audit_equity equity[AUDIT_EQUITY_MAX];
	struct audit_symbol at[SIM_SYMBOLS_MAX];
	/* For people. */
	int64_t naked_ms, known_ms, able_ms; /* unprotected at all; ... and known; ... and able to act */
	int64_t worst_idle_ms;
	int64_t enters, reduces, protects, cancels; /* on the wire */
	int64_t fills, notes[NOTE_COUNT];
};

void auditor_open(struct auditor *a, struct spy *spy, struct emu *emu, struct storm_wire *wire,
		  const char *folder, bool trace);
void auditor_close(struct auditor *a);
/* The world there is now, and who knows of half size. */
void auditor_follow(struct auditor *a, const struct universe *universe, bool (*is_half)(void *ctx),
		    void *ctx);

/* The daemon is another one: it has been told nothing. */
void auditor_begin_anew(struct auditor *a);
void auditor_sent(struct auditor *a, const struct order_request *order, ms_t now_ms);
void auditor_told(struct auditor *a, const struct record *record);
/* After the exchange has moved to now_ms. */
void auditor_look(struct auditor *a, ms_t now_ms);

/* For its own files. */
sym_t audit_symbol_of(const struct auditor *a, int64_t sym); /* the exchange's of the daemon's */
void audit_leaves(void *ctx, const char *path, const struct say *say);
ms_t audit_handled(void *ctx, const char *path, const struct say *say, const struct emu_reply *reply);
void audit_arrives(void *ctx, const struct storm_pending *pending);
bool audit_is_ours(const struct emu_account *account, const struct emu_order *order);
void audit_violation(struct auditor *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Own arithmetic: USDT in 1e-12, coins in 1e-6, money in 1e-8. */
__extension__ typedef __int128 audit_wide;
static inline int64_t audit_scaled(audit_wide count, int64_t step, int64_t decimals, int64_t to)
{
	audit_wide value = count * step;

	for (; decimals < to; decimals++)
		value *= 10;
	for (; decimals > to; decimals--)
		value /= 10;
	return (int64_t)value;
}
static inline int64_t audit_price(const struct instrument *instrument, price_t ticks)
{
	return audit_scaled(ticks, instrument->tick.step, instrument->tick.decimals, 12);
}
static inline int64_t audit_coins(const struct instrument *instrument, qty_t lots)
{
	return audit_scaled((audit_wide)lots * instrument->contract.step, instrument->lot.step,
			    instrument->lot.decimals + instrument->contract.decimals, 6);
}
/* Up. */
static inline money_t audit_value(int64_t price, int64_t coins)
{
	return (money_t)(((audit_wide)price * coins + 9999999999LL) / 10000000000LL);
}

#endif
