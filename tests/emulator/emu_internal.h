/* SPDX-License-Identifier: MIT
 * Inside the emulator: what its files know of each other. */
#ifndef EMU_INTERNAL_H
#define EMU_INTERNAL_H

#include "emu.h"
#include "emu_text.h"
#include "json.h"

/* The fields of a tickers message that can change, as Bybit names them. */
#define EMU_TICKER_FIELDS(X)                                                                                 \
	X(tickDirection)                                                                                     \
	X(price24hPcnt)                                                                                      \
	X(lastPrice)                                                                                         \
	X(prevPrice24h)                                                                                      \
	X(highPrice24h)                                                                                      \
	X(lowPrice24h)                                                                                       \
	X(prevPrice1h)                                                                                       \
	X(markPrice)                                                                                         \
	X(indexPrice)                                                                                        \
	X(openInterest)                                                                                      \
	X(openInterestValue)                                                                                 \
	X(turnover24h)                                                                                       \
	X(volume24h)                                                                                         \
	X(fundingIntervalHour)                                                                               \
	X(fundingCap)                                                                                        \
	X(nextFundingTime)                                                                                   \
	X(fundingRate)                                                                                       \
	X(bid1Price)                                                                                         \
	X(bid1Size)                                                                                          \
	X(ask1Price)                                                                                         \
	X(ask1Size)                                                                                          \
	X(preOpenPrice)                                                                                      \
	X(preQty)                                                                                            \
	X(curPreListingPhase)
#define X(name) TICKER_##name,
enum emu_ticker_field { EMU_TICKER_FIELDS(X) TICKER_FIELD_COUNT };
#undef X
struct emu_ticker {
	char at[TICKER_FIELD_COUNT][DECIMAL_TEXT_MAX];
};

/* All that a book is made of: its levels follow by arithmetic (emu_book.c). */
struct emu_book_state {
	price_t bid, ask; /* the one level of each side within 10 bps of the mid; 0: no book yet */
	qty_t lots;       /* of both */
	int64_t epoch;    /* moves the sizes further away */
	uint64_t salt;
};
struct emu_level {
	price_t price;
	qty_t lots;
};
#define EMU_BOOK_LEVELS 4
extern const int64_t emu_book_levels[EMU_BOOK_LEVELS]; /* 1, 50, 200, 1000 */
struct emu_book {
	struct emu_book_state sent; /* what all who listen have */
	int64_t update;             /* its u */
};

/* A bar between its open and its end: docs in emu_traffic.c. */
struct emu_path {
	bool on;
	ms_t open_ms;
	struct candle bar;      /* as it will have been */
	price_t high, low, now; /* so far */
};

#define EMU_LISTENER_SLOTS 20
struct emu_symbol {
	const struct instrument *instrument; /* the market's, as it is now */
	struct candle *bars;                 /* all that are remembered, the running one too */
	size_t bar_count, bar_room;
	struct funding_point *settled;
	size_t settled_count, settled_room;
	price_t bid, ask, last; /* 0: none yet */
	money_t depth;
	ratio_t rate;   /* UNKNOWN: none */
	ms_t settle_ms; /* of the coming settlement; UNKNOWN: none */
	bool has_row;
	struct event row; /* SCAN_ROW of the last instant */
	struct emu_ticker sent;
	int64_t cross;
	int64_t book_epoch; /* of the last quote or tick */
	struct emu_book books[EMU_BOOK_LEVELS];
	struct emu_path path;
	int32_t listeners[EMU_LISTENER_SLOTS]; /* topics of all clients; emu_topic.c has the slots */
	bool unconfirmed;                      /* the bar that ends next is never confirmed */
};

