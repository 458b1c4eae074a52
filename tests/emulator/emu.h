/* SPDX-License-Identifier: MIT
 * Bybit's v5 dialect over the simulated market: requests and stream messages in, answers and stream messages
 * out, as bytes. No socket and no clock: bybit_emu puts TLS and a clock around it, tests and storms call it
 * with the time they want. What the market says (sim_market.h) is rendered one to one, in its order, at its
 * instants; the same setup, calls and times give the same bytes. Memory grows with what is held for clients
 * and with the bars that are remembered; nothing else is allocated.
 *
 * After ../shared/exchanges/bybit.md: REST of sections 4 to 7, /v5/public/linear and /v5/private of sections
 * 10 to 12. One account, if the setup has one: the simulated broker (sim_broker.h) under Bybit's records. */
#ifndef EMU_EMU_H
#define EMU_EMU_H

#include "emu_faults.h"
#include "sim_market.h"

#define EMU_CLIENTS_MAX 64 /* streams open at one time */

/* The account of the private dialect. */
struct emu_account_setup {
	const char *key, *secret; /* lent; NULL: there is no account, and every key is wrong */
	money_t balance;
	ratio_t leverage;                                         /* of every symbol until it is set; 0: 10 */
	bool classic;                                             /* no unified account */
	bool cross;                                               /* margin mode; else isolated */
	bool hedge;                                               /* position mode; else one-way */
	bool read_only, cannot_trade, can_withdraw, can_transfer; /* rights of the key */
	const char *ips;      /* that it is bound to, with commas, lent; NULL: none */
	int64_t expires_days; /* of a key that is not bound; 0: 90 */
	ms_t latency_ms;      /* from an order's acknowledgement to matching */
	bool code_acks;       /* logins are acknowledged with retCode, not with success */
};

struct emu_setup {
	const struct universe *universe; /* copied; wire names are the symbols; sorted by name */
	const struct sim_tape *tapes;    /* one for each symbol, lent; NULL: the generator */
	struct sim_market_setup market;  /* symbols: the universe's count */
	bool traffic;                    /* quotes, books and running bars between the market's instants */
	size_t padding;                  /* so many more rows that must not be traded, for paging */
	struct emu_account_setup account;
	struct emu_weather weather;                /* faults drawn by seed */
	void (*note)(void *ctx, const char *line); /* what happens, for people; NULL: nobody listens */
	void *note_ctx;
};

struct emu;

/* NULL with a line in error: the market cannot be made (sim_market_attach), or no memory. The market's first
 * instant is at start_ms: the time before is 'now' until then. */
struct emu *emu_open(const struct emu_setup *setup, char *error, size_t size);
void emu_close(struct emu *emu);

/* Time goes on: everything that is due by now happens, each thing at its own time and in order. Time never
 * runs backwards. Every call below that takes now does this first. */
void emu_advance(struct emu *emu, ms_t now);
/* When something happens next without a client; NEVER_MS: nothing any more. */
ms_t emu_next_ms(const struct emu *emu);
ms_t emu_now(const struct emu *emu);
/* Until when the process is to stand still; 0: it goes on. */
ms_t emu_frozen_until(const struct emu *emu);
/* For how long nothing is answered or sent (stall, freeze); a stream that is opened now is up only then. */
ms_t emu_stall_ms(const struct emu *emu);
bool emu_market_ended(const struct emu *emu);

/* How an answer reaches the client. */
enum emu_ending {
	EMU_WHOLE,
	EMU_RESET, /* no answer: the connection is reset */
	EMU_CUT, /* the head promises all of the body, sent bytes of it come, then the connection is closed */
	EMU_SHUT, /* no answer: the connection is closed in order, without a byte */
};

struct emu_request {
	const char *method; /* "GET" */
	const char *target; /* path and query, as in the request line */
	const char *head;   /* header lines, each ended by a line feed */
	const char *body;
	size_t body_len;
};
struct emu_reply {
	int status;
	const char *head; /* header lines of the exchange's own, each ended by a line feed */
	const char *body; /* lives until the next call */
	size_t len, sent; /* sent: less than len only for EMU_CUT */
	enum emu_ending ending;
	ms_t delay_ms; /* the answer leaves so much later */
};
void emu_http(struct emu *emu, ms_t now, const struct emu_request *request, struct emu_reply *reply);

/* A client opens a stream. Its number >= 0; or -status: the upgrade is answered with that HTTP status. */
int emu_ws_open(struct emu *emu, ms_t now, const char *target);
/* One whole text message of a client. */
void emu_ws_frame(struct emu *emu, ms_t now, int client, const char *text, size_t len);
/* The client is gone; nothing more comes for it. A client that was closed from here (EMU_CLOSE) needs no
 * call, its number may be given anew. */
void emu_ws_close(struct emu *emu, int client);

/* What is to be sent, oldest first. */
enum emu_out_kind { EMU_TEXT, EMU_CLOSE };
struct emu_out {
	int client;
	enum emu_out_kind kind;
	const char *text; /* lives until the next call */
	size_t len;
};
bool emu_take(struct emu *emu, struct emu_out *out);

/* A fault on command, now. TB_EINVAL: no such symbol or value; TB_EFULL: too many are waiting, or the
 * instrument is going through something already. */
int emu_strike(struct emu *emu, ms_t now, const struct emu_fault *fault);
/* No more faults are drawn, and none that waits or lasts goes on. What it did to instruments stays. */
void emu_calm(struct emu *emu);

/* The account's own books, one JSON object a line: positions, orders, fills, the log, the sums. For
 * comparisons. False: there is no account. */
struct text;
bool emu_books(struct emu *emu, ms_t now, struct text *out);

struct emu_counts {
	int64_t requests, messages, opens; /* that came from clients */
	int64_t texts;                     /* that were taken by emu_take */
	int64_t struck[EMU_FAULT_COUNT];   /* faults that had their effect */
};
const struct emu_counts *emu_counts(const struct emu *emu);

#endif
