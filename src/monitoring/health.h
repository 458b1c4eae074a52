/* SPDX-License-Identifier: MIT
 * Is the exchange well enough to open anything? Fed with every event; asked at each decision. Unhealthy
 * closes entries only: nothing here touches a position, a stop or an exit. health_ok is a pure function of
 * what was heard and the time asked about, so asking more often changes nothing. No pointers, no clock. */
#ifndef MONITORING_HEALTH_H
#define MONITORING_HEALTH_H

#include "tradebot/event.h"

#define HEALTH_ANSWERS 64

struct health_settings {
	int64_t failures;        /* so many in a row: unhealthy; 3 */
	ms_t failure_age_ms;     /* until the last of them is so old; a minute */
	ms_t latency_ms;         /* highest p95 of the last 64 answers; 2000 */
	ms_t latency_age_ms;     /* older answers do not count; 5 minutes */
	int64_t latency_answers; /* fewer answers have no p95 that counts; 20 */
	ms_t stream_age_ms;      /* oldest last news of the market; 30 s, as the gate has it for a ticker */
	ms_t clock_off_ms;       /* largest offset either way; 1 s */
};
extern const struct health_settings health_settings_default;

#define HEALTH_FAULTS(X)                                                                                     \
	X(NONE, "healthy")                                                                                   \
	X(FAILURES, "too many failures in a row")                                                            \
	X(LATENCY, "answers are too slow")                                                                   \
	X(STREAM, "the market stream is silent")                                                             \
	X(CLOCK, "our clock is off")                                                                         \
	X(LIMITED, "the exchange limits our request rate")
#define X(id, text) HEALTH_##id,
enum health_fault { HEALTH_FAULTS(X) HEALTH_FAULT_COUNT };
#undef X
extern const char *const health_fault_text[HEALTH_FAULT_COUNT];

struct health {
	struct health_settings settings;
	int64_t answers; /* ever */
	struct {
		ms_t at_ms, latency_ms;
	} answer[HEALTH_ANSWERS]; /* ring by answers */
	int64_t failures;         /* in a row, now */
	ms_t failure_ms;          /* the last one; 0: none yet */
	ms_t stream_ms;           /* last news of the market; UNKNOWN: none yet */
	ms_t clock_off_ms;        /* as last told, signed; UNKNOWN: not told (the gate then has no answer) */
	ms_t limited_until_ms;    /* no budget until then; 0: not */
};

void health_init(struct health *health, const struct health_settings *settings);

/* Any event may come. CANDLE (not history), TICKER, DEPTH: the stream lives. LINK: UP and SLOW are an answer
 * (latency_ms > 0 is its latency; clock_off_ms is taken unless UNKNOWN) and end the failures; DOWN is a
 * failure; LIMITED holds until until_ms. GARBAGE is a failure. ORDER, FILL, ORDER_ABSENT and BALANCE are
 * answers, too: they end the failures. Others change nothing. */
void health_step(struct health *health, const struct event *event);

/* What health_step does of news of the market (no history): three events of each bar, so it stands here. */
static inline void health_stream(struct health *health, ms_t at_ms)
{
	if (health->stream_ms == UNKNOWN || at_ms > health->stream_ms)
		health->stream_ms = at_ms;
}

/* Nearest rank of the answers that count at now: the smallest latency that 95 % of them do not exceed.
 * UNKNOWN without any; *count says how many. */
ms_t health_p95_ms(const struct health *health, ms_t now, int64_t *count);

/* The first fault in the order of the list, or HEALTH_NONE. A market nobody has spoken of is silent. An
 * unknown clock offset is no fault here. */
enum health_fault health_fault(const struct health *health, ms_t now);
bool health_ok(const struct health *health, ms_t now);

#endif