enum emu_topic_kind { TOPIC_KLINE, TOPIC_TICKER, TOPIC_BOOK, TOPIC_TRADE, TOPIC_QUIET };
struct emu_topic {
	char text[64];
	int64_t kind, sym;
	int64_t detail; /* KLINE: ms; BOOK: index of the level */
	bool silent;
};
struct emu_client {
	bool open;
	bool is_private, known; /* known: logged in */
	uint8_t plain, linear;  /* topics of the account, a bit each: "order" and "order.linear" */
	uint8_t silent;
	ms_t heard_ms;   /* when anything last went to or fro */
	bool closing;    /* closed from here; EMU_CLOSE was not taken yet */
	uint64_t number; /* of all that ever came */
	char conn_id[40];
	size_t args; /* characters of all topics */
	struct emu_topic *topics;
	size_t topic_count, topic_room;
};

struct emu_queued {
	int client;
	uint64_t number;
	enum emu_out_kind kind;
	ms_t at_ms; /* late ones */
	char *text;
	size_t len;
};

struct emu_armed {
	struct emu_fault fault;
	int64_t sym; /* SYM_NONE: any */
	ms_t until_ms;
};
#define EMU_ARMED_MAX    64
#define EMU_NOTICES_MAX  8
#define EMU_IP_REQUESTS  600 /* in EMU_IP_WINDOW_MS */
#define EMU_IP_WINDOW_MS 5000
#define EMU_IP_BAN_MS    600000
#define EMU_ARGS_MAX     21000
#define EMU_IDLE_MS      600000 /* a private stream without a word is closed */
#define EMU_TRAFFIC_MS   100
#define EMU_ARENA_BYTES  (1 << 20)
#define EMU_SKEW_MS      300000
#define EMU_ARMED_MS     HOUR_MS
#define CANDLE_LATEST_MS 4102444800000LL /* 2100 */

/* A line of /v5/system/status. */
struct emu_notice {
	ms_t begin_ms, end_ms;
	int64_t number;
};

/* The head's limit of this answer. most 0: none is said. */
struct emu_limit {
	int64_t most, left;
	ms_t reset_ms;
};

struct emu {
	struct emu_setup setup;
	struct universe universe;
	struct sim_market market;
	struct exchange exchange; /* the market's */
	struct events heard, scan;
	ms_t now_ms, start_ms;
	int64_t frame_ms;
	struct emu_symbol symbols[SIM_SYMBOLS_MAX];
	struct emu_client clients[EMU_CLIENTS_MAX];
	uint64_t client_count; /* ever */
	int64_t sequence;      /* of books */
	int64_t subscriptions; /* now, of all clients */
	ms_t traffic_ms;       /* the next tick; NEVER_MS: no traffic */

	struct emu_queued *queue; /* a ring */
	size_t queue_head, queue_count, queue_room;
	struct emu_queued *late;
	size_t late_count, late_room;
	char *taken; /* what emu_take gave last */

	struct emu_armed armed[EMU_ARMED_MAX];
	size_t armed_count;
	struct emu_fault planned[EMU_ARMED_MAX];
	size_t planned_count;
	struct random dice;
	ms_t draw_ms; /* NEVER_MS: no more */
	ms_t skew_ms, skew_until_ms;
	struct emu_notice notices[EMU_NOTICES_MAX];
	int64_t notice_count; /* ever */

	ms_t request_ms[EMU_IP_REQUESTS]; /* a ring of the last ones */
	size_t request_at;
	ms_t banned_until_ms;
	struct emu_limit limit;
	char why[512];          /* retMsg of the answer under way */
	enum emu_ending ending; /* that the answer under way gets by a fault of the account */

	struct emu_account *account; /* emu_account.h; NULL: none */

	struct text head, body, work, frame;
	struct json_arena arena;
	void *arena_memory;
	struct emu_counts counts;
};

