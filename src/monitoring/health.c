/* SPDX-License-Identifier: MIT
 * Exchange health from what arrives: latency, failures, silence, clock, rate budget. */
#include "health.h"

#include <string.h>

const struct health_settings health_settings_default = {
	.failures = 3,
	.failure_age_ms = MINUTE_MS,
	.latency_age_ms = 5 * MINUTE_MS,
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
	health->stream_ms = health->clock_off_ms = UNKNOWN;
}

ms_t health_p95_ms(const struct health *health, ms_t now, int64_t *count)
{
	int64_t kept = health->answers < HEALTH_ANSWERS ? health->answers : HEALTH_ANSWERS;
	ms_t sorted[HEALTH_ANSWERS];
	int64_t n = 0;

	for (int64_t k = 0; k < kept; k++) {
		int64_t i = n;
		if (now - health->answer[k].at_ms >= health->settings.latency_age_ms)
			continue;
		for (; i > 0 && sorted[i - 1] > health->answer[k].latency_ms; i--)
			sorted[i] = sorted[i - 1];
		sorted[i] = health->answer[k].latency_ms;
		n++;
	}
	*count = n;
	return n > 0 ? sorted[(n * 95 + 99) / 100 - 1] : UNKNOWN;
}

static void answer(struct health *health, const struct event *event)
{
	health->failures = 0;
	if (event->link.clock_off_ms != UNKNOWN)
		health->clock_off_ms = event->link.clock_off_ms;
	if (event->link.latency_ms <= 0)
		return;
	health->answer[health->answers % HEALTH_ANSWERS].at_ms = event->at_ms;
	health->answer[health->answers % HEALTH_ANSWERS].latency_ms = event->link.latency_ms;
	health->answers++;
}

static void fail(struct health *health, ms_t at_ms)
{
	if (at_ms - health->failure_ms >= health->settings.failure_age_ms)
		health->failures = 0; /* that was another run */
	health->failures++;
	health->failure_ms = at_ms;
}

void health_step(struct health *health, const struct event *event)
{
	switch (event->kind) {
	case EVENT_CANDLE:
		if (event->candle.history)
			return;
		/* fall through */
	case EVENT_TICKER:
	case EVENT_DEPTH: health_stream(health, event->at_ms); return;
	case EVENT_ORDER:
	case EVENT_ORDER_ABSENT:
	case EVENT_FILL:
	case EVENT_BALANCE: health->failures = 0; return;
	case EVENT_GARBAGE: fail(health, event->at_ms); return;
	case EVENT_LINK: break;
	default: return;
	}
	switch (event->link.state) {
	case LINK_UP:
	case LINK_SLOW: answer(health, event); break;
	case LINK_DOWN: fail(health, event->at_ms); break;
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
	int64_t count = 0;

	if (health->failures >= settings->failures && now - health->failure_ms < settings->failure_age_ms)
		return HEALTH_FAILURES;
	if (health->answers >= settings->latency_answers &&
	    health_p95_ms(health, now, &count) > settings->latency_ms && count >= settings->latency_answers)
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
