/* SPDX-License-Identifier: MIT
 * Keeping house in a live daemon: what people and systemd are told, settings read anew, the journal's idle
 * work. Nothing here trades. */
#include "live.h"

#include "record_log.h"
#include "reload.h"
#include "run_words.h"
#include "setup.h"
#include "show.h"
#include "tradebot/ticket.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define SECOND_US       1000000LL
#define HOUSE_US        SECOND_US
#define BEAT_US         (60 * SECOND_US)
#define STATUS_US       (10 * SECOND_US)
#define WAITING_US      (30 * SECOND_US) /* between two lines about what a start still waits for */
#define TABLE_US        (30 * SECOND_US) /* how long a start waits for the market's table */
#define TROUBLE_MS      (10 * SECOND_MS) /* between two lines about the wire */
#define NAMES_MOST      5
#define STATUS_TEXT_MAX 400

static __attribute__((format(printf, 3, 4))) void trouble(struct live *live, ms_t now_ms, const char *format,
							  ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(live->trouble, sizeof live->trouble, format, args);
	va_end(args);
	live->trouble_ms = now_ms;
	if (live->trouble_said_ms != 0 && now_ms < live->trouble_said_ms + TROUBLE_MS)
		return;
	live->trouble_said_ms = now_ms;
	log_line(now_ms, LOG_WARN, "link", "%s", live->trouble);
}

void live_note_wire(struct live *live, const struct wire_in *in)
{
	int len = in->text == NULL ? 0 : in->len < 120 ? (int)in->len : 120;

	switch (in->kind) {
	case WIRE_UP: log_line(in->at_ms, LOG_INFO, "link", "stream %d is up", in->stream); break;
	case WIRE_DOWN: trouble(live, in->at_ms, "stream %d is down: %.*s", in->stream, len, in->text); break;
	case WIRE_REPLY:
		if (in->status < 0)
			trouble(live, in->at_ms, "request failed: %.*s", len, in->text);
		else if (in->status < 200 || in->status > 299)
			trouble(live, in->at_ms, "request answered with HTTP %d: %.*s", in->status, len,
				in->text);
		break;
	case WIRE_FRAME:
	case WIRE_TIME: break;
	}
}

void live_note_event(struct live *live, const struct event *event)
{
	if (event->kind == EVENT_GARBAGE) {
		live->garbage++;
		trouble(live, event->at_ms, "cannot be understood: %s", event->garbage.text);
	} else if (event->kind == EVENT_LINK) {
		bool news =
			live->link_news.kind != EVENT_LINK || live->link_news.link.state != event->link.state;
		if (news)
			live->link_ms = event->at_ms;
		live->link_news = *event;
	}
}

ms_t live_data_age(const struct live *live, ms_t now_ms, sym_t *sym)
{
	ms_t oldest_ms = NEVER_MS;

	*sym = SYM_NONE;
	for (size_t i = 0; live->begun && i < live->world->universe.count; i++) {
		const struct feed_symbol *fed = &live->feed->symbols[i];
		ms_t heard_ms = fed->quote_ms > fed->candle_ms ? fed->quote_ms : fed->candle_ms;
		if (!fed->watched || heard_ms >= oldest_ms)
			continue;
		oldest_ms = heard_ms;
		*sym = (sym_t)i;
	}
	return *sym == SYM_NONE ? UNKNOWN : now_ms - oldest_ms;
}

static size_t count_positions(const struct live *live)
{
	struct execution *execution = engine_execution(live->world->engine);
	size_t count = 0;

	for (size_t i = 0; i < execution->active_count; i++)
		count += execution_active(execution, i)->book == BOOK_MAIN;
	return count;
}

const char *live_link_word(const struct live *live)
{
	static const char *const words[] = {
		[LINK_UP] = "up", [LINK_DOWN] = "down", [LINK_SLOW] = "slow", [LINK_LIMITED] = "limited"};

	return live->link_news.kind == EVENT_LINK ? words[live->link_news.link.state] : NULL;
}

/* For a sentence. */
static const char *link_word(const struct live *live)
{
	const char *word = live_link_word(live);

	return word != NULL ? word : "not known yet";
}

