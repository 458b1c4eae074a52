/* SPDX-License-Identifier: MIT
 * How far the exchange's clock is from ours: server - local, taken half way through a request for its time,
 * of the shortest trip among the last few. A trip's error is at most half of it, so two samples that differ
 * by more than that say that one of the clocks was set: then only the newest counts. */
#include "bybit_internal.h"

#define ASK_EVERY_MS 30000 /* also keeps the connection warm */
#define DRIFT_MS     20    /* what clocks may drift in the time of the samples */
#define TELL_MS      10    /* smaller changes of the offset are not told */

ms_t bybit_server_ms(const struct bybit *b)
{
	return b->clock.offset_ms == UNKNOWN ? b->now_ms : b->now_ms + b->clock.offset_ms;
}

static ms_t distance(ms_t a, ms_t b)
{
	return a > b ? a - b : b - a;
}

static void take_sample(struct bybit_clock *clock, ms_t trip_ms, ms_t offset_ms)
{
	int64_t kept = clock->count < BYBIT_CLOCK_SAMPLES ? clock->count : BYBIT_CLOCK_SAMPLES;
	int64_t best = 0;

	for (int64_t i = 0; i < kept; i++)
		if (distance(clock->sample[i].offset_ms, offset_ms) >
		    (clock->sample[i].trip_ms + trip_ms) / 2 + DRIFT_MS)
			clock->count = 0;
	int64_t at = clock->count++ % BYBIT_CLOCK_SAMPLES;
	clock->sample[at].trip_ms = trip_ms;
	clock->sample[at].offset_ms = offset_ms;
	kept = clock->count < BYBIT_CLOCK_SAMPLES ? clock->count : BYBIT_CLOCK_SAMPLES;
	for (int64_t i = 1; i < kept; i++)
		if (clock->sample[i].trip_ms < clock->sample[best].trip_ms)
			best = i;
	clock->offset_ms = clock->sample[best].offset_ms;
}

enum bybit_verdict bybit_on_time(struct bybit *b, const struct bybit_envelope *envelope, ms_t sent_ms,
				 struct turn_out *out)
{
	struct bybit_clock *clock = &b->clock;
	ms_t server_ms, trip_ms = b->now_ms - sent_ms;

	if (!bybit_read_time(&b->reader, envelope, &server_ms))
		return BYBIT_AGAIN;
	take_sample(clock, trip_ms, server_ms - (sent_ms + trip_ms / 2));
	clock->heard++;
	b->private.calls_due_ms = b->now_ms; /* some may wait for it */
	if (clock->told_ms == UNKNOWN || distance(clock->told_ms, clock->offset_ms) > TELL_MS)
		clock->told_ms = clock->offset_ms;
	bybit_want(b, JOB_TIME, b->now_ms + ASK_EVERY_MS);
	if (bybit_is_connected(b))
		bybit_tell_link(b, LINK_UP, trip_ms, out);
	return BYBIT_DONE;
}
