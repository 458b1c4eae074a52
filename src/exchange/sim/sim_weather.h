/* SPDX-License-Identifier: MIT
 * Weather: everything an exchange does to an account that a calm one does not. One catalogue of faults; each
 * can be commanded (tests, an emulator) or drawn by a seeded script. Plain data inside the simulated broker,
 * saved with it: the same seed gives the same storm, also after a restart. */
#ifndef TRADEBOT_SIM_WEATHER_H
#define TRADEBOT_SIM_WEATHER_H

#include "tradebot/event.h"

/* X(id, word, unit, low, high, mild, storm, text). unit: of a command's value (enum sim_fault_unit); a
 * command with value 0 means low. Weather draws a value in low..high (MONEY: bps of the wallet; LOTS: percent
 * of the position, or multiples of the least order). mild, storm: how often, as weights; 0: never.
 * The first group waits for the next order it fits, for a day at most; the others act at once. */
#define SIM_FAULTS(X)                                                                                        \
	X(PARTIAL, "partial", COUNT, 2, 6, 8, 24,                                                            \
	  "the next market order, stop or target fills in so many pieces, 400 ms apart")                     \
	X(SLIP, "slip", RATIO, 500000, 3000000, 4, 10, "the next fill is worse by this share of the price")  \
	X(CUT, "cut", RATIO, 110000, 300000, 2, 8,                                                           \
	  "price protection of the next entry ends at this distance; the rest of it is cancelled")           \
	X(REJECT_ENTER, "reject_enter", NONE, 0, 0, 2, 6, "the next entry is rejected")                      \
	X(REJECT_REDUCE, "reject_reduce", NONE, 0, 0, 1, 4, "the next reduce is rejected")                   \
	X(REJECT_PROTECT, "reject_protect", NONE, 0, 0, 1, 4, "the next new stop or target is rejected")     \
	X(REJECT_STOP, "reject_stop", NONE, 0, 0, 1, 6,                                                      \
	  "the next entry fills, and its attached stop is rejected")                                         \
	X(LOST_ORDER, "lost_order", NONE, 0, 0, 1, 6, "the next order never arrives; nobody says so")        \
	X(LATE_ORDER, "late_order", MS, 500, 2000, 1, 6,                                                     \
	  "the next order arrives so late; look-ups find nothing before")                                    \
	X(LATE_NEWS, "late_news", MS, 500, 2000, 2, 8,                                                       \
	  "the next order is done, but its news come so late; look-ups find nothing before")                 \
	X(FILL_FIRST, "fill_first", MS, 0, 3000, 2, 8,                                                       \
	  "the next fill is told before what is said of its order, by so much")                              \
	X(TWICE, "twice", MS, 0, 5000, 4, 10, "the next fill is told again, so much later")                  \
	X(STALE, "stale", MS, 100, 5000, 2, 8, "an order is called live again, so long after it was filled") \
	X(LOST_CANCEL, "lost_cancel", NONE, 0, 0, 1, 4, "the next cancel never arrives")                     \
	X(LOST_QUERY, "lost_query", NONE, 0, 0, 2, 4, "the next look-up is never answered")                  \
	X(NO_LEVERAGE, "no_leverage", NONE, 0, 0, 1, 2, "the next leverage setting is not taken")            \
	X(LOST_STOP, "lost_stop", NONE, 0, 0, 1, 6, "a resting stop is gone without a word")                 \
	X(LOST_TARGET, "lost_target", NONE, 0, 0, 1, 4, "a resting target is gone without a word")           \
	X(DEAF_STOP, "deaf_stop", MS, 3000, 90000, 1, 6, "for so long the stop does not fire")               \
	X(FOREIGN, "foreign", LOTS, 1, 5, 0, 3,                                                              \
	  "somebody else trades so many lots in the account (negative: sells)")                              \
	X(OUTSIDE_CLOSE, "outside_close", LOTS, 0, 90, 0, 3,                                                 \
	  "so many lots of the position (0: all) are closed by another hand")                                \
	X(ADL, "adl", LOTS, 0, 90, 0, 2,                                                                     \
	  "so many lots (0: all) are closed by the exchange at the mark; stop and target go")                \
	X(LIQUIDATION, "liquidation", NONE, 0, 0, 0, 1, "the position is liquidated at the mark")            \
	X(TRANSFER, "transfer", MONEY, -300, 300, 1, 3, "money comes or goes, with its ledger row")          \
	X(NO_ROW, "no_row", MONEY, -150, 150, 0, 2, "the wallet changes and no row ever says why")           \
	X(LATE_ROW, "late_row", MONEY, -400, 400, 1, 3, "money comes or goes; its row is 10 minutes late")   \
	X(LINK_SLOW, "slow", MS, 500, 8000, 4, 8, "for a minute everything sent takes so much longer")       \
	X(LINK_LIMITED, "limited", MS, 2000, 60000, 2, 6, "for so long entries are too many requests")       \
	X(LINK_DOWN, "down", MS, 1000, 120000, 2, 8,                                                         \
	  "the account's stream is down for so long; its news wait, look-ups answer")                        \
	X(CLOCK_OFF, "clock_off", MS, 1100, 5000, 1, 4, "for five minutes our clock is off by so much")      \
	X(GARBAGE, "garbage", NONE, 0, 0, 2, 6, "something unreadable was sent to us")