/* A line for people. */
void emu_note(struct emu *emu, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* emu_symbol.c: what is known of one symbol, as texts. */
/* False: nobody outside sees it (not listed yet, gone). */
bool emu_is_listed(const struct emu_symbol *symbol);
/* Its index by the exchange's id, or SYM_NONE; listed or not. */
sym_t emu_find(const struct emu *emu, const char *wire);
void emu_price(const struct emu_symbol *symbol, price_t price, char out[static DECIMAL_TEXT_MAX]);
/* lots as coins */
void emu_size(const struct emu_symbol *symbol, qty_t lots, char out[static DECIMAL_TEXT_MAX]);
struct grid emu_coin_grid(const struct instrument *instrument);
/* So many lots as there are at the best bid and ask: the depth in whole lots at the bid. */
qty_t emu_depth_lots(const struct emu_symbol *symbol);
/* All fields as they are now. */
void emu_ticker_fill(const struct emu *emu, const struct emu_symbol *symbol, struct emu_ticker *out);
void emu_ticker_object(const struct emu_ticker *ticker, const char *wire, struct text *out);
/* The bar into the remembered ones: over the one of the same open, or behind the last. */
void emu_bar_keep(struct emu_symbol *symbol, const struct candle *bar);
/* Reads the market's history anew: at the start, and when it is told on another grid. */
void emu_bars_reload(struct emu *emu, sym_t sym);
/* First bar that opens at or after ms. */
size_t emu_bar_from(const struct emu_symbol *symbol, ms_t ms);
void emu_settled_keep(struct emu_symbol *symbol, ms_t settle_ms, ratio_t rate);
/* Refreshes the 24 h rows of all symbols. */
void emu_rows_refresh(struct emu *emu);

/* emu_interval.c: Bybit's names of intervals. */
/* Milliseconds of "1" ... "720", "D", "W"; EMU_MONTH for "M"; 0: no such interval. */
#define EMU_MONTH (-1)
ms_t emu_interval_ms(const char *text);
const char *emu_interval_text(ms_t interval_ms);
int emu_interval_index(ms_t interval_ms); /* 0..12 */
/* When the interval that holds ms began; and when it ends. */
ms_t emu_interval_begin(ms_t interval_ms, ms_t ms);
ms_t emu_interval_end(ms_t interval_ms, ms_t begin_ms);
/* The bar of the interval that begins at begin_ms out of the remembered ones. False: there is none. */
bool emu_interval_bar(const struct emu *emu, const struct emu_symbol *symbol, ms_t interval_ms, ms_t begin_ms,
		      struct candle *out, money_t *turnover);

/* emu_book.c */
/* At most room levels of one side, the best first. */
size_t emu_book_side(const struct emu_book_state *state, bool bids, struct emu_level *out, size_t room);
/* "b":[...],"a":[...] of the whole book, or of what differs between two. */
void emu_book_whole(const struct emu_symbol *symbol, const struct emu_book_state *state, int64_t levels,
		    struct text *out);
void emu_book_change(const struct emu_symbol *symbol, const struct emu_book_state *was,
		     const struct emu_book_state *now, int64_t levels, struct text *out);
struct emu_book_state emu_book_now(const struct emu *emu, const struct emu_symbol *symbol);

/* emu_stream.c: what the market said, to all who listen. */
void emu_hear(struct emu *emu, const struct event *event);
void emu_say_ticker(struct emu *emu, sym_t sym);
void emu_say_book(struct emu *emu, sym_t sym, int64_t level);
void emu_say_kline(struct emu *emu, sym_t sym, const struct candle *bar, bool closed);
void emu_say_trade(struct emu *emu, sym_t sym, bool up);
/* emu_topic.c: to everybody who has this topic. The text is in emu->frame. */
void emu_publish(struct emu *emu, int64_t kind, int64_t sym, int64_t detail);
bool emu_anybody(struct emu *emu, int64_t kind, int64_t sym, int64_t detail);
void emu_topic_snapshot(struct emu *emu, int client, const struct emu_topic *topic);
void emu_clients_drop(struct emu *emu);
/* Private streams that have been silent for too long are closed; when that is next. */
void emu_clients_idle(struct emu *emu);
ms_t emu_clients_idle_ms(const struct emu *emu);
/* One message on its way to one client, and what may happen to it there. */
void emu_pass(struct emu *emu, int client, int64_t sym, const char *text, size_t len);

/* emu_queue.c: what waits to be sent. text is copied. */
void emu_queue(struct emu *emu, int client, enum emu_out_kind kind, const char *text, size_t len);
void emu_queue_late(struct emu *emu, int client, const char *text, size_t len, ms_t at_ms);
/* Late ones that are due by now. */
void emu_queue_late_due(struct emu *emu);
ms_t emu_queue_late_ms(const struct emu *emu);
void emu_queue_forget(struct emu *emu, int client);
void emu_queue_free(struct emu *emu);

/* emu_account.c. Each does nothing where there is no account. False: it cannot be opened. */
bool emu_account_open(struct emu *emu);
void emu_account_close(struct emu *emu);
/* A market event, before the public hears of it. */
void emu_account_hear(struct emu *emu, const struct event *event);
void emu_account_due(struct emu *emu);
ms_t emu_account_next_ms(const struct emu *emu);
/* Reads show what is now, until emu_account_fresh() or the fault is over. */
void emu_account_freeze(struct emu *emu);
void emu_account_fresh(struct emu *emu);
/* emu_outside.c: a fault of the account that acts at once or waits in the broker; sym SYM_NONE: anywhere.
 * TB_ENOENT: nothing there that it could hit. */
int emu_outside(struct emu *emu, const struct emu_fault *fault, sym_t sym);
bool emu_outside_waits(int64_t kind);
/* emu_gate.c: true if it is a request for the account: it is answered. */
bool emu_gate(struct emu *emu, const struct emu_request *request, struct emu_reply *reply);
/* emu_login.c: a message of a client of /v5/private. */
void emu_private_frame(struct emu *emu, int client, const struct cJSON *root, const char *op,
		       const char *req_id);
/* emu_http.c: the envelope around emu->work, or around nothing if it is empty. */
void emu_answer(struct emu *emu, int code, const char *message);
void emu_fail(struct emu *emu, struct emu_reply *reply, int status, const char *text);

/* emu_traffic.c */
void emu_traffic_open(struct emu *emu, sym_t sym, const struct candle *open);
void emu_traffic_end(struct emu *emu, sym_t sym);
void emu_traffic_tick(struct emu *emu);

/* emu_fault.c */
/* A NEXT fault finds its victim: one of its times is over. sym SYM_NONE: it is about no symbol. */
bool emu_fault_take(struct emu *emu, enum emu_fault_kind kind, int64_t sym, int64_t *value);
/* When a LAST fault ends; 0: it is not on. */
ms_t emu_fault_until(const struct emu *emu, enum emu_fault_kind kind);
/* Plans and draws that are due. */
void emu_fault_due(struct emu *emu);
ms_t emu_fault_next_ms(const struct emu *emu);
/* Server time: now, as wrong as it is. */
ms_t emu_server_ms(const struct emu *emu);
/* emu_mangle.c: a message that has gone wrong. Into out. */
void emu_mangle(enum emu_fault_kind kind, const char *text, size_t len, struct random *dice,
		struct text *out);

/* emu_rest.c: handlers of market endpoints; emu_listing.c: of instruments. The result's JSON goes into
 * emu->work. 0, or the retCode with its text in *message. */
struct emu_query {
	const char *text; /* what follows '?' */
};
bool emu_query_get(const struct emu_query *query, const char *name, char *out, size_t size);
typedef int emu_handler(struct emu *emu, const struct emu_query *query, const char **message);
emu_handler emu_rest_time, emu_rest_tickers, emu_rest_kline, emu_rest_mark_kline, emu_rest_book,
	emu_rest_funding, emu_rest_limit, emu_rest_status, emu_rest_instruments;
/* "linear": 0; another category: 1; missing or none: -1. */
int emu_query_category(const struct emu_query *query);
/* Number in low..high, `otherwise` if it is not there; false: not a number. More than high is high. */
bool emu_query_number(const struct emu_query *query, const char *name, int64_t low, int64_t high,
		      int64_t otherwise, int64_t *out);
/* Ticker rows of what must not be traded; comma: something stands before. only: "" or one symbol. True if
 * something was added. */
bool emu_listing_tickers(const struct emu *emu, const char *only, bool comma, struct text *out);
/* It is in the listing though it has no market. */
bool emu_listing_has(const struct emu *emu, const char *wire);

#endif
