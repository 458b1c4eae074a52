/* SPDX-License-Identifier: MIT
 * The way of news from the account to us: held back while the stream is down, late, told twice, in another
 * order. What is on its way is never lost, and news of one symbol keep their order unless a fault is about
 * just that. */
#include <string.h>

#include "sim_match.h"

#define PASS_MAX 32 /* the most events of one happening */
_Static_assert(2 * PASS_MAX <= SIM_LATE_MAX, "one happening always fits, with its copies");

static void insert(struct sim_weather *weather, const struct event *event, ms_t at_ms, bool ordered,
		   bool hidden)
{
	int64_t at = weather->late_count++;

	for (; at > 0 && weather->late[at - 1].at_ms > at_ms; at--)
		weather->late[at] = weather->late[at - 1];
	weather->late[at] =
		(struct sim_late){.at_ms = at_ms, .hidden = hidden, .ordered = ordered, .event = *event};
}

static void remove_first(struct sim_weather *weather)
{
	weather->late_count--;
	memmove(weather->late, weather->late + 1, (size_t)weather->late_count * sizeof(weather->late[0]));
}

void sim_news_tell(struct sim_broker *broker, struct events *heard)
{
	struct sim_weather *weather = &broker->weather;
	struct event event = weather->late[0].event;
	ms_t now = weather->late[0].at_ms;

	remove_first(weather);
	event.at_ms = now;
	/* well again, but for another trouble that goes on */
	if (event.kind == EVENT_LINK && event.link.state == LINK_UP) {
		size_t before = heard->count;
		sim_weather_say_link(broker, now, heard);
		if (heard->count != before)
			return;
	}
	*events_add(heard, (enum event_kind)event.kind, event.sym, now) = event;
}

/* All that waits, said before what stands at mark and after. Returns how many that were. */
static size_t flush_before(struct sim_broker *broker, size_t mark, ms_t now, struct events *heard)
{
	struct sim_weather *weather = &broker->weather;
	size_t waiting = (size_t)weather->late_count;

	memmove(heard->at + mark + waiting, heard->at + mark, (heard->count - mark) * sizeof(heard->at[0]));
	for (size_t i = 0; i < waiting; i++) {
		heard->at[mark + i] = weather->late[i].event;
		heard->at[mark + i].at_ms = now;
	}
	heard->count += waiting;
	weather->late_count = 0;
	/* with the news, among which are the ends of what the link suffers from, it is well again */
	weather->armed &= ~(1LL << SIM_FAULT_LINK_DOWN | 1LL << SIM_FAULT_LINK_SLOW |
			    1LL << SIM_FAULT_LINK_LIMITED | 1LL << SIM_FAULT_CLOCK_OFF);
	return waiting;
}

void sim_news_flush(struct sim_broker *broker, ms_t now, struct events *heard)
{
	flush_before(broker, heard->count, now, heard);
}

void sim_news_later(struct sim_broker *broker, const struct event *event, ms_t at_ms, bool ordered,
		    bool hidden, struct events *heard)
{
	if (broker->weather.late_count == SIM_LATE_MAX)
		sim_news_flush(broker, event->at_ms, heard);
	insert(&broker->weather, event, at_ms, ordered, hidden);
}

bool sim_news_hides(const struct sim_broker *broker, int64_t id)
{
	for (int64_t i = 0; i < broker->weather.late_count; i++) {
		const struct sim_late *late = &broker->weather.late[i];
		if (late->hidden && ((late->event.kind == EVENT_ORDER && late->event.order.id == id) ||
				     (late->event.kind == EVENT_FILL && late->event.fill.id == id)))
			return true;
	}
	return false;
}

/* The weather over one happening. */
struct pass {
	ms_t now, until_ms; /* until: nothing is told before, by a fault */
	bool hidden;
	bool fill_first, twice, stale;
	int64_t first_ms, twice_ms, stale_ms; /* how much later */
	int64_t fill_id, stale_id;
};

static bool is_news(const struct event *event)
{
	return event->kind == EVENT_ORDER || event->kind == EVENT_FILL || event->kind == EVENT_LEDGER ||
	       event->kind == EVENT_BALANCE;
}

