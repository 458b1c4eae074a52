/* SPDX-License-Identifier: MIT
 * What is asked over REST: when, within which budgets, and what its answer means. Public requests only fail
 * softly: each is put again after a pause that grows; orders to be silent are obeyed by all (contract,
 * sections 8 and 14). */
#include "bybit_internal.h"
#include "outbox.h"

#include <stdio.h>
#include <string.h>

#define IP_LIMIT       600 /* requests in five seconds from one address, whatever they are */
#define IP_WINDOW_MS   5000
#define IP_RESERVED    100
#define PAUSE_MS       500
#define PAUSE_MOST_MS  30000
#define LIMIT_PAUSE_MS 1000
#define LIMIT_MOST_MS  60000
#define FORBIDDEN_MS   (10 * MINUTE_MS) /* after HTTP 403 */
#define RESET_LEAST_MS 100
#define RESET_MOST_MS  (5 * MINUTE_MS) /* a stamp further ahead is not believed */
#define DEADLINE_MS    10000
#define TIME_DEADLINE  5000
#define LOST_MS        (DEADLINE_MS + 10000) /* no reply at all: the link owes one; do not wait for ever */
#define TRIES_REFUSED  3                     /* of a history that the exchange refuses */
#define TRIES_SCAN     5                     /* then the engine asks again */

void bybit_jobs_init(struct bybit *b)
{
	budget_init(&b->ip, IP_LIMIT, IP_WINDOW_MS, IP_RESERVED);
	for (int i = 0; i < JOB_COUNT; i++) {
		budget_init(&b->endpoint[i], 0, 1000, 0); /* none is documented for market data */
		b->jobs[i].due_ms = NEVER_MS;
	}
}

/* All histories are one endpoint. */
static struct budget *endpoint_of(struct bybit *b, int job)
{
	return &b->endpoint[job < JOB_HISTORY ? job : JOB_HISTORY];
}

void bybit_want(struct bybit *b, int job, ms_t at_ms)
{
	b->jobs[job].due_ms = at_ms;
}

static void path_of(const struct bybit *b, int job, char *out, size_t size)
{
	if (job == JOB_TIME)
		snprintf(out, size, "/v5/market/time");
	else if (job == JOB_LISTING)
		bybit_listing_path(b, out, size);
	else if (job == JOB_SCAN)
		snprintf(out, size, "/v5/market/tickers?category=linear");
	else
		bybit_history_path(b, job - JOB_HISTORY, out, size);
}

/* False: no room in the outbox; it is tried again when there is. */
static bool send(struct bybit *b, int number, struct turn_out *out)
{
	struct bybit_job *job = &b->jobs[number];
	struct budget *endpoint = endpoint_of(b, number);
	char path[BYBIT_CURSOR_MAX + 128];
	ms_t free_ms = budget_free_ms(&b->ip, b->now_ms, false);
	ms_t endpoint_ms = budget_free_ms(endpoint, b->now_ms, false);

	free_ms = endpoint_ms > free_ms ? endpoint_ms : free_ms;
	if (free_ms > b->now_ms) {
		job->due_ms = free_ms;
		return true;
	}
	path_of(b, number, path, sizeof path);
	uint32_t request = bybit_next_request(b);
	if (!outbox_get(out->say, HOST_REST, request, number == JOB_TIME ? TIME_DEADLINE : DEADLINE_MS, path,
			""))
		return false;
	budget_take(&b->ip, b->now_ms);
	budget_take(endpoint, b->now_ms);
	b->request = job->request = request;
	job->sent_ms = b->now_ms;
	job->due_ms = NEVER_MS;
	return true;
}

void bybit_count_failure(struct bybit *b, struct turn_out *out)
{
	if (++b->rest_failures >= BYBIT_FAILURES_DOWN)
		bybit_tell_link(b, LINK_DOWN, 0, out);
}

void bybit_count_success(struct bybit *b, struct turn_out *out)
{
	b->rest_failures = b->limit_pause_ms = 0;
	if (!b->link_up && bybit_is_connected(b))
		bybit_tell_link(b, LINK_UP, 0, out);
}

/* Once more, later; or no more where somebody else will ask. */
static void put_again(struct bybit *b, int number)
{
	struct bybit_job *job = &b->jobs[number];

	job->failures++;
	if (number == JOB_SCAN && job->failures >= TRIES_SCAN) {
		job->failures = job->pause_ms = 0;
		return;
	}
	job->due_ms =
		b->now_ms + budget_back_off(&job->pause_ms, PAUSE_MS, PAUSE_MOST_MS, random_next(&b->dice));
}