void live_note_started(struct live *live, ms_t now_ms)
{
	const struct live_world *world = live->world;

	run_words_start(world->engine, live->config, live->mode_words, world->universe.count, world->resumed,
			now_ms);
	if (world->merge.changed > 0)
		log_line(now_ms, LOG_WARN, "app", "%zu instruments have another tick or lot than before",
			 world->merge.changed);
	if (world->merge.gone > 0)
		log_line(now_ms, LOG_INFO, "app", "%zu instruments of the journal are no longer listed",
			 world->merge.gone);
	if (world->lost_account)
		log_line(now_ms, LOG_WARN, "app",
			 "what is simulated is not as of the journal's last turn (a power cut?): what "
			 "differs is "
			 "found by comparing");
	if (live->mode == LIVE_PAPER && world->accounts.broker.setup.balance != live->config->sim.balance)
		log_line(now_ms, LOG_WARN, "app",
			 "the account goes on with what it has: SIM_BALANCE counts for a new state folder "
			 "only");
}

/* Names of watched symbols without their history. Returns how many there are. */
static size_t name_cold(const struct live *live, char *out, size_t size)
{
	size_t count = 0, used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < live->world->universe.count; i++) {
		if (!live->feed->symbols[i].watched || !live->feed->symbols[i].theirs)
			continue;
		if (count++ < NAMES_MOST && used < size)
			used += (size_t)snprintf(out + used, size - used, "%s%s", count > 1 ? ", " : "",
						 live->world->universe.at[i].name);
	}
	return count;
}

static void write_status(const struct live *live, ms_t now_ms, char *out, size_t size)
{
	char equity[SHOW_MAX];
	sym_t oldest;

	if (!live->begun) {
		snprintf(out, size, "waiting for %s: %s", live->wire.codec.bases[HOST_REST],
			 live->trouble[0] != '\0' ? live->trouble : "no answer yet");
		return;
	}
	show_money(engine_equity(live->world->engine), 2, equity);
	ms_t age_ms = live_data_age(live, now_ms, &oldest);
	snprintf(out, size, "%s%s: equity %s USDT, %zu positions, %lld watched, link %s, data %lld ms old",
		 live->mode_words, live->ready ? "" : ", warming up", equity, count_positions(live),
		 (long long)engine_scan_counts(live->world->engine)->watched, link_word(live),
		 age_ms == UNKNOWN ? -1LL : (long long)age_ms);
}

static void refuse_small(struct live *live)
{
	char equity[SHOW_MAX];

	show_money(engine_equity(live->world->engine), 2, equity);
	snprintf(live->error, sizeof live->error,
		 "an equity of %s USDT is too small for every symbol that is watched (see above): nothing "
		 "could "
		 "ever be traded",
		 equity);
	live->stop = true;
	live->code = EXIT_REFUSED;
}

static void look_if_ready(struct live *live, ms_t now_ms, int64_t now_us)
{
	struct live_world *world = live->world;
	char names[200], status[STATUS_TEXT_MAX];
	size_t cold = name_cold(live, names, sizeof names);
	/* on a restart the table may be late: what was watched is traded meanwhile */
	bool late = engine_ready(world->engine) && live->feed->watched_count > 0 &&
		    now_us - live->begun_us >= TABLE_US;

	if ((!live_world_ready(world) && !late) || cold > 0) {
		if (now_us < live->warned_us)
			return;
		live->warned_us = now_us + WAITING_US;
		log_line(now_ms, LOG_INFO, "app", "not ready yet: %s%s%s",
			 cold > 0 ? "waiting for the history of " : "waiting for the market's table", names,
			 cold > NAMES_MOST ? " ..." : "");
		return;
	}
	live->ready = true;
	live->ready_ms = now_ms;
	run_words_scan(world->engine, now_ms);
	size_t tradable = run_words_least(world->engine, &world->settings, &world->universe,
					  live->rollout ? 0 : engine_stage(world->engine), now_ms);
	if (tradable == 0 && count_positions(live) == 0 && engine_scan_counts(world->engine)->watched > 0) {
		refuse_small(live);
		return;
	}
	write_status(live, now_ms, status, sizeof status);
	live_say_shadow(live, now_ms);
	log_line(now_ms, LOG_INFO, "app", "ready: %s", status);
	notify_ready(&live->notify, status);
}

