/* SPDX-License-Identifier: MIT
 * See sim_world.h. */
#include "sim_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void lend_tapes(struct sim_world *sim, const struct candle_set *set)
{
	for (size_t i = 0; i < set->universe.count; i++) {
		const struct candle_series *series = &set->series[i];
		sim->tapes[i] = (struct sim_tape){.candles = series->candles,
						  .count = series->count,
						  .funding = series->funding,
						  .funding_count = series->funding_count};
	}
}

static void read_history(void *ctx, sym_t sym, int64_t bars,
			 void (*give)(struct world *, const struct event *), struct world *world)
{
	struct sim_world *sim = ctx;
	struct candle chunk[256];
	size_t from = 0, got;

	(void)bars; /* all of it: the same first bar gives the same bits after a restart */
	while ((got = sim_market_history(&sim->market, sym, from, chunk, sizeof chunk / sizeof chunk[0])) >
	       0) {
		for (size_t i = 0; i < got; i++) {
			struct event event = {
				.kind = EVENT_CANDLE,
				.sym = sym,
				.at_ms = world->now_ms,
				.candle = {.candle = chunk[i], .closed = true, .history = true}};
			give(world, &event);
		}
		from += got;
	}
}

/* The market comes to where the world is in a stretch: before anybody looks at it. */
static void follow(struct sim_world *sim)
{
	if (sim->passing)
		sim_market_pass_to(&sim->market, sim->world.now_ms);
}

static const struct events *passed_quotes(void *ctx)
{
	struct sim_world *sim = ctx;

	follow(sim);
	sim_market_quotes(&sim->market, sim->quotes);
	return sim->quotes;
}

/* The accounts hear what they were spared, before anything else reaches them. */
static void catch_up(struct sim_world *sim)
{
	struct turn_out out = {.heard = sim->world.answers};

	if (sim->passed_ms == 0)
		return;
	world_hear_quotes(&sim->world);
	sim_market_catch_up(&sim->market, sim->passed_ms, sim->world.asking);
	for (size_t i = 0; i < sim->world.asking->count; i++)
		sim_broker_ops.on_market(&sim->broker_exchange, &sim->world.asking->at[i], &out);
	sim->world.asking->count = 0;
	sim->passed_ms = 0;
}

static void wake(void *ctx, bool accounts)
{
	struct sim_world *sim = ctx;

	if (accounts)
		catch_up(sim);
	else if (sim->passing) { /* the market is asked for its table */
		follow(sim);
		sim_market_count(&sim->market);
	}
}

static int open_venues(struct sim_world *sim, char *error, size_t size)
{
	const struct sim_options *o = &sim->options;
	ms_t timeframe_ms = o->set ? o->set->timeframe_ms : o->config->limits.timeframe_ms;
	struct sim_model model;
	struct sim_weather_setup weather;
	int err = sim_accounts_model(o->config, &model, &weather, error, size);

	if (err != 0)
		return err;
	sim_market_init(&sim->market, &(struct sim_market_setup){.timeframe_ms = timeframe_ms,
								 .start_ms = o->set ? 0 : o->start_ms,
								 .end_ms = o->set ? 0 : o->end_ms,
								 .symbols = (int64_t)sim->universe->count,
								 .seed = o->seed,
								 .preroll = o->set ? 0 : SIM_PREROLL,
								 .weather = weather,
								 .model = model});
	err = sim_market_attach(&sim->market, sim->universe, o->set ? sim->tapes : NULL);
	if (err != 0) {
		snprintf(error, size, "%s",
			 err == TB_ENOENT ? "there is no bar in this span"
					  : "the candles cannot be used as a market");
		return err;
	}
	sim_market_renew(&sim->market, sim->universe); /* some may not be listed yet */
	return sim_accounts_init(&sim->broker, &sim->shadow,
				 &(struct sim_accounts_setup){.config = o->config,
							      .balance = o->balance,
							      .leverage = sim->settings.decision.leverage},
				 sim->universe, error, size);
}

static int open_engine(struct sim_world *sim, char *error, size_t size)
{
	void *memory = calloc(1, engine_bytes(sim->universe->count));

	sim->quotes = calloc(1, sizeof *sim->quotes);
	if (memory == NULL || sim->quotes == NULL || world_open(&sim->world) != 0) {
		free(memory);
		snprintf(error, size, "not enough memory");
		return TB_EFULL;
	}
	tally_open(&sim->tally, sim->universe);
	sim->settings.warm_all = true;
	sim->settings.instance = sim->options.instance;
	sim->settings.start_stage = sim->options.stage;
	sim->settings.stage_fixed = !sim->options.rollout;
	sim->settings.need_promotion = sim->options.rollout;
	sim->settings.clock_stands = true;
	sim->engine = engine_init(memory, &sim->settings, sim->universe);
	sim->world.engine = sim->engine;
	sim->world.universe = sim->universe;
	sim->world.venues = (struct venues){.market = &sim->market_exchange,
					    .broker = &sim->broker_exchange,
					    .shadow = &sim->shadow_exchange};
	sim->world.shadow_busy = &sim->shadow.heard_count;
	sim->world.history = read_history;
	sim->world.history_ctx = sim;
	sim->world.wake = wake;
	sim->world.wake_ctx = sim;
	sim->world.quotes = passed_quotes;
	sim->world.quotes_ctx = sim;
	sim->world.witness = (struct witness){&sim->checker, checker_heard, checker_sent};
	checker_init(&sim->checker, sim->universe, sim->options.balance,
		     sim->options.rollout ? RATIO_ONE : sim->options.stage);
	return 0;
}