void bybit_send_due(struct bybit *b, struct turn_out *out)
{
	for (int i = 0; i < JOB_COUNT; i++) {
		struct bybit_job *job = &b->jobs[i];
		if (job->request != 0 && b->now_ms >= job->sent_ms + LOST_MS) {
			job->request = 0;
			bybit_count_failure(b, out);
			put_again(b, i);
		}
		if (job->request == 0 && job->due_ms <= b->now_ms && !send(b, i, out))
			return;
	}
}

ms_t bybit_jobs_due_ms(const struct bybit *b)
{
	ms_t due = NEVER_MS;

	for (int i = 0; i < JOB_COUNT; i++) {
		const struct bybit_job *job = &b->jobs[i];
		due = ms_earlier(due, job->request != 0 ? job->sent_ms + LOST_MS : job->due_ms);
	}
	return due;
}

static void tell_limited(struct bybit *b, ms_t until_ms, struct turn_out *out)
{
	struct event *event = events_add(out->heard, EVENT_LINK, SYM_NONE, b->now_ms);

	b->counts.limits++;
	if (event == NULL)
		return;
	event->link.state = LINK_LIMITED;
	event->link.until_ms = until_ms;
	event->link.clock_off_ms = UNKNOWN;
}

/* When the reply's headers say that there is room again, in our time; UNKNOWN if they do not, or not
 * believably. */
static ms_t reset_ms(const struct bybit *b, const struct wire_in *in)
{
	ms_t reset = wire_header_int(in, "X-Bapi-Limit-Reset-Timestamp");

	if (reset == UNKNOWN)
		return UNKNOWN;
	reset -= bybit_server_ms(b) - b->now_ms;
	if (reset > b->now_ms + RESET_MOST_MS)
		return UNKNOWN;
	return reset > b->now_ms + RESET_LEAST_MS ? reset : b->now_ms + RESET_LEAST_MS;
}

static ms_t jitter_ms(struct bybit *b, ms_t most_ms)
{
	return (ms_t)random_below(&b->dice, (uint64_t)most_ms);
}

/* 10006 and its like: silence on this endpoint until the stamp. */
ms_t bybit_obey_limit(struct bybit *b, struct budget *endpoint, const struct wire_in *in,
		      struct turn_out *out)
{
	ms_t until = reset_ms(b, in);

	if (until == UNKNOWN)
		until = b->now_ms + budget_back_off(&b->limit_pause_ms, LIMIT_PAUSE_MS, LIMIT_MOST_MS,
						    random_next(&b->dice));
	until += jitter_ms(b, RESET_LEAST_MS);
	budget_silence(endpoint, until);
	tell_limited(b, until, out);
	return until;
}

/* HTTP 429: all are silent for as long as asked, or a while that grows. */
static ms_t obey_overload(struct bybit *b, const struct wire_in *in, struct turn_out *out)
{
	int64_t seconds = wire_header_int(in, "Retry-After");
	ms_t pause = seconds > 0 && seconds <= HOUR_MS / SECOND_MS
			     ? seconds * SECOND_MS + jitter_ms(b, RESET_LEAST_MS)
			     : budget_back_off(&b->limit_pause_ms, LIMIT_PAUSE_MS, LIMIT_MOST_MS,
					       random_next(&b->dice));

	budget_silence(&b->ip, b->now_ms + pause);
	tell_limited(b, b->now_ms + pause, out);
	return b->now_ms + pause;
}

/* HTTP 403: too many requests, or this address or request is not welcome at all. Ten minutes of silence are
 * right for both; the second is told, as waiting alone will not help. */
static ms_t obey_forbidden(struct bybit *b, const struct wire_in *in, struct turn_out *out)
{
	static const char rate[] = "access too frequent";
	ms_t until = b->now_ms + FORBIDDEN_MS + jitter_ms(b, MINUTE_MS);
	char said[BYBIT_WHY_MAX];

	budget_silence(&b->ip, until);
	tell_limited(b, until, out);
	if (in->len >= sizeof rate - 1 && memmem(in->text, in->len, rate, sizeof rate - 1) != NULL)
		return until;
	snprintf(said, sizeof said, "%.*s", (int)(in->len < sizeof said ? in->len : sizeof said - 1),
		 in->len > 0 ? in->text : "");
	bybit_garbage(b, SYM_NONE, "HTTP 403", said, out);
	return until;
}