static void check_start(struct live *live, int64_t now_us)
{
	if (now_us - live->started_us < live->config->start_ms * 1000)
		return;
	snprintf(
		live->error, sizeof live->error,
		"%s did not say within %lld s (EXCHANGE_START) what can be traded%s; the last that happened: "
		"%s. "
		"'tradebotd doctor' looks closer",
		live->wire.codec.bases[HOST_REST], (long long)(live->config->start_ms / SECOND_MS),
		live_mode_has_account(live->mode) ? " and what the account is" : "",
		live->trouble[0] != '\0' ? live->trouble : "nothing");
	live->stop = true;
	live->code = EXIT_FAILED;
}

/* Against the clock a minute without news is normal; a minute without a line is not. */
static void beat(struct live *live, ms_t now_ms)
{
	const struct live_world *world = live->world;
	char equity[SHOW_MAX], drawdown[SHOW_MAX], age[SHOW_MAX] = "-";
	sym_t oldest;
	ms_t age_ms = live_data_age(live, now_ms, &oldest);

	live->lag = loop_lag(&live->wire.loop);
	loop_lag_reset(&live->wire.loop);
	if (live->lag.max_us > live->lag_most_us)
		live->lag_most_us = live->lag.max_us;
	show_money(engine_equity(world->engine), 2, equity);
	show_percent(desk_drawdown(engine_desk(world->engine)), 2, drawdown);
	if (age_ms != UNKNOWN)
		snprintf(age, sizeof age, "%lld ms", (long long)age_ms);
	log_line(now_ms, LOG_INFO, "app",
		 "heartbeat: equity %s USDT, drawdown %s, %zu positions, %zu trades closed, %lld watched; "
		 "link %s, "
		 "oldest data %s; loop lag %.1f ms p99, %.1f ms at most; longest commit %.1f ms",
		 equity, drawdown, count_positions(live), world->tally.own_count,
		 (long long)engine_scan_counts(world->engine)->watched, link_word(live), age,
		 (double)live->lag.p99_us / 1e3, (double)live->lag.max_us / 1e3,
		 (double)world->commit_most / 1e3);
	int64_t began_us = loop_us();
	journal_idle(&live->world->journal.journal);
	loop_excuse(&live->wire.loop, loop_us() - began_us);
}

/* A step of the wall clock: time itself goes on as it did, see clock.h. */
static void note_clock(struct live *live, ms_t now_ms)
{
	ms_t jumped_ms = live->wire.clock.jumped_ms;

	if (jumped_ms == live->jumped_ms)
		return;
	live->jumped_ms = jumped_ms;
	if (jumped_ms > 0)
		log_line(now_ms, LOG_WARN, "app",
			 "time was lost: it is %lld ms later than it was a moment ago", (long long)jumped_ms);
	else if (jumped_ms < -CLOCK_STEP_MS)
		log_line(now_ms, LOG_WARN, "app",
			 "this machine's clock was set back: ours is %lld ms ahead and runs slowly until "
			 "they agree",
			 (long long)-jumped_ms);
}

static bool is_due(int64_t *due_us, int64_t now_us, int64_t every_us)
{
	if (now_us < *due_us)
		return false;
	*due_us = now_us + every_us;
	return true;
}

void live_house(struct live *live, ms_t now_ms, int64_t now_us)
{
	ms_t watchdog_ms = live->notify.watchdog_ms;
	char status[STATUS_TEXT_MAX];

	if (live->begun && !live->ready)
		look_if_ready(live, now_ms, now_us);
	if (!live->begun)
		check_start(live, now_us);
	note_clock(live, now_ms);
	if (watchdog_ms > 0 && is_due(&live->alive_us, now_us, watchdog_ms * 1000 / 3))
		notify_alive(&live->notify); /* a turn of the loop was finished just now */
	if (is_due(&live->status_us, now_us, STATUS_US)) {
		write_status(live, now_ms, status, sizeof status);
		notify_status(&live->notify, status);
	}
	if (live->begun && live->beat_us == 0)
		live->beat_us = now_us + BEAT_US;
	if (live->begun && is_due(&live->beat_us, now_us, BEAT_US))
		beat(live, now_ms);
	is_due(&live->house_us, now_us, HOUSE_US);
}