int sim_world_open(struct sim_world *sim, const struct sim_options *options, char *error, size_t size)
{
	*sim = (struct sim_world){.options = *options};
	sim->universe = options->set ? &options->set->universe : &sim->generated;
	if (options->set == NULL)
		sim_universe_generate(sim->universe, (size_t)options->symbols, options->taker_fee);
	if (sim->universe->count == 0 || sim->universe->count > SIM_SYMBOLS_MAX) {
		snprintf(error, size, "%zu symbols: the simulated exchange takes 1 to %d",
			 sim->universe->count, SIM_SYMBOLS_MAX);
		return TB_EINVAL;
	}
	if (options->set)
		lend_tapes(sim, options->set);
	settings_of_config(options->config,
			   options->set ? options->set->timeframe_ms : options->config->limits.timeframe_ms,
			   &sim->settings);
	size_t manual = settings_symbols(options->config, sim->universe, &sim->settings);
	if (settings_check(options->config, manual, options->rollout, error, size) != 0)
		return TB_EINVAL;
	sim->market_exchange = (struct exchange){&sim_market_ops, &sim->market};
	sim->broker_exchange = (struct exchange){&sim_broker_ops, &sim->broker};
	sim->shadow_exchange = (struct exchange){&sim_shadow_ops, &sim->shadow};
	int err = open_venues(sim, error, size);
	return err != 0 ? err : open_engine(sim, error, size);
}

void sim_world_renew_engine(struct sim_world *sim, int64_t instance)
{
	sim->settings.instance = instance;
	memset(sim->engine, 0, engine_bytes(sim->universe->count));
	engine_init(sim->engine, &sim->settings, sim->universe);
}

void sim_world_close(struct sim_world *sim)
{
	world_close(&sim->world);
	tally_close(&sim->tally);
	free(sim->engine), free(sim->quotes);
	sim->engine = NULL, sim->quotes = NULL;
}

int sim_world_start(struct sim_world *sim, char *error, size_t size)
{
	ms_t next_ms = sim_market_ops.next_ms(&sim->market_exchange);
	bool resumed = sim->world.now_ms != 0;
	/* A fresh world gets ready before the first thing happens in it. */
	ms_t now_ms = resumed ? sim->world.now_ms : next_ms - 1;
	int err = world_start(&sim->world, now_ms);

	if (err != 0)
		snprintf(error, size, "the simulated world did not get ready");
	return err;
}

ms_t sim_world_now(const struct sim_world *sim)
{
	return sim->world.now_ms;
}

static void tell(struct sim_world *sim, enum command_kind verb)
{
	struct event event = {
		.kind = EVENT_COMMAND, .sym = SYM_NONE, .at_ms = sim->world.now_ms, .command.verb = verb};

	world_hear_quotes(&sim->world);
	world_tell(&sim->world, &event);
}

/* --on-lock rebase-after: what an operator would do, so long after. */
static void rebase(struct sim_world *sim)
{
	const struct desk *desk = engine_desk(sim->engine);
	ms_t after_ms = sim->options.rebase_after_ms, now_ms = sim->world.now_ms;

	if (after_ms == 0 || (!desk->locked && !desk->paused))
		return;
	if (desk->locked && now_ms >= desk->locked_ms + after_ms)
		tell(sim, COMMAND_UNLOCK);
	else if (desk->paused && !desk->locked && now_ms >= desk->sample_ms + after_ms)
		tell(sim, COMMAND_RESUME);
}

bool sim_world_next(struct sim_world *sim, ms_t *next_ms)
{
	if (sim_market_ended(&sim->market) && !sim->ended) {
		sim->ended = true;
		if (sim->options.set != NULL)
			tell(sim, COMMAND_END);
	}
	*next_ms = world_next_ms(&sim->world);
	if (!sim->ended)
		return *next_ms != NEVER_MS;
	/* Only what is still on its way; the engine alone could scan for ever. The generated market has not
	 * ended: it stands still until it is run on, and so do the positions in it. */
	return sim->options.set != NULL &&
	       (sim->world.carry->count > 0 || sim_broker_ops.next_ms(&sim->broker_exchange) != NEVER_MS);
}

