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
#define EMU_FAULTS(X)                                                                                        \
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
#define X(id, word, when, unit, low, high, weight, text) EMU_FAULT_##id,
enum emu_fault_kind { EMU_FAULTS(X) EMU_FAULT_COUNT };
#undef X

enum emu_when { EMU_WHEN_NEXT, EMU_WHEN_LAST, EMU_WHEN_NOW };
enum emu_unit { EMU_UNIT_NONE, EMU_UNIT_MS, EMU_UNIT_OFFSET, EMU_UNIT_PERCENT };

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
};
/* "SEED[,per-hour=N][,regrid]" (20 an hour if nothing is said). TB_EINVAL. */
int emu_weather_parse(const char *text, struct emu_weather *weather);

#endif
