/* SPDX-License-Identifier: MIT
 * See live_world.h. */
#include "live_world.h"

#include "log.h"
#include "loop.h"
#include "moment.h"
#include "state_dir.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DUE_TURNS_MAX 64        /* at one time: what is left is seen in the next turn of the loop */
#define LISTS_MS      MINUTE_MS /* between two comparisons with an exchange, at most */
#define OVERLAP_MS    HOUR_MS   /* what happened so long before the last turn is asked for again */

static bool has_account(const struct live_world *live)
{
	return live->options.account.codec != NULL;
}

/* The account as of this turn, then the turn itself: the first counts only with the second. */
static int store(struct live_world *live, const struct turn_records *turn, const char **why)
{
	int err = paper_state_save(&live->state, &live->accounts, turn->turn, turn->now_ms);

	*why = live->state.file.error;
	if (err != 0)
		return err;
	err = journal_sink_commit(&live->journal, turn);
	*why = live->journal.journal.error.text;
	if (err == 0)
		paper_state_keep(&live->state);
	return err;
}

static void count_commit(struct live_world *live, ms_t now_ms, int err, const char *why)
{
	if (err != 0 && !live->failing)
		log_line(now_ms, LOG_ERROR, "journal",
			 "cannot be written: %s; nothing is opened until it can, positions are managed on, "
			 "what happens is kept in memory",
			 why);
	if (err == 0 && live->failing)
		log_line(now_ms, LOG_INFO, "journal", "can be written again");
	live->failing = err != 0;
	live->commits += err == 0;
	live->failed_commits += err != 0;
}

static int commit(void *ctx, const struct turn_records *turn)
{
	struct live_world *live = ctx;
	int64_t began = loop_us(), took;
	const char *why;
	int err = store(live, turn, &why);

	took = loop_us() - began;
	live->commit_us += took;
	live->commit_most = took > live->commit_most ? took : live->commit_most;
	count_commit(live, turn->now_ms, err, why);
	for (size_t i = 0; i < turn->wants->record_count; i++)
		live->options.told(live->options.ctx, &turn->wants->records[i], err == 0);
	return err;
}

/* The account knows only what is watched: there are more instruments than it has room for. */
static void watch(void *ctx, sym_t sym, bool on)
{
	struct live_world *live = ctx;

	if (!on)
		sim_broker_forget(&live->accounts.broker, sym);
	else if (sim_broker_add(&live->accounts.broker, sym, &live->universe.at[sym]) != 0)
		log_line(live->world.now_ms, LOG_WARN, "sim",
			 "%s: no room in the simulated account, its orders will be refused",
			 live->universe.at[sym].name);
}

static void say_missing(const char *what, const struct config_symbols *list, const struct universe *universe,
			ms_t now_ms)
{
	for (size_t i = 0; i < list->count; i++)
		if (universe_find(universe, list->at[i]) == SYM_NONE)
			log_line(now_ms, LOG_WARN, "app", "%s: the exchange does not list %s", what,
				 list->at[i]);
}

/* The instruments of a journal that may be of an older schema: opening it for writing brings it up to date.
 */
static int read_stored(const struct live_world *live, const char *path, struct universe *stored,
		       struct journal_error *why)
{
	const struct journal_options options = {.mode = live->options.mode};
	struct journal journal;
	int err = journal_open_read(&journal, path, stored, why);

	if (err == TB_EREFUSED) {
		stored->count = 0;
		err = journal_open(&journal, path, stored, &options, why);
		if (err != 0)
			return err;
		journal_close(&journal);
		err = journal_open_read(&journal, path, stored, why);
	}
	if (err == 0)
		journal_close(&journal);
	return err;
}

static void set_fees(struct universe *universe, ratio_t taker_fee)
{
	for (size_t i = 0; i < universe->count; i++)
		universe->at[i].taker_fee = taker_fee;
}