static bool waits_for_operator(const struct sim_world *sim)
{
	const struct desk *desk = engine_desk(sim->engine);

	return sim->options.rebase_after_ms != 0 && (desk->locked || desk->paused);
}

/* Nothing is in the accounts or on its way, so nobody can act on the prices within a bar. */
static bool is_alone(const struct sim_world *sim)
{
	return engine_is_flat(sim->engine) && sim->world.carry->count == 0 && sim->shadow.heard_count == 0 &&
	       !waits_for_operator(sim) && sim_broker_idle(&sim->broker);
}

/* Then a bar's end and the next open may pass at once. When that open is; NEVER_MS: something else is due
 * before it. */
static ms_t open_to_pass_to(const struct sim_world *sim)
{
	ms_t open_ms = sim_market_plain_open(&sim->market);

	return engine_next_ms(sim->engine) >= open_ms ? open_ms : NEVER_MS;
}

/* As many as there are before something else is due. False: somebody may not be alone any more. */
static bool pass_bars(struct sim_world *sim, ms_t open_ms)
{
	if (sim->passed_ms == 0)
		sim->passed_ms = open_ms - sim->market.state.setup.timeframe_ms;
	sim_market_pass(&sim->market, engine_next_ms(sim->engine), &sim->stretch);
	sim->passing = true;
	bool acted = world_pass(&sim->world, &sim->stretch);
	follow(sim);
	sim->passing = false;
	return !acted && !waits_for_operator(sim);
}

void sim_world_turn(struct sim_world *sim, ms_t now_ms)
{
	if (sim->world.carry->count > 0) /* of no account: it would have been woken before */
		world_hear_quotes(&sim->world);
	else
		catch_up(sim);
	world_turn(&sim->world, now_ms);
	rebase(sim);
}

void sim_world_run(struct sim_world *sim, const struct sim_pace *pace)
{
	bool alone = false;

	for (int64_t turn = 0;; turn++) {
		alone = alone || (!pace->each_instant && is_alone(sim));
		ms_t open_ms = alone ? open_to_pass_to(sim) : NEVER_MS, next_ms = open_ms - 1;
		bool passes = open_ms != NEVER_MS;
		if (!passes && !sim_world_next(sim, &next_ms))
			break;
		if (pace->before != NULL && !pace->before(pace->ctx, sim->world.now_ms, next_ms))
			break;
		alone = passes && pass_bars(sim, open_ms);
		if (!passes)
			sim_world_turn(sim, next_ms);
		if (pace->after != NULL)
			pace->after(pace->ctx, turn);
	}
	world_hear_quotes(&sim->world);
}

/* What is still on its way comes to the checker alone, from a copy of the exchange: the run itself may go on.
 */
static void hear_the_rest(struct sim_world *sim, struct sim_broker *broker)
{
	struct exchange exchange = {&sim_broker_ops, broker};
	struct turn_out out = {.heard = sim->world.answers};

	for (size_t i = 0; i < sim->world.carry->count; i++)
		checker_heard(&sim->checker, &sim->world.carry->at[i]);
	sim_broker_calm(broker);
	for (ms_t at_ms; (at_ms = sim_broker_ops.next_ms(&exchange)) != NEVER_MS;) {
		struct wire_in in = {.at_ms = at_ms, .kind = WIRE_TIME};
		out.heard->count = 0;
		sim_broker_ops.on_wire(&exchange, &in, &out);
		for (size_t i = 0; i < out.heard->count; i++)
			checker_heard(&sim->checker, &out.heard->at[i]);
	}
}

void sim_world_check(struct sim_world *sim, bool saw_all)
{
	struct sim_broker *broker = malloc(sizeof *broker);
	bool quiet = sim->world.carry->count == 0;

	if (broker == NULL) {
		checker_books(&sim->checker, "no memory to look at them");
		return;
	}
	*broker = sim->broker;
	sim_broker_calm(broker);
	quiet = quiet && sim_broker_ops.next_ms(&(struct exchange){&sim_broker_ops, broker}) == NEVER_MS;
	hear_the_rest(sim, broker);
	checker_finish(&sim->checker, sim->world.now_ms,
		       &(struct checker_truth){.trades_net = saw_all && quiet ? sim->tally.net : UNKNOWN,
					       .unexplained = broker->unexplained});
	if (sim_broker_check(broker) != 0)
		checker_books(&sim->checker, "the broker's own books do not add up");
	free(broker);
}

void sim_world_finish(struct sim_world *sim)
{
	sim_world_check(sim, true);
	struct equity_sample last = {.at_ms = sim->world.now_ms,
				     .equity = engine_equity(sim->engine),
				     .nav = engine_desk(sim->engine)->nav,
				     .nav_peak = engine_desk(sim->engine)->nav_peak};
	tally_record(&sim->tally, &(struct record){.kind = RECORD_EQUITY, .equity = last});
}