#define X(id, word, unit, low, high, mild, storm, text) SIM_FAULT_##id,
enum sim_fault { SIM_FAULTS(X) SIM_FAULT_COUNT };
#undef X

enum sim_fault_unit {
	SIM_UNIT_NONE,
	SIM_UNIT_COUNT,
	SIM_UNIT_MS,
	SIM_UNIT_RATIO,
	SIM_UNIT_LOTS,
	SIM_UNIT_MONEY,
	SIM_UNIT_KINDS
};
struct sim_fault_row {
	const char *word, *text;
	int64_t unit, low, high;
	int64_t weight[2]; /* mild, storm */
};
extern const struct sim_fault_row sim_fault_rows[SIM_FAULT_COUNT];
extern const char *const sim_unit_text[SIM_UNIT_KINDS]; /* "", "pieces", "ms", ... */

#define SIM_SKIES(X) X(CALM, "off") X(MILD, "mild") X(STORM, "storm")
#define X(id, text)  SIM_SKY_##id,
enum sim_sky { SIM_SKIES(X) SIM_SKY_COUNT };
#undef X
extern const char *const sim_sky_text[SIM_SKY_COUNT];

/* All zero: calm, and nothing below costs anything. */
struct sim_weather_setup {
	uint64_t seed;
	int64_t sky;            /* enum sim_sky */
	int64_t faults_per_day; /* drawn, on average; 0: 24 when mild, 240 in a storm; at most 86,400 */
	ms_t jitter_ms; /* each order, cancel and look-up takes 0..jitter longer, by the seed; 0..1 minute */
};

/* "off", "mild" or "storm", then any of ",seed=N", ",per-day=N" (1 to 86400), ",jitter=MS" (0 to 60000), into
 * *setup. TB_EINVAL: anything else; *setup is then untouched. */
int sim_weather_parse(const char *text, struct sim_weather_setup *setup);

bool sim_weather_usable(const struct sim_weather_setup *setup);

/* A fault that waits for its victim, or lasts. until_ms 0: none. */
struct sim_armed {
	ms_t until_ms;
	int64_t value, sym; /* SYM_NONE: any */
};

/* News that wait. hidden: look-ups do not know of it either. ordered: later news of its symbol queue behind
 * it. */
#define SIM_LATE_MAX 64
struct sim_late {
	ms_t at_ms;
	int64_t hidden, ordered;
	struct event event;
};

struct sim_weather {
	ms_t next_ms;  /* of the next draw; 0: the market has not spoken yet; NEVER_MS: calm */
	ms_t heard_ms; /* the market's last word */
	int64_t draws; /* so far: with the seed, all there is to know of the future */
	int64_t armed; /* bit of each fault whose row in waiting[] may be in force */
	int64_t issued[SIM_FAULT_COUNT];
	struct sim_armed waiting[SIM_FAULT_COUNT];
	int64_t late_count;
	struct sim_late late[SIM_LATE_MAX]; /* by at_ms, first come first */
};

#endif
