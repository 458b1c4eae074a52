/* SPDX-License-Identifier: MIT
 * Inside the Bybit codec: its state, and what its files share. jobs.c sends requests and judges replies;
 * listing.c, history.c, scan.c and server_clock.c are what they are about. stream.c keeps the public stream
 * and its subscriptions; ticker.c and book.c merge what comes over it. The private side is bybit_private.h.
 * All of it is plain data without pointers into itself, but for the attached universe and what signs. */
#ifndef BYBIT_INTERNAL_H
#define BYBIT_INTERNAL_H

#include "bybit.h"
#include "bybit_error.h"
#include "bybit_private.h"
#include "bybit_read.h"
#include "budget.h"
#include "random.h"
#include "moment.h"

#define BYBIT_WATCHED_MAX   64
#define BYBIT_LEVELS_MAX    1000
#define BYBIT_PAGE_BARS     1000 /* of one kline request, the most there is */
#define BYBIT_PAGE_ROWS     200  /* of one instruments-info request: some 300 KiB */
#define BYBIT_HISTORIES     4    /* symbols whose history is fetched at the same time */
#define BYBIT_BARS_MAX      50000
#define BYBIT_FAILURES_DOWN 3                  /* REST requests in a row: the link counts as down */
#define BYBIT_GONE_MAX      32                 /* told at one time; more: with the next listing */
#define BYBIT_ROOM          1100               /* events one reply may make */
#define BYBIT_PRICE_MAX     1000000000000000LL /* ticks, and lots of a level: products with 2,000 fit */

/* A kind of request: at most one of each is under way. */
enum bybit_job_kind {
	JOB_TIME,
	JOB_LISTING,
	JOB_SCAN,
	JOB_HISTORY, /* and the next BYBIT_HISTORIES - 1 */
	JOB_COUNT = JOB_HISTORY + BYBIT_HISTORIES
};
struct bybit_job {
	uint32_t request; /* under way; 0: none */
	ms_t sent_ms;
	ms_t due_ms;      /* when it is to be sent; NEVER_MS: not wanted */
	ms_t pause_ms;    /* of the back-off */
	int64_t failures; /* in a row */
};

/* What a job's handler says of an answer. */
enum bybit_verdict {
	BYBIT_DONE,   /* the job has set its next due_ms */
	BYBIT_AGAIN,  /* unusable: with a pause, once more */
	BYBIT_GIVE_UP /* not wanted any more */
};

#define BYBIT_CLOCK_SAMPLES 8
struct bybit_clock {
	int64_t count; /* of those that count */
	int64_t heard; /* ever */
	struct {
		ms_t trip_ms, offset_ms;
	} sample[BYBIT_CLOCK_SAMPLES]; /* ring */
	ms_t offset_ms; /* server - local, of the shortest trip among them; UNKNOWN: none yet */
	ms_t told_ms;   /* as last told; UNKNOWN: not yet */
};

struct bybit_listing {
	struct universe pages[2]; /* the one that is complete, and the one being read */
	int active;               /* -1: none is complete */
	char cursor[BYBIT_CURSOR_MAX];
	int64_t page;           /* pages read of this listing */
	bool unreadable;        /* a row without even a symbol: absence proves nothing */
	bool seen[SYMBOLS_MAX]; /* attached symbols that are in it, in whatever state */
	int64_t status[SYMBOLS_MAX];
	int64_t foreign, left_out, bad; /* rows of the one being read */
	ms_t asked_ms;                  /* when one was last complete, or asked for early; UNKNOWN: never */
	bool holds;                     /* by the last one something is held in what does not trade */
	int64_t gone_count;
	struct instrument gone[BYBIT_GONE_MAX]; /* what the last one has no row for, as told */
};

struct bybit_history {
	bool active;
	sym_t sym;
	int64_t bad_pages;            /* of this window, in a row: with rows that cannot be used */
	ms_t from_ms, to_ms, last_ms; /* opens: of the window under way, of the newest bar wanted */
};

/* Bars counted back from when they were asked for: an answer may be a long time coming. */
struct bybit_wanted {
	int64_t bars; /* 0: nothing is wanted */
	ms_t asked_ms;
};

enum bybit_topic { TOPIC_KLINE, TOPIC_TICKER, TOPIC_BOOK, TOPIC_COUNT };
enum bybit_topic_state { TOPIC_OFF, TOPIC_WANTED, TOPIC_ASKED, TOPIC_LIVE };
struct bybit_subscription {
	uint8_t state;    /* enum bybit_topic_state */
	bool alone;       /* the next request is for this one only: a request with it was refused */
	uint32_t request; /* ASKED: with this message */
	ms_t due_ms, asked_ms, pause_ms;
};

