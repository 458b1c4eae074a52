/* SPDX-License-Identifier: MIT
 * Exchange health from what arrives: latency, failures, silence, clock, rate budget. */
#include "health.h"

#include <string.h>

const struct health_settings health_settings_default = {
	.failures = 3,
	.latency_ms = 2 * SECOND_MS,
	.latency_answers = 20,
	.stream_age_ms = 30 * SECOND_MS,
	.clock_off_ms = SECOND_MS,
};

#define X(id, text) [HEALTH_##id] = text,
const char *const health_fault_text[HEALTH_FAULT_COUNT] = {HEALTH_FAULTS(X)};
#undef X

void health_init(struct health *health, const struct health_settings *settings)
{
	memset(health, 0, sizeof(*health));
	health->settings = *settings;
	health->p95_ms = health->stream_ms = health->clock_off_ms = UNKNOWN;
}

/* Nearest rank: the smallest latency that 95 % of the ring do not exceed. */
static ms_t p95_of(const ms_t latency[static HEALTH_ANSWERS], size_t count)
{
	ms_t sorted[HEALTH_ANSWERS];

	for (size_t n = 0; n < count; n++) {
		size_t i = n;
		for (; i > 0 && sorted[i - 1] > latency[n]; i--)
			sorted[i] = sorted[i - 1];
		sorted[i] = latency[n];
	}
	return sorted[(count * 95 + 99) / 100 - 1];
}

static void answer(struct health *health, ms_t latency_ms, ms_t clock_off_ms)
{
	health->failures = 0;
	if (clock_off_ms != UNKNOWN)
		health->clock_off_ms = clock_off_ms;
	if (latency_ms <= 0)
		return;
	health->latency_ms[health->answers++ % HEALTH_ANSWERS] = latency_ms;
	health->p95_ms = p95_of(health->latency_ms,
				health->answers < HEALTH_ANSWERS ? (size_t)health->answers : HEALTH_ANSWERS);
}

void health_step(struct health *health, const struct event *event)
{
	switch (event->kind) {
	case EVENT_CANDLE:
		if (event->candle.history)
			return;
		/* fall through */
	case EVENT_TICKER:
	case EVENT_DEPTH:
		if (health->stream_ms == UNKNOWN || event->at_ms > health->stream_ms)
			health->stream_ms = event->at_ms;
		return;
	case EVENT_GARBAGE: health->failures++; return;
	case EVENT_LINK: break;
	default: return;
	}
	switch (event->link.state) {
	case LINK_UP:
	case LINK_SLOW: answer(health, event->link.latency_ms, event->link.clock_off_ms); break;
	case LINK_DOWN: health->failures++; break;
	case LINK_LIMITED:
		if (event->link.until_ms > health->limited_until_ms)
			health->limited_until_ms = event->link.until_ms;
		break;
	default: break;
	}
}

enum health_fault health_fault(const struct health *health, ms_t now)
{
	const struct health_settings *settings = &health->settings;
	ms_t off = health->clock_off_ms;

	if (health->failures >= settings->failures)
		return HEALTH_FAILURES;
	if (health->answers >= settings->latency_answers && health->p95_ms > settings->latency_ms)
		return HEALTH_LATENCY;
	if (health->stream_ms == UNKNOWN || now - health->stream_ms > settings->stream_age_ms)
		return HEALTH_STREAM;
	if (off != UNKNOWN && (off > settings->clock_off_ms || off < -settings->clock_off_ms))
		return HEALTH_CLOCK;
	return now < health->limited_until_ms ? HEALTH_LIMITED : HEALTH_NONE;
}

bool health_ok(const struct health *health, ms_t now)
{
	return health_fault(health, now) == HEALTH_NONE;
}
