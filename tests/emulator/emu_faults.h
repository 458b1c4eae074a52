/* SPDX-License-Identifier: MIT
 * Everything the emulated exchange and the way to it can do wrong. One catalogue: on command (tests, the
 * control socket, --fault) or drawn by a seed (storms, --faults). */
#ifndef EMU_FAULTS_H
#define EMU_FAULTS_H

#include "tradebot/units.h"

/* When: NEXT waits for the next thing it fits, an hour at most; LAST goes on for value ms; NOW acts at once.
 * Unit: of the value; low: what a command without a value means; draws are from low to high.
 * X(id, word, when, unit, low, high, weight of a draw, text). delist and tick are drawn only
 * where they are wanted: struct emu_weather. */
#define EMU_MARKET_FAULTS(X)                                                                                 \
	X(DELAY, "delay", NEXT, MS, 300, 8000, 20, "the next answer comes so late")                          \
	X(RESET_BEFORE, "reset_before", NEXT, NONE, 0, 0, 8,                                                 \
	  "the connection is reset before the next request is handled")                                      \
	X(RESET_AFTER, "reset_after", NEXT, NONE, 0, 0, 8,                                                   \
	  "the next request is handled, then the connection is reset without an answer")                     \
	X(BODY_CUT, "body_cut", NEXT, PERCENT, 1, 95, 8,                                                     \
	  "the connection is closed after such a part of the next answer's body")                            \
	X(HTTP_500, "http_5xx", LAST, MS, 500, 20000, 8, "requests are answered with 500, 502, 503 or 504")  \
	X(HTTP_403, "http_403", LAST, MS, 5000, 60000, 2,                                                    \
	  "requests are answered with 403: access too frequent")                                             \
	X(HTTP_429, "http_429", LAST, MS, 500, 10000, 5, "requests are answered with 429")                   \
	X(LIMITED, "limit_10006", LAST, MS, 200, 5000, 8,                                                    \
	  "requests are answered with retCode 10006, the reset stamp in the head")                           \
	X(BUSY, "busy_10016", LAST, MS, 500, 10000, 5, "requests are answered with retCode 10016")           \
	X(STALL, "stall", LAST, MS, 1000, 25000, 4, "nothing is answered and nothing sent; then all of it")  \
	X(CLOCK_SKEW, "clock_skew", NOW, OFFSET, -5000, 5000, 3,                                             \
	  "the server's time is off by so much for five minutes")                                            \
	X(MAINTENANCE, "maintenance", LAST, MS, 10000, 180000, 1,                                            \
	  "streams are closed, requests answered with 503; the system status says so")                       \
	X(REPLY_TRUNCATED, "reply_truncated", NEXT, NONE, 0, 0, 4, "the next answer's JSON ends too early")  \
	X(REPLY_GARBAGE, "reply_garbage", NEXT, NONE, 0, 0, 4, "the next answer is no JSON")                 \
	X(REPLY_TYPES, "reply_types", NEXT, NONE, 0, 0, 4, "the next answer has values of other types")      \
	X(REPLY_NAN, "reply_nan", NEXT, NONE, 0, 0, 4, "numbers of the next answer are the text NaN")        \
	X(SILENT, "silent", NEXT, NONE, 0, 0, 8,                                                             \
	  "the next subscription is acknowledged and stays silent until it is made anew")                    \
	X(REFUSED, "refused", NEXT, NONE, 0, 0, 4, "the next subscription is answered success=false")        \
	X(NO_ACK, "no_ack", NEXT, NONE, 0, 0, 4, "the next subscription works, but is never acknowledged")   \
	X(NO_PONG, "no_pong", LAST, MS, 10000, 60000, 3, "pings are not answered")                           \
	X(DUPLICATE, "duplicate", NEXT, NONE, 0, 0, 16, "the next stream message is sent twice")             \
	X(LATE, "late", NEXT, MS, 100, 20000, 16, "the next stream message comes so late")                   \
	X(REORDER, "reorder", NEXT, NONE, 0, 0, 16,                                                          \
	  "the next stream message comes behind all others of its instant")                                  \
	X(MISS, "miss", NEXT, NONE, 0, 0, 16, "the next stream message is never sent")                       \
	X(FRAME_TRUNCATED, "frame_truncated", NEXT, NONE, 0, 0, 4,                                           \
	  "the next stream message's JSON ends too early")                                                   \
	X(FRAME_GARBAGE, "frame_garbage", NEXT, NONE, 0, 0, 4, "the next stream message is no JSON")         \
	X(FRAME_TYPES, "frame_types", NEXT, NONE, 0, 0, 4,                                                   \
	  "the next stream message has values of other types")                                               \
	X(FRAME_NAN, "frame_nan", NEXT, NONE, 0, 0, 4,                                                       \
	  "numbers of the next stream message are the text NaN")                                             \
	X(DISCONNECT, "disconnect", NOW, NONE, 0, 0, 8, "all streams are closed")                            \
	X(NO_STREAMS, "no_streams", LAST, MS, 1000, 30000, 4,                                                \
	  "streams are closed and cannot be opened: 503")                                                    \
	X(NO_CONFIRM, "no_confirm", NEXT, NONE, 0, 0, 10, "the next confirm=true of a kline is never sent")  \
	X(DISAGREE, "disagree", NEXT, NONE, 0, 0, 6,                                                         \
	  "the next bar's last running values are wrong and it is never confirmed: REST has the right ones") \
	X(SUSPEND, "suspend", NOW, MS, 120000, 1200000, 1,                                                   \
	  "the symbol does not trade for so long, from a bar's open")                                        \
	X(DELIST, "delist", NOW, MS, 600000, 86400000, 1,                                                    \
	  "the symbol gets a deliveryTime so far ahead; then it is gone")                                    \
	X(TICK, "tick", NOW, NONE, 0, 0, 1, "the symbol's tick becomes a tenth or ten times as large")       \
	X(FREEZE, "freeze", LAST, MS, 500, 15000, 2,                                                         \
	  "the server's process stops: not even connections are taken (a library does as for stall)")        \
	X(RESET_ALL, "reset_all", NOW, NONE, 0, 0, 3,                                                        \
	  "every connection is reset (a library closes the streams)")