/* now: as the exchange says. The world's own universe begins with the grids that the journal knows. */
static int make_universe(struct live_world *live, const char *path, struct universe *now, ms_t now_ms,
			 char *error, size_t size)
{
	const struct config *config = live->options.config;
	const struct universe *listing = live->options.market->ops->listing(live->options.market);
	struct universe *stored = calloc(1, sizeof *stored);
	struct journal_error why = {{0}};

	if (stored == NULL)
		return TB_EFULL;
	int err = read_stored(live, path, stored, &why);
	if (err == 0 || err == TB_ENOENT)
		universe_merge(listing, stored, now, &live->universe, &live->merge);
	else
		snprintf(error, size, "%s", why.text);
	free(stored);
	if (err != 0 && err != TB_ENOENT)
		return err;
	if (live->options.taker_fee > 0) {
		set_fees(now, live->options.taker_fee);
		set_fees(&live->universe, live->options.taker_fee);
	}
	settings_symbols(config, now, &live->settings);
	size_t manual = settings_symbols(config, &live->universe, &live->settings);
	say_missing("TRADING_SYMBOLS", &config->symbols, now, now_ms);
	say_missing("SCANNER_BLACKLIST", &config->scanner.blacklist, now, now_ms);
	return settings_check(config, manual, live->options.rollout, error, size);
}

/* Its slots are few beside an exchange's instruments. */
static int check_room(const struct live_world *live, char *error, size_t size)
{
	const struct scanner_settings *scanner = &live->settings.scanner;
	int64_t most = (int64_t)live->settings.manual_count +
		       (scanner->enabled ? scanner->top + scanner->hysteresis : 0);

	if (most <= SIM_SYMBOLS_MAX)
		return 0;
	snprintf(error, size,
		 "up to %lld symbols would be watched (TRADING_SYMBOLS, SCANNER_MAX_POSITIONS, "
		 "SCANNER_HYSTERESIS): the simulated account takes %d",
		 (long long)most, SIM_SYMBOLS_MAX);
	return TB_EINVAL;
}

/* Orders go where the account is. With the exchange's own, the shadow listens at all times: its twin has to
 * know the market. */
static void choose_venues(struct live_world *live)
{
	struct world *world = &live->world;

	live->broker_exchange = (struct exchange){&sim_broker_ops, &live->accounts.broker};
	live->shadow_exchange = (struct exchange){&sim_shadow_ops, &live->accounts.shadow};
	world->venues = (struct venues){.market = live->options.market,
					.broker = &live->broker_exchange,
					.shadow = &live->shadow_exchange};
	if (!has_account(live)) {
		world->shadow_busy = &live->accounts.shadow.heard_count;
		return;
	}
	live->shadow.accounts = &live->accounts;
	live->shadow_exchange = (struct exchange){&live_shadow_ops, &live->shadow};
	world->venues.broker = world->venues.market;
}

static int open_engine(struct live_world *live, char *error, size_t size)
{
	void *memory = calloc(1, engine_bytes(live->universe.count));
	struct world *world = &live->world;

	live->shadow.unheard = calloc(1, sizeof *live->shadow.unheard);
	if (memory == NULL || live->shadow.unheard == NULL || world_open(world) != 0) {
		free(memory);
		snprintf(error, size, "not enough memory");
		return TB_EFULL;
	}
	tally_open(&live->tally, &live->universe);
	live->settings.instance = live->journal.journal.instance;
	live->settings.start_stage = live->options.stage;
	live->settings.stage_fixed = !live->options.rollout;
	live->settings.need_promotion = live->options.rollout;
	if (has_account(live))
		live->settings.lists_every_ms = ms_earlier(live->settings.lists_every_ms, LISTS_MS);
	live->engine = engine_init(memory, &live->settings, &live->universe);
	world->engine = live->engine;
	world->universe = &live->universe;
	choose_venues(live);
	world->outbox = live->options.outbox;
	world->hand_out = live->options.hand_out;
	world->hand_out_ctx = live->options.ctx;
	world->watch = watch;
	world->watch_ctx = live;
	world->sink = (struct sink){.ctx = live, .commit = commit};
	world->turn = live->journal.journal.turn;
	return 0;
}