int64_t live_house_due_us(const struct live *live)
{
	return live->house_us;
}

static bool is_in(const struct config_symbols *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->at[i], name) == 0)
			return true;
	return false;
}

/* Limits and blacklist, as they now are, into what runs. */
static void put_in_force(struct live *live)
{
	struct live_world *world = live->world;

	world->settings.limits = live->config->limits;
	engine_set_limits(world->engine, &live->config->limits);
	for (size_t i = 0; i < world->universe.count; i++) {
		struct instrument now = world->universe.at[i];
		now.blacklisted = is_in(&live->config->scanner.blacklist, now.name);
		if (now.blacklisted != world->universe.at[i].blacklisted)
			world_change(&world->world, (sym_t)i, &now);
	}
}

static void said(void *ctx, const struct config_row *row, bool taken)
{
	const struct live *live = ctx;
	char value[CONFIG_TEXT_MAX];

	config_format(live->config, row, value, sizeof value);
	if (taken)
		log_line(live->last_ms, LOG_INFO, "config", "%s is now %.400s", row->env,
			 value[0] != '\0' ? value : "empty");
	else
		log_line(live->last_ms, LOG_WARN, "config",
			 "%s has changed and is not taken before a restart", row->env);
}

void live_reload(struct live *live, ms_t now_ms)
{
	struct config *fresh = calloc(1, sizeof *fresh);

	if (live->ready)
		notify_reloading(&live->notify);
	if (fresh == NULL || setup_config(live->cli, fresh) != EXIT_DONE) {
		log_line(now_ms, LOG_ERROR, "config",
			 "the settings cannot be used (the reason is above); everything stays as it was");
	} else {
		size_t taken = reload_take(live->config, fresh, said, live);
		if (taken > 0 && live->begun)
			put_in_force(live);
		log_line(now_ms, LOG_INFO, "config", "settings read again: %zu changes in force", taken);
	}
	if (fresh != NULL)
		explicit_bzero(fresh, sizeof *fresh);
	free(fresh);
	if (live->ready)
		notify_ready(&live->notify, "");
}

static void say_position(const struct holding *h, const struct instrument *instrument, ms_t now_ms)
{
	char qty[SHOW_MAX], stop[SHOW_MAX], target[SHOW_MAX];
	const char *side = field_text(FIELD_SIDE, h->side);

	show_qty(h->qty, instrument, qty);
	show_price(h->stop, instrument, stop);
	show_price(h->target, instrument, target);
	log_line(now_ms, LOG_INFO, "app", "%s %s %s stays open: stop at %s, target at %s%s", instrument->name,
		 side != NULL ? side : "?", qty, stop, target,
		 h->phase == PHASE_UNPROTECTED ? " (the stop is not confirmed)" : "");
}

static void say_positions(const struct live *live, ms_t now_ms)
{
	struct execution *execution = engine_execution(live->world->engine);

	for (size_t i = 0; i < execution->active_count; i++) {
		const struct holding *h = execution_active(execution, i);
		if (h->book == BOOK_MAIN && h->qty > 0)
			say_position(h, &live->world->universe.at[h->sym], now_ms);
	}
	if (count_positions(live) > 0 && live->mode != LIVE_PAPER)
		log_line(now_ms, LOG_WARN, "app",
			 "nobody looks after them until the next start but the stops and targets that rest "
			 "at the "
			 "exchange");
	else if (count_positions(live) > 0)
		log_line(
			now_ms, LOG_INFO, "app",
			"the simulated account stands still until the next start, which lets the bars of the "
			"meantime act on these stops");
}

void live_farewell(struct live *live, ms_t now_ms)
{
	char hex[DIGEST_HEX_SIZE];

	if (live->code == 0) /* else whoever started it says why */
		log_line(now_ms, LOG_INFO, "app", "%s",
			 live->signals != 0 ? "stopped by a signal"
					    : "the time is over: nobody tells the clock any more");
	notify_stopping(&live->notify, live->code == 0 ? "stopped" : live->error);
	if (!live->begun)
		return;
	say_positions(live, now_ms);
	if (live->world->resumed || live->code != 0)
		return;
	tally_digest(&live->world->tally, hex);
	printf("digest %s\n", hex);
}