struct bybit_ticker {
	bool known;                   /* its snapshot has come: deltas mean something */
	price_t bid, ask, mark, last; /* UNKNOWN: no value */
	ratio_t rate;                 /* of the coming settlement; kept over reconnects */
	ms_t next_ms;
};

struct bybit_level {
	price_t price;
	qty_t qty;
};
struct bybit_side {
	int64_t count;
	struct bybit_level level[BYBIT_LEVELS_MAX]; /* the best first */
};
struct bybit_book {
	bool known;
	int64_t update;
	bool changed; /* since it was told */
	ms_t told_ms;
	struct bybit_side bids, asks;
};

struct bybit_watch {
	bool used;
	sym_t sym;
	struct bybit_subscription topics[TOPIC_COUNT];
	struct bybit_ticker ticker;
};

struct bybit_stream {
	bool wanted, opened, up;
	bool reopen;             /* something could not be sent: begin anew */
	uint32_t request;        /* number of the last message */
	ms_t ping_ms, pinged_ms; /* next ping; the unanswered one, 0: none */
	ms_t topics_due_ms, depth_due_ms;
};

#define BYBIT_HASH_SIZE 2048

struct bybit {
	struct bybit_setup setup;
	struct random dice;
	bool begun;
	ms_t now_ms;
	char interval[4];
	const struct universe *universe;   /* attached; the app's */
	uint16_t by_wire[BYBIT_HASH_SIZE]; /* sym + 1; 0: free */
	uint8_t watch_of[SYMBOLS_MAX];     /* index + 1; 0: not watched */

	struct budget ip, endpoint[JOB_COUNT];
	struct bybit_job jobs[JOB_COUNT];
	uint32_t request;      /* the last one's number */
	int64_t rest_failures; /* in a row, of all jobs */
	bool link_up;          /* as told */
	ms_t limit_pause_ms;   /* of the back-off where no end of a limit was told */
	ms_t garbage_ms;       /* when garbage was last told; UNKNOWN: never */
	struct bybit_counts counts;

	struct bybit_clock clock;
	struct bybit_listing listing;
	struct bybit_history histories[BYBIT_HISTORIES];
	size_t queued;
	sym_t queue[SYMBOLS_MAX];
	struct bybit_wanted wanted[SYMBOLS_MAX]; /* history that was asked for and not answered */
	struct candle page[BYBIT_PAGE_BARS];

	struct bybit_private private;
	struct bybit_stream stream;
	struct bybit_watch watches[BYBIT_WATCHED_MAX];
	struct bybit_reader reader;
	struct bybit_book books[BYBIT_WATCHED_MAX]; /* last: what is not used is never touched */
};

/* Of the next request: never 0. */
static inline uint32_t bybit_next_request(const struct bybit *b)
{
	return b->request + 1 != 0 ? b->request + 1 : 1;
}

/* bybit.c */
sym_t bybit_find_wire(const struct bybit *b, const char *wire);
/* Something that cannot be understood; at most one event a second. */
void bybit_garbage(struct bybit *b, sym_t sym, const char *what, const char *why, struct turn_out *out);
/* What the link is: the stream and, since it cannot do without, REST. latency_ms 0: not measured. */
void bybit_tell_link(struct bybit *b, enum link_state state, ms_t latency_ms, struct turn_out *out);

/* Every stream there should be is up and, where it must be, logged in. */
bool bybit_is_connected(const struct bybit *b);

/* jobs.c */
void bybit_jobs_init(struct bybit *b);
void bybit_want(struct bybit *b, int job, ms_t at_ms);
/* Sends what is due and may be sent. */
void bybit_send_due(struct bybit *b, struct turn_out *out);
void bybit_on_reply(struct bybit *b, const struct wire_in *in, struct turn_out *out);
ms_t bybit_jobs_due_ms(const struct bybit *b);
/* Of all requests, private ones too: three failures in a row are a link that is down. */
void bybit_count_failure(struct bybit *b, struct turn_out *out);
void bybit_count_success(struct bybit *b, struct turn_out *out);
/* Silence where it was ordered, until the time they return. status: of HTTP; UNKNOWN: it orders none. */
ms_t bybit_obey_limit(struct bybit *b, struct budget *endpoint, const struct wire_in *in,
		      struct turn_out *out);
ms_t bybit_obey_status(struct bybit *b, const struct wire_in *in, struct turn_out *out);
/* What the headers say that is left of it. */
void bybit_heed_budget(struct bybit *b, struct budget *endpoint, const struct wire_in *in);