/* What is held for real is looked after whatever has become of a simulation: it begins anew, and its books in
 * the journal are found to differ. */
static int begin_shadow_anew(struct live_world *live, const struct sim_accounts_setup *setup, int err,
			     char *error, size_t size)
{
	static const struct universe none;

	log_line(live->world.now_ms, LOG_WARN, "app", "the shadow book begins anew: %s",
		 err == TB_ENOENT ? "its file is missing" : live->state.file.error);
	live->resumed = live->lost_account = true;
	return sim_accounts_init(&live->accounts.broker, &live->accounts.shadow, setup, &none, error, size);
}

static int open_accounts(struct live_world *live, const char *path, char *error, size_t size)
{
	static const struct universe none;
	const struct journal *journal = &live->journal.journal;
	const struct config *config = live->options.config;
	const struct sim_accounts_setup setup = {.config = config,
						 .balance = config->sim.balance,
						 .leverage = live->settings.decision.leverage};
	int64_t turn = journal->turn;
	int err =
		sim_accounts_init(&live->accounts.broker, &live->accounts.shadow, &setup, &none, error, size);

	if (err != 0)
		return err;
	snprintf(live->state.file.path, sizeof live->state.file.path, "%s", path);
	paper_state_init(&live->state, &live->universe);
	err = paper_state_load(&live->state, &live->accounts, &live->universe, &turn);
	live->resumed = err == 0 && journal->turn > 0;
	live->lost_account = live->resumed && turn != journal->turn;
	if (err == TB_ENOENT && journal->turn == 0)
		return 0;
	if (err != 0 && has_account(live))
		return begin_shadow_anew(live, &setup, err, error, size);
	if (err == TB_ENOENT)
		snprintf(error, size,
			 "%.300s is missing but the journal is not new: the simulated account cannot be gone "
			 "on "
			 "with; use a new --state folder",
			 path);
	else if (err != 0)
		snprintf(error, size, "%s", live->state.file.error);
	return err == TB_ENOENT ? TB_EREFUSED : err;
}

/* What went to an exchange is looked up there, never sent again. */
static int deliver_again(void *ctx, const struct journal_intent *intent)
{
	struct live_world *live = ctx;

	if (has_account(live) && intent->book != BOOK_SHADOW)
		return 0;
	paper_state_deliver(&live->accounts, intent, live->world.now_ms, live->world.carry);
	return 0;
}

static int take_away(void *ctx, const struct record *record)
{
	ms_t *since_ms = ctx;

	if (record->link.away_ms > 0)
		*since_ms = ms_earlier(*since_ms, record->link.away_ms);
	return 0;
}

/* What the codec has to know of the journal: which stops and targets of ours may rest, and from when on
 * executions and ledger rows may be news. An hour before the last turn, or before the link went down then:
 * what is told twice is known by its number. */
static int tell_codec(struct live_world *live, char *error, size_t size)
{
	const struct live_account *account = &live->options.account;
	const struct execution *execution = engine_execution(live->engine);
	ms_t since_ms = live->journal.journal.turn_ms;

	if (live->journal.journal.turn == 0)
		return 0;
	for (size_t i = 0; i < execution->order_count; i++) {
		const struct order *order = &execution->orders[i];
		bool protects = order->role == ROLE_STOP || order->role == ROLE_TARGET;
		bool open = !order_is_final(order->state) || order_is_untold(order);
		if (order->book == BOOK_MAIN && protects && open)
			account->remember(account->codec, order);
	}
	if (journal_each(&live->journal.journal, RECORD_LINK, &(struct journal_query){.sym = SYM_NONE},
			 take_away, &since_ms) != 0) {
		snprintf(error, size, "%s", live->journal.journal.error.text);
		return TB_EIO;
	}
	account->since(account->codec, since_ms - OVERLAP_MS, since_ms - OVERLAP_MS);
	return 0;
}