/* Of the account and its stream; drawn only where there is one. Those that wait here for an order, a stop or
 * a target wait in the broker, one of a kind at a time. LOTS: least orders. MONEY: whole USDT. */
#define EMU_ACCOUNT_FAULTS(X)                                                                                \
	X(POST_RESET_BEFORE, "post_reset_before", NEXT, NONE, 0, 0, 6,                                       \
	  "the next order, stop or setting is not handled, its connection is reset")                         \
	X(POST_RESET_AFTER, "post_reset_after", NEXT, NONE, 0, 0, 8,                                         \
	  "the next order, stop or setting is done, then its connection is reset without an answer")         \
	X(POST_SHUT_BEFORE, "post_shut_before", NEXT, NONE, 0, 0, 6,                                         \
	  "the next order, stop or setting is not handled, its connection is closed without a byte")         \
	X(POST_SHUT_AFTER, "post_shut_after", NEXT, NONE, 0, 0, 8,                                           \
	  "the next order, stop or setting is done, then its connection is closed without a byte")           \
	X(POST_BUSY_AFTER, "post_10016_after", NEXT, NONE, 0, 0, 6,                                          \
	  "the next order, stop or setting is done and answered with retCode 10016")                         \
	X(ORDER_LATE, "order_late", NEXT, MS, 500, 2000, 6,                                                  \
	  "the next order gets no answer and arrives so late; look-ups find nothing before")                 \
	X(ORDER_LOST, "order_lost", NEXT, NONE, 0, 0, 4,                                                     \
	  "the next order is acknowledged and never heard of again")                                         \
	X(ORDER_MUTE, "order_mute", NEXT, NONE, 0, 0, 6,                                                     \
	  "the next order is done as it should be, but no stream message tells of it")                       \
	X(STALE_READS, "stale_reads", LAST, MS, 500, 10000, 6, "reads show the account as it is now")        \
	X(LEVERAGE_LOST, "leverage_lost", NEXT, NONE, 0, 0, 2,                                               \
	  "the next leverage is acknowledged and not taken")                                                 \
	X(KEY_DEAD, "key_dead", LAST, MS, 60000, 600000, 0, "the key has expired")                           \
	X(LOGIN_REFUSED, "login_refused", NEXT, NONE, 0, 0, 4, "the next login of a stream is refused")      \
	X(NEWS_MISS, "news_miss", NEXT, NONE, 0, 0, 8, "the next message about the account is never sent")   \
	X(NEWS_LATE, "news_late", NEXT, MS, 100, 10000, 10,                                                  \
	  "the next message about the account comes so late")                                                \
	X(NEWS_REORDER, "news_reorder", NEXT, NONE, 0, 0, 8,                                                 \
	  "the next message about the account comes behind the others of its instant")                       \
	X(NEWS_DUPLICATE, "news_duplicate", NEXT, MS, 0, 5000, 10,                                           \
	  "the next message about the account comes again so much later")                                    \
	X(PARTIAL, "partial", NEXT, COUNT, 2, 6, 16,                                                         \
	  "the next market order, stop or target fills in so many pieces, 400 ms apart")                     \
	X(SLIP, "slip", NEXT, RATIO, 500000, 3000000, 8,                                                     \
	  "the next fill is worse by this share of the price")                                               \
	X(CUT, "cut", NEXT, RATIO, 110000, 300000, 8,                                                        \
	  "the price band of the next entry ends at this distance; the rest of it is cancelled")             \
	X(ENTRY_REJECTED, "entry_rejected", NEXT, NONE, 0, 0, 5,                                             \
	  "the next entry is acknowledged, then rejected")                                                   \
	X(CLOSE_REJECTED, "close_rejected", NEXT, NONE, 0, 0, 3,                                             \
	  "the next reduce-only order is acknowledged, then rejected")                                       \
	X(STOP_REFUSED, "stop_refused", NEXT, NONE, 0, 0, 4,                                                 \
	  "the next stop or target of a position is refused")                                                \
	X(STOP_MISSING, "stop_missing", NEXT, NONE, 0, 0, 5,                                                 \
	  "the next entry fills, and the stop attached to it is not made")                                   \
	X(STOP_CANCELLED, "stop_cancelled", NOW, NONE, 0, 0, 4,                                              \
	  "a resting stop is cancelled by the exchange, which says so")                                      \
	X(STOP_LOST, "stop_lost", NOW, NONE, 0, 0, 4, "a resting stop is gone without a word")               \
	X(STOP_DEAF, "stop_deaf", NOW, MS, 3000, 90000, 3, "for so long a resting stop does not fire")       \
	X(OTHER_TRADE, "other_trade", NOW, LOTS, 1, 5, 2,                                                    \
	  "another bot buys so many least orders in the account (negative: sells)")                          \
	X(OTHER_ORDER, "other_order", NOW, NONE, 0, 0, 2,                                                    \
	  "another bot's limit order rests in the account, far from the market")                             \
	X(OTHER_CLOSE, "other_close", NOW, PERCENT, 0, 90, 2,                                                \
	  "so much of a position (0: all) is closed by hand")                                                \
	X(OTHER_STOP, "other_stop", NOW, WAY, -80, 50, 2,                                                    \
	  "a stop is moved by hand, so much of its way to the price (negative: away from it)")               \
	X(OTHER_LEVERAGE, "other_leverage", NOW, COUNT, 1, 20, 1, "a leverage is set by hand")               \
	X(ADL, "adl", NOW, PERCENT, 0, 90, 2,                                                                \
	  "so much of a position (0: all) is closed by the exchange at the mark; stop and target go")        \
	X(LIQUIDATION, "liquidation", NOW, NONE, 0, 0, 1, "a position is liquidated at the mark")            \
	X(TRANSFER, "transfer", NOW, MONEY, -300, 300, 3, "money comes or goes, with its row in the log")    \
	X(LATE_ROW, "late_row", NOW, MONEY, -300, 300, 2, "money comes or goes; its row is 10 minutes late") \
	X(NO_ROW, "no_row", NOW, MONEY, -150, 150, 1, "the wallet changes and no row ever says why")         \
	X(BONUS, "bonus", NOW, MONEY, 1, 100, 2, "a bonus is credited, with its row in the log")             \
	X(EQUITY_X10, "equity_x10", LAST, MS, 500, 5000, 2,                                                  \
	  "wallet and equity are told ten times as large as they are")