/* server_clock.c */
ms_t bybit_server_ms(const struct bybit *b);
enum bybit_verdict bybit_on_time(struct bybit *b, const struct bybit_envelope *envelope, ms_t sent_ms,
				 struct turn_out *out);

/* listing.c */
void bybit_listing_init(struct bybit *b);
void bybit_listing_path(const struct bybit *b, char *out, size_t size);
enum bybit_verdict bybit_on_listing(struct bybit *b, const struct bybit_envelope *envelope,
				    struct turn_out *out);
/* A row as an instrument of ours. False: it cannot be told in our units, or its name cannot be one here. */
bool bybit_make_instrument(const struct bybit_setup *setup, const struct bybit_instrument_row *row,
			   struct instrument *out);
/* From the first page again. */
void bybit_listing_restart(struct bybit *b);
/* What we know of the instruments may be old: prices do not fit their grid, a symbol is refused. The list is
 * asked for early, once in ten minutes. */
void bybit_doubt_listing(struct bybit *b);

/* scan.c */
enum bybit_verdict bybit_on_scan(struct bybit *b, const struct bybit_envelope *envelope,
				 struct turn_out *out);

/* history.c */
int bybit_ask_history(struct bybit *b, sym_t sym, int64_t bars);
/* Gives free hands to what is queued, once the server's time is known. */
bool bybit_history_waits(const struct bybit *b);
void bybit_begin_histories(struct bybit *b, struct turn_out *out);
void bybit_history_path(const struct bybit *b, int slot, char *out, size_t size);
enum bybit_verdict bybit_on_history(struct bybit *b, int slot, const struct bybit_envelope *envelope,
				    struct turn_out *out);
/* It will not be answered: what there is must do. */
void bybit_end_history(struct bybit *b, int slot, struct turn_out *out);
/* The grid has changed: what is under way is asked for anew. */
void bybit_restart_history(struct bybit *b, sym_t sym);

/* numbers.c */
enum bybit_rounding { ROUND_NEAR, ROUND_DOWN, ROUND_UP };
/* NULL, "", zero and what is out of range: UNKNOWN. *off: set if it was between two ticks; may be NULL. */
price_t bybit_price(const char *text, const struct grid *grid, enum bybit_rounding rounding, bool *off);
ratio_t bybit_ratio(const char *text); /* signed, to the nearest 1e-9 */
money_t bybit_money(const char *text); /* rounded down */
ms_t bybit_ms(const char *text);
/* False: a price is missing, or high and low do not hold open and close. Prices to the nearest tick, volume
 * down to whole lots. */
bool bybit_candle(const struct bybit_kline_row *row, const struct instrument *instrument,
		  struct candle *candle, bool *off);

/* stream.c */
void bybit_stream_init(struct bybit *b);
void bybit_on_ack(struct bybit *b, const struct bybit_frame *frame, struct turn_out *out);
int bybit_watch(struct bybit *b, sym_t sym, bool on, struct turn_out *out);
void bybit_on_up(struct bybit *b, struct turn_out *out);
void bybit_on_down(struct bybit *b, struct turn_out *out);
void bybit_stream_step(struct bybit *b, struct turn_out *out);
ms_t bybit_stream_due_ms(const struct bybit *b);
/* Off and on again, for whatever reason, after a pause that grows. */
void bybit_resubscribe(struct bybit *b, struct bybit_watch *watch, enum bybit_topic topic,
		       struct turn_out *out);
/* All of a symbol's topics: what is known of it is in old ticks. */
void bybit_renew_watch(struct bybit *b, sym_t sym, struct turn_out *out);
/* frame.c */
void bybit_on_frame(struct bybit *b, const char *text, size_t len, struct turn_out *out);

/* ticker.c */
void bybit_ticker_forget(struct bybit_ticker *ticker); /* all but what tells a settlement */
void bybit_on_ticker(struct bybit *b, struct bybit_watch *watch, const struct bybit_frame *frame,
		     struct turn_out *out);

/* book.c */
enum bybit_book_answer { BOOK_TAKEN, BOOK_DROPPED, BOOK_GAP, BOOK_OFF_GRID, BOOK_BROKEN };
enum bybit_book_answer bybit_book_take(struct bybit_book *book, struct bybit_reader *reader,
				       struct bybit_book_row *row, bool snapshot,
				       const struct instrument *instrument);
/* Notional within 10 bps of the mid, of the thinner side, rounded down. UNKNOWN: empty or crossed. */
money_t bybit_book_depth(const struct bybit_book *book, const struct instrument *instrument);

#endif