static int restore(struct live_world *live, char *error, size_t size)
{
	struct journal *journal = &live->journal.journal;
	int err = journal_sink_restore(&live->journal, live->engine, live->world.wants, error, size);

	if (err == 0 && live->resumed && !live->lost_account &&
	    journal_intents(journal, journal->turn, deliver_again, live) != 0) {
		snprintf(error, size, "%s", journal->error.text);
		err = TB_EIO;
	}
	if (err == 0 && has_account(live))
		err = tell_codec(live, error, size);
	if (err == 0)
		err = journal_sink_check_rollout(&live->journal, live->options.rollout, live->options.dir,
						 error, size);
	return err;
}

/* What the exchange says of instruments now, where it says something else than the journal did or the account
 * has something in it. */
static void tell_changes(struct live_world *live, const struct universe *now)
{
	for (size_t i = 0; i < now->count; i++)
		if (now->at[i].generation != live->universe.at[i].generation ||
		    live->accounts.broker.slot_of[i] != 0)
			world_change(&live->world, (sym_t)i, &now->at[i]);
}

static int open_all(struct live_world *live, struct universe *now, ms_t now_ms, char *error, size_t size)
{
	char path[STATE_PATH_MAX], account[STATE_PATH_MAX];
	const struct live_options *options = &live->options;

	if (state_path(options->dir, STATE_JOURNAL_FILE, path) != 0 ||
	    state_path(options->dir, has_account(live) ? STATE_SHADOW_FILE : STATE_PAPER_FILE, account) !=
		    0) {
		snprintf(error, size, "the path of the state folder is too long");
		return TB_EINVAL;
	}
	int err = make_universe(live, path, now, now_ms, error, size);
	if (err == 0)
		err = check_room(live, error, size);
	if (err == 0)
		err = journal_sink_open(&live->journal, path, &live->universe, options->mode,
					options->instance, error, size);
	if (err == 0)
		err = open_engine(live, error, size);
	if (err == 0)
		err = open_accounts(live, account, error, size);
	if (err != 0)
		return err;
	live->world.now_ms = now_ms;
	return restore(live, error, size);
}

int live_world_open(struct live_world *live, const struct live_options *options, ms_t now_ms, char *error,
		    size_t size)
{
	struct universe *now = calloc(1, sizeof *now);

	*live = (struct live_world){.options = *options};
	settings_of_config(options->config, options->config->limits.timeframe_ms, &live->settings);
	if (now == NULL) {
		snprintf(error, size, "not enough memory");
		return TB_EFULL;
	}
	int err = open_all(live, now, now_ms, error, size);
	if (err == 0)
		tell_changes(live, now);
	free(now);
	return err;
}

void live_world_begin(struct live_world *live, ms_t now_ms, const struct event *link)
{
	struct exchange *market = live->options.market;

	market->ops->attach(market, &live->universe);
	world_begin(&live->world, now_ms, link);
}

void live_world_close(struct live_world *live)
{
	paper_state_close(&live->state);
	journal_sink_close(&live->journal);
	world_close(&live->world);
	tally_close(&live->tally);
	free(live->engine);
	free(live->shadow.unheard);
	live->engine = NULL;
	live->shadow.unheard = NULL;
}

void live_world_hear(struct live_world *live, const struct wire_in *in)
{
	world_hear(&live->world, in);
}

void live_world_due(struct live_world *live, ms_t now_ms)
{
	for (int i = 0; i < DUE_TURNS_MAX && world_next_ms(&live->world) <= now_ms; i++)
		world_turn(&live->world, now_ms);
}

ms_t live_world_next_ms(const struct live_world *live)
{
	return world_next_ms(&live->world);
}

bool live_world_ready(const struct live_world *live)
{
	return engine_ready(live->engine) && engine_scanned_ms(live->engine) != 0;
}