#define EMU_FAULTS(X)                                    EMU_MARKET_FAULTS(X) EMU_ACCOUNT_FAULTS(X)
#define X(id, word, when, unit, low, high, weight, text) EMU_FAULT_##id,
enum emu_fault_kind { EMU_FAULTS(X) EMU_FAULT_COUNT };
#undef X

enum emu_when { EMU_WHEN_NEXT, EMU_WHEN_LAST, EMU_WHEN_NOW };
enum emu_unit {
	EMU_UNIT_NONE,
	EMU_UNIT_MS,
	EMU_UNIT_OFFSET,
	EMU_UNIT_PERCENT,
	EMU_UNIT_WAY,
	EMU_UNIT_COUNT,
	EMU_UNIT_RATIO,
	EMU_UNIT_LOTS,
	EMU_UNIT_MONEY,
	EMU_UNITS
};
extern const char *const emu_unit_text[EMU_UNITS]; /* "", "ms", ... */

struct emu_fault_row {
	const char *word, *text;
	int64_t when, unit, low, high, weight;
};
extern const struct emu_fault_row emu_fault_rows[EMU_FAULT_COUNT];

struct emu_fault {
	int64_t kind;    /* enum emu_fault_kind */
	int64_t value;   /* in the row's unit */
	int64_t times;   /* NEXT: for so many victims, 1 to 1000 */
	ms_t at_ms;      /* so long after the market's start; UNKNOWN: at once */
	char symbol[32]; /* the victim's, as on the wire (BTCUSDT); "": any */
};

/* "WORD[:SYMBOL][=VALUE][*TIMES][@MS]" into *fault. TB_EINVAL: no such word, or a value that is none; the
 * word in question goes into error. */
int emu_fault_parse(const char *text, struct emu_fault *fault, char *error, size_t size);

/* Faults drawn by seed. per_hour 0: none. */
struct emu_weather {
	uint64_t seed;
	int64_t per_hour; /* on average, at most 3600 */
	bool regrid;      /* also delist and tick, which change what an instrument is */
	bool account;     /* also those of the account */
};
/* "SEED[,per-hour=N][,regrid][,account]" (20 an hour if nothing is said). TB_EINVAL. */
int emu_weather_parse(const char *text, struct emu_weather *weather);

#endif