/* Which of the waiting faults this happening wakes. */
static struct pass wake(struct sim_broker *broker, const struct event *events, size_t count, ms_t now)
{
	struct pass pass = {.now = now, .until_ms = now};
	const struct event *about = NULL, *fill = NULL, *live = NULL;
	int64_t late_ms;

	for (size_t i = 0; i < count; i++) {
		if (about == NULL && (events[i].kind == EVENT_ORDER || events[i].kind == EVENT_FILL))
			about = &events[i];
		if (fill == NULL && events[i].kind == EVENT_FILL)
			fill = &events[i];
		if (live == NULL && events[i].kind == EVENT_ORDER && events[i].order.state == ORDER_LIVE)
			live = &events[i];
	}
	if (sim_weather_waits(broker, SIM_FAULT_LINK_DOWN, SYM_NONE, now, NULL))
		pass.until_ms = broker->weather.waiting[SIM_FAULT_LINK_DOWN].until_ms;
	if (about != NULL && sim_weather_take(broker, SIM_FAULT_LATE_NEWS, about->sym, now, &late_ms)) {
		pass.hidden = true;
		if (now + late_ms > pass.until_ms)
			pass.until_ms = now + late_ms;
	}
	if (fill == NULL)
		return pass;
	pass.fill_id = fill->fill.id;
	pass.twice = sim_weather_take(broker, SIM_FAULT_TWICE, fill->sym, now, &pass.twice_ms);
	if (fill->fill.id == 0)
		return pass; /* no order of ours: nothing is said of it */
	pass.fill_first = sim_weather_take(broker, SIM_FAULT_FILL_FIRST, fill->sym, now, &pass.first_ms);
	if (live != NULL && live->order.id == fill->fill.id) {
		pass.stale = sim_weather_take(broker, SIM_FAULT_STALE, fill->sym, now, &pass.stale_ms);
		pass.stale_id = live->order.id;
	}
	return pass;
}

/* When the last of the news of this symbol that keep their order will be told. */
static ms_t queue_end(const struct sim_broker *broker, sym_t sym, ms_t now)
{
	for (int64_t i = broker->weather.late_count; i-- > 0;)
		if (broker->weather.late[i].ordered && broker->weather.late[i].event.sym == sym &&
		    broker->weather.late[i].at_ms > now)
			return broker->weather.late[i].at_ms;
	return now;
}

/* True if the event is told now. */
static bool pass_one(struct sim_broker *broker, struct pass *pass, const struct event *event)
{
	struct sim_weather *weather = &broker->weather;
	ms_t at_ms = queue_end(broker, event->sym, pass->now);

	if (pass->until_ms > at_ms)
		at_ms = pass->until_ms;
	bool held = at_ms > pass->now;
	if (pass->twice && event->kind == EVENT_FILL) {
		insert(weather, event, at_ms + pass->twice_ms, false, false);
		pass->twice = false;
	}
	if (pass->stale && event->kind == EVENT_ORDER && event->order.id == pass->stale_id) {
		insert(weather, event, at_ms + pass->stale_ms, false, false);
		pass->stale = false;
	}
	if (pass->fill_first && event->kind == EVENT_ORDER && event->order.id == pass->fill_id)
		at_ms += pass->first_ms;
	if (at_ms > pass->now)
		insert(weather, event, at_ms, held, pass->hidden);
	return at_ms == pass->now;
}

void sim_news_pass(struct sim_broker *broker, size_t mark, ms_t now, struct events *heard)
{
	struct sim_weather *weather = &broker->weather;
	struct event after[PASS_MAX];
	size_t count = heard->count - mark, kept = mark, after_count = 0;

	if (count == 0 || (weather->armed == 0 && weather->late_count == 0) || count > PASS_MAX)
		return;
	if ((size_t)weather->late_count + 2 * count > SIM_LATE_MAX)
		kept = mark += flush_before(broker, mark, now, heard);
	struct pass pass = wake(broker, heard->at + mark, count, now);
	for (size_t i = mark; i < mark + count; i++) {
		struct event event = heard->at[i];
		if (is_news(&event) && !pass_one(broker, &pass, &event))
			continue;
		if (pass.fill_first && event.kind == EVENT_ORDER && event.order.id == pass.fill_id)
			after[after_count++] = event;
		else
			heard->at[kept++] = event;
	}
	for (size_t i = 0; i < after_count; i++)
		heard->at[kept++] = after[i];
	heard->count = kept;
}
