/* SPDX-License-Identifier: MIT
 * See live.h. The order of one instant is a simulation's: all that came over the wire, then what it has led
 * to and what is due; only then is anybody waited for. */
#include "live.h"

#include "outbox.h"
#include "record_log.h"
#include "state_dir.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define BATCH_US   20000 /* frames are worked off for so long, then timers have their turn */
#define LOOK_EVERY 64    /* frames between two looks at the clock */
#define BEHIND_MS  MINUTE_MS

/* Of an instance or of jitter; against a stepped clock a run is the same each time. */
static int64_t any_number(const struct live *live)
{
	uint32_t random = 0;

	if (live->clock_path == NULL && getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
		random = (uint32_t)getpid();
	return (int64_t)(random & 0xfffff) | 1;
}

static void told(void *ctx, const struct record *record, bool stored)
{
	struct live *live = ctx;

	(void)stored;
	tally_record(&live->world->tally, record);
	record_log(record, &live->world->universe, live->clock_path != NULL);
}

static void heard(void *ctx, const struct event *event)
{
	live_note_event(ctx, event);
}

static void hand_out(void *ctx, struct outbox *outbox, ms_t now_ms)
{
	struct live *live = ctx;

	link_say(live->wire.link, outbox, now_ms);
}

static void give_up(struct live *live, int err)
{
	live->stop = true;
	live->code = err == TB_EREFUSED ? EXIT_REFUSED : err == TB_EINVAL ? EXIT_USAGE : EXIT_FAILED;
}

static int check_clock(struct live *live, ms_t now_ms)
{
	const struct journal *journal = &live->world->journal.journal;

	if (journal->turn_ms == UNKNOWN || now_ms >= journal->turn_ms - BEHIND_MS)
		return 0;
	snprintf(live->error, sizeof live->error,
		 "this machine's clock is %lld s behind the last turn of the journal in %.300s: set it right",
		 (long long)((journal->turn_ms - now_ms) / SECOND_MS), live->config->state);
	return TB_EREFUSED;
}

/* The world of this listing, with its first turn. */
static void open_world(struct live *live, ms_t now_ms)
{
	char mode[JOURNAL_MODE_MAX];
	const struct account_facts *facts = live_codec_facts(&live->wire.codec);
	struct live_options options = {.config = live->config,
				       .market = &live->market,
				       .dir = live->config->state,
				       .mode = mode,
				       .instance = any_number(live),
				       .stage = live->stage,
				       .rollout = live->rollout,
				       .outbox = live->wire.outbox,
				       .hand_out = hand_out,
				       .told = told,
				       .ctx = live};

	live_mode_journal(live->mode, live->config, facts->account, mode, sizeof mode);
	if (live_mode_has_account(live->mode)) {
		options.account = live_codec_account(&live->wire.codec);
		options.taker_fee = facts->known & ACCOUNT_FACT_FEES ? facts->taker_fee : 0;
	}
	live->world_open = true;
	int64_t began_us = loop_us();
	int err = live_world_open(live->world, &options, now_ms, live->error, sizeof live->error);
	if (err == 0)
		err = check_clock(live, now_ms);
	if (err == 0)
		err = live_check_shared(live);
	loop_excuse(&live->wire.loop, loop_us() - began_us); /* reading and making files; nothing waits yet */
	live->excused_us = live->world->commit_us;
	if (err != 0) {
		give_up(live, err);
		return;
	}
	live->begun = true;
	live->begun_us = loop_us();
	live->world->world.witness = (struct witness){.ctx = live, .heard = heard};
	live_world_begin(live->world, now_ms, live->link_news.kind == EVENT_LINK ? &live->link_news : NULL);
	live_world_due(live->world, now_ms); /* a simulated account's lists are here at once */
	live_note_started(live, now_ms);
}

/* Before there is a world, the codec is on its own. */
static void knock(struct live *live, const struct wire_in *in)
{
	struct exchange *market = &live->market;
	struct events *events = live->knocked;
	struct turn_out out = {.say = live->wire.outbox, .heard = events};

	events->count = 0;
	market->ops->on_wire(market, in, &out);
	for (size_t i = 0; i < events->count; i++)
		live_note_event(live, &events->at[i]);
	link_say(live->wire.link, live->wire.outbox, in->at_ms);
	if (market->ops->listing(market) != NULL && live_pass_gates(live, in->at_ms))
		open_world(live, in->at_ms);
}

static void hear(struct live *live, const struct wire_in *in)
{
	live_note_wire(live, in);
	if (live->begun)
		live_world_hear(live->world, in);
	else
		knock(live, in);
}

static ms_t next_ms(const struct live *live)
{
	return live->begun ? live_world_next_ms(live->world) : live->market.ops->next_ms(&live->market);
}

static void due(struct live *live, ms_t now_ms)
{
	const struct wire_in time = {.at_ms = now_ms, .kind = WIRE_TIME};

	if (live->begun)
		live_world_due(live->world, now_ms);
	else if (next_ms(live) <= now_ms)
		knock(live, &time);
}

/* What came at this instant, and what is due. What was due before comes before what came now. */
static void work(struct live *live, ms_t now_ms)
{
	bool stepped = clock_is_stepped(&live->wire.clock);
	int64_t until_us = loop_us() + BATCH_US;
	struct wire_in in;

	if (next_ms(live) < now_ms)
		due(live, now_ms);
	for (int64_t n = 1; !live->stop && link_take(live->wire.link, now_ms, &in); n++) {
		hear(live, &in);
		bool looks = in.kind == WIRE_REPLY || n % LOOK_EVERY == 0; /* an answer may be long */
		if (!stepped && looks && loop_us() >= until_us)
			break;
	}
	if (!live->stop)
		due(live, now_ms);
}

/* Against a stepped clock nothing is worked off before all of the instant is here. */
static bool held_back(const struct live *live)
{
	return clock_is_stepped(&live->wire.clock) &&
	       (live->told_idle || link_counts(live->wire.link)->frames < live->wire.clock.told_frames);
}

static ms_t due_ms(const struct live *live)
{
	ms_t mine = next_ms(live), link = link_next_ms(live->wire.link);

	return mine < link ? mine : link;
}

/* Says so when nothing is left to do at this instant. */
static void say_idle(struct live *live, ms_t now_ms)
{
	const struct link_counts *n = link_counts(live->wire.link);

	if (live->told_idle || held_back(live) || n->under_way + n->waiting + n->opening + n->queued > 0 ||
	    due_ms(live) <= now_ms)
		return;
	live->told_idle = true;
	if (clock_idle(&live->wire.clock, due_ms(live), n->sent, n->frames) != 0)
		live->stop = true;
}

static void take_time(struct live *live)
{
	int answer = clock_take(&live->wire.clock);

	if (answer > 0)
		live->told_idle = false;
	else if (answer < 0)
		live->stop = true; /* its teller is gone: the end of a run */
}

static void excuse_commits(struct live *live)
{
	int64_t spent_us = live->world->commit_us;

	loop_excuse(&live->wire.loop, spent_us - live->excused_us);
	live->excused_us = spent_us;
}

static void turn(struct live *live)
{
	ms_t now_ms = clock_now(&live->wire.clock);
	unsigned signals = loop_signals(&live->wire.loop);

	live->last_ms = now_ms;
	live->signals |= signals & (LOOP_TERM | LOOP_INT);
	live->stop = live->stop || live->signals != 0;
	if (signals & LOOP_HUP)
		live_reload(live, now_ms);
	if (!live->stop && !held_back(live))
		work(live, now_ms);
	link_step(live->wire.link, now_ms);
	control_step(&live->control, loop_us());
	if (!live->stop)
		live_house(live, now_ms, loop_us());
	if (!live->stop && clock_is_stepped(&live->wire.clock))
		say_idle(live, now_ms);
	excuse_commits(live);
	live->turns++;
}

/* In real milliseconds. */
static ms_t wait_ms(struct live *live)
{
	int64_t house_us = live_house_due_us(live), control_us = control_due_us(&live->control);
	int64_t most_us = (house_us < control_us ? house_us : control_us) - loop_us();
	ms_t most_ms = most_us <= 0 ? 0 : most_us / 1000 + 1;
	ms_t left_ms;

	if (clock_is_stepped(&live->wire.clock)) {
		bool more = !held_back(live) &&
			    (due_ms(live) <= live->last_ms || link_counts(live->wire.link)->queued > 0);
		return more ? 0 : most_ms;
	}
	left_ms =
		link_counts(live->wire.link)->queued > 0 ? 0 : clock_wait_ms(&live->wire.clock, due_ms(live));
	return left_ms < most_ms ? left_ms : most_ms;
}

int live_run(struct live *live)
{
	while (!live->stop) {
		turn(live);
		if (live->stop)
			break;
		if (loop_wait(&live->wire.loop, wait_ms(live)) != 0) {
			snprintf(live->error, sizeof live->error, "the event loop cannot go on");
			give_up(live, TB_EIO);
		}
		if (clock_is_stepped(&live->wire.clock))
			take_time(live);
	}
	live_farewell(live, live->last_ms);
	return live->code;
}

/* Only to be woken: what is there is looked at after the wait. */
static void woken(void *ctx, int fd, unsigned events)
{
	(void)ctx, (void)fd, (void)events;
}

static int open_market(struct live *live)
{
	live->feed = calloc(1, sizeof *live->feed);
	live->inner = calloc(1, sizeof *live->inner);
	live->knocked = calloc(1, sizeof *live->knocked);
	live->world = calloc(1, sizeof *live->world);
	if (!live->feed || !live->inner || !live->knocked || !live->world) {
		snprintf(live->error, sizeof live->error, "not enough memory");
		return TB_EFULL;
	}
	feed_init(live->feed, &live->wire.codec.exchange, live->config->limits.timeframe_ms, live->inner);
	live->market = (struct exchange){&feed_ops, live->feed};
	return 0;
}

/* A daemon without a control socket trades all the same. */
static void open_control(struct live *live)
{
	char path[STATE_PATH_MAX], error[512] = "the path of the state folder is too long";

	if (state_path(live->config->state, STATE_SOCKET_FILE, path) == 0 &&
	    control_open(&live->control, path, live_answer, live, error, sizeof error) == 0 &&
	    loop_add(&live->wire.loop, control_fd(&live->control), LOOP_READ, woken, live) == 0)
		return;
	log_line(live->started_ms, LOG_WARN, "control", "no control socket: %s", error);
}

int live_open(struct live *live)
{
	int err = live_wire_open(&live->wire, live->config, live->mode, live->clock_path,
				 (uint64_t)any_number(live), live->error, sizeof live->error);

	if (err == 0)
		err = open_market(live);
	if (err != 0)
		return err;
	live->notify_open = true;
	live->started_ms = live->last_ms = clock_now(&live->wire.clock);
	live->started_us = loop_us();
	if (!notify_open(&live->notify))
		log_line(live->started_ms, LOG_WARN, "app", "NOTIFY_SOCKET cannot be used");
	open_control(live);
	if (clock_is_stepped(&live->wire.clock) &&
	    loop_add(&live->wire.loop, live->wire.clock.fd, LOOP_READ, woken, live) != 0)
		return TB_EIO;
	log_line(live->started_ms, LOG_INFO, "link", "asking %s and %s", live->wire.codec.bases[HOST_REST],
		 live->wire.codec.bases[HOST_PUBLIC]);
	return 0;
}

void live_close(struct live *live)
{
	if (live->wire.loop_open && live->control.fn != NULL)
		loop_drop(&live->wire.loop, control_fd(&live->control));
	control_close(&live->control);
	live_wire_close(&live->wire);
	if (live->notify_open)
		notify_close(&live->notify);
	if (live->world_open)
		live_world_close(live->world);
	free(live->world), free(live->knocked), free(live->inner), free(live->feed);
}