ms_t bybit_obey_status(struct bybit *b, const struct wire_in *in, struct turn_out *out)
{
	if (in->status == 403)
		return obey_forbidden(b, in, out);
	return in->status == 429 ? obey_overload(b, in, out) : UNKNOWN;
}

void bybit_heed_budget(struct bybit *b, struct budget *endpoint, const struct wire_in *in)
{
	if (wire_header_int(in, "X-Bapi-Limit-Status") == 0 && reset_ms(b, in) != UNKNOWN)
		budget_silence(endpoint, reset_ms(b, in));
}

static enum bybit_verdict dispatch(struct bybit *b, int number, const struct bybit_envelope *envelope,
				   struct turn_out *out)
{
	switch (number) {
	case JOB_TIME: return bybit_on_time(b, envelope, b->jobs[number].sent_ms, out);
	case JOB_LISTING: return bybit_on_listing(b, envelope, out);
	case JOB_SCAN: return bybit_on_scan(b, envelope, out);
	default: return bybit_on_history(b, number - JOB_HISTORY, envelope, out);
	}
}

static const char *job_text(int number)
{
	static const char *const names[] = {"time", "instruments-info", "tickers", "kline"};

	return names[number < JOB_HISTORY ? number : JOB_HISTORY];
}

static void answered(struct bybit *b, int number, const struct bybit_envelope *envelope, struct turn_out *out)
{
	struct bybit_job *job = &b->jobs[number];

	if (dispatch(b, number, envelope, out) == BYBIT_DONE) {
		job->failures = job->pause_ms = 0;
		bybit_count_success(b, out);
		return;
	}
	bybit_garbage(b, SYM_NONE, job_text(number), b->reader.why, out);
	bybit_count_failure(b, out);
	put_again(b, number);
}

/* The exchange does not want to answer this. A cursor may be too old; a symbol may be gone. */
static void refused(struct bybit *b, int number, const struct bybit_envelope *envelope, struct turn_out *out)
{
	char why[64];

	snprintf(why, sizeof why, "%lld %.40s", (long long)envelope->code, envelope->message);
	bybit_garbage(b, SYM_NONE, job_text(number), why, out);
	put_again(b, number);
	if (number == JOB_LISTING)
		bybit_listing_restart(b);
	else if (number >= JOB_HISTORY)
		bybit_doubt_listing(b);
	if (number >= JOB_HISTORY && b->jobs[number].failures >= TRIES_REFUSED)
		bybit_end_history(b, number - JOB_HISTORY, out);
}

static void judge(struct bybit *b, int number, const struct bybit_envelope *envelope,
		  const struct wire_in *in, struct turn_out *out)
{
	switch (bybit_error_class(envelope->code, envelope->message)) {
	case BYBIT_OK: answered(b, number, envelope, out); return;
	case BYBIT_LIMITED:
		b->jobs[number].due_ms = bybit_obey_limit(b, endpoint_of(b, number), in, out);
		return;
	case BYBIT_CLOCK:
		bybit_want(b, JOB_TIME, b->now_ms);
		put_again(b, number);
		return;
	case BYBIT_TRANSIENT:
		bybit_count_failure(b, out);
		put_again(b, number);
		return;
	default: refused(b, number, envelope, out); return;
	}
}

/* Status and text of what was no answer. */
static void unreadable(struct bybit *b, int number, const struct wire_in *in, struct turn_out *out)
{
	char why[BYBIT_WHY_MAX + 24];

	snprintf(why, sizeof why, "HTTP %d, %s", in->status, b->reader.why);
	bybit_garbage(b, SYM_NONE, job_text(number), why, out);
	bybit_count_failure(b, out);
	put_again(b, number);
}

void bybit_on_reply(struct bybit *b, const struct wire_in *in, struct turn_out *out)
{
	struct bybit_envelope envelope;
	int number = 0;

	while (number < JOB_COUNT && (in->request == 0 || b->jobs[number].request != in->request))
		number++;
	if (number == JOB_COUNT)
		return; /* of a request that was given up */
	b->jobs[number].request = 0;
	if (in->status < 0 || in->status >= 500) {
		bybit_count_failure(b, out);
		put_again(b, number);
		return;
	}
	ms_t silent_until_ms = bybit_obey_status(b, in, out);
	if (silent_until_ms != UNKNOWN) {
		b->jobs[number].due_ms = silent_until_ms;
		return;
	}
	bybit_heed_budget(b, endpoint_of(b, number), in);
	if (bybit_read_envelope(&b->reader, in->text, in->len, &envelope))
		judge(b, number, &envelope, in, out);
	else
		unreadable(b, number, in, out);
}
