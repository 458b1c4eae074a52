/* SPDX-License-Identifier: MIT
 * What happens to instruments: announced maintenance, delisting, new grids, fees and late listings, on
 * command or by a seeded script. Everything happens at the open of a bar and is said as EVENT_INSTRUMENT
 * before any price; a new grid is followed by the quote on that grid. docs/simulation.md has the script's
 * numbers. */
#include "sim_market.h"

#include <string.h>

#include "hash.h"

#define SPAN_MOST   (100 * DAY_MS)
#define TICKS_LEAST 100 /* a price in ticks has to stay within these */
#define TICKS_MOST  1000000000000LL
#define GIVEN_UP    4 /* one symbol in four may be delisted by the script, one in four listed late */

enum sim_step { STEP_NONE, STEP_SCRIPT, STEP_COMMAND, STEP_SUSPEND, STEP_RESUME, STEP_LIST, STEP_LEAVE };

/* mean time between two ideas of the script for one symbol */
static const ms_t script_every_ms[SIM_SKY_COUNT] = {0, 30 * DAY_MS, 3 * DAY_MS};
/* of 100 ideas */
static const struct idea {
	int64_t kind, share;
} ideas[] = {
	{SIM_MAINTENANCE, 52}, {SIM_FEE, 14},     {SIM_TICK, 16},
	{SIM_LOT, 10},         {SIM_CONTRACT, 6}, {SIM_DELISTING, 2},
};

static struct sim_market_symbol *symbol_of(struct sim_market *market, sym_t sym)
{
	return &market->state.symbols[sym];
}

/* least..most in steps of a minute. */
static ms_t minutes_between(struct random *random, int64_t least, int64_t most)
{
	return (least + (int64_t)random_below(random, (uint64_t)(most - least + 1))) * MINUTE_MS;
}

/* Nothing is going on: the script's next idea, a quarter to seven quarters of the mean time ahead. */
static void plan_idle(struct sim_market *market, sym_t sym, ms_t now)
{
	struct sim_plan *plan = &symbol_of(market, sym)->plan;
	ms_t every = script_every_ms[market->state.setup.weather.sky];

	plan->command.kind = SIM_NOTHING;
	plan->next = every > 0 ? STEP_SCRIPT : STEP_NONE;
	plan->at_ms = NEVER_MS;
	if (every == 0)
		return;
	if (plan->script_ms <= now)
		plan->script_ms = now + minutes_between(&plan->random, every / MINUTE_MS / 4,
							every / MINUTE_MS * 7 / 4);
	plan->at_ms = plan->script_ms;
}

/* Not listed yet: what was made so far has never been seen. */
static void withhold(struct sim_market *market, sym_t sym, ms_t until_ms)
{
	struct sim_market_symbol *symbol = symbol_of(market, sym);

	symbol->instrument.status = INSTRUMENT_SUSPENDED;
	symbol->instrument.listed_ms = UNKNOWN;
	symbol->last = symbol->bid = symbol->ask = 0;
	symbol->depth = 0;
	symbol->turnover_at = symbol->turnover_count = symbol->turnover_sum = 0;
	for (size_t i = 0; i < SIM_DEPTH_BARS; i++)
		symbol->turnover[i] = 0;
	sim_day_clear(&symbol->day);
	sim_history_begin(market, sym);
	symbol->plan.command.kind = SIM_NOTHING;
	symbol->plan.next = STEP_LIST;
	symbol->plan.at_ms = until_ms;
}

void sim_plan_begin(struct sim_market *market)
{
	struct sim_market_state *state = &market->state;
	int64_t late = 0;

	for (int64_t i = 0; i < state->setup.symbols; i++) {
		struct sim_market_symbol *symbol = &state->symbols[i];
		int64_t words[SYMBOL_TEXT_MAX / 8];
		memcpy(words, symbol->instrument.name, sizeof(words));
		random_seed(&symbol->plan.random,
			    hash_words(state->setup.weather.seed, words, sizeof(words) / sizeof(words[0])));
		symbol->plan.script_ms = INT64_MIN;
		plan_idle(market, (sym_t)i, state->setup.start_ms);
		if (state->setup.weather.sky == SIM_SKY_CALM || random_below(&symbol->plan.random, 12) != 0 ||
		    ++late > state->setup.symbols / GIVEN_UP)
			continue;
		withhold(market, (sym_t)i,
			 state->setup.start_ms + minutes_between(&symbol->plan.random, 1440, 20 * 1440));
	}
}

static void say_instrument(struct sim_market *market, sym_t sym, ms_t now, struct events *heard)
{
	events_add(heard, EVENT_INSTRUMENT, sym, now)->instrument.now = &symbol_of(market, sym)->instrument;
}

/* The factors between the first grid and this one. */
static bool express_to(struct sim_express *express, const struct instrument *instrument)
{
	struct grid_factor ticks = {1, 1}, lots = {1, 1};
	bool fits = grid_factor_add(&ticks, &express->tick, &instrument->tick) &&
		    grid_factor_add(&lots, &express->lot, &instrument->lot) &&
		    grid_factor_add(&lots, &express->contract, &instrument->contract);

	express->price_num = ticks.num, express->price_den = ticks.den;
	express->qty_num = lots.num, express->qty_den = lots.den;
	express->differs = ticks.num != 1 || ticks.den != 1 || lots.num != 1 || lots.den != 1;
	return fits;
}

/* The instrument as this command makes it, and its factors; false if that cannot be. */
static bool regridded(const struct sim_market_symbol *symbol, const struct sim_market_command *command,
		      struct instrument *fresh, struct sim_express *express)
{
	const struct grid *grid = &command->grid;
	struct sim_express lots = {.lot = symbol->instrument.lot, .contract = symbol->instrument.contract};

	*fresh = symbol->instrument;
	*express = symbol->express;
	if (grid->step < 1 || grid->step > 1000000 || grid->decimals < 0 || grid->decimals > 11)
		return false;
	*(command->kind == SIM_TICK  ? &fresh->tick
	  : command->kind == SIM_LOT ? &fresh->lot
				     : &fresh->contract) = *grid;
	fresh->generation++;
	lots.tick = fresh->tick;
	if (instrument_settle(fresh) != TB_OK || !express_to(express, fresh) || !express_to(&lots, fresh))
		return false;
	fresh->min_qty = mul_div_up(fresh->min_qty, lots.qty_num, lots.qty_den);
	fresh->max_qty = mul_div_down(fresh->max_qty, lots.qty_num, lots.qty_den);
	price_t price = symbol->raw.close;
	if (price == 0) /* nothing was ever seen of it */
		return fresh->min_qty > 0 && fresh->max_qty >= fresh->min_qty;
	price = mul_div_down(price, express->price_num, express->price_den);
	return price >= TICKS_LEAST && price <= TICKS_MOST && fresh->min_qty > 0 &&
	       fresh->max_qty >= fresh->min_qty;
}

static void express_day(struct sim_day *day, const struct sim_express *step)
{
	for (size_t i = 0; i < SIM_DAY_PARTS; i++) {
		struct sim_day_part *part = &day->part[i];
		if (part->number < 0)
			continue;
		struct candle prices = {
			.open = part->open, .high = part->high, .low = part->low, .close = part->open};
		prices = sim_expressed(step, &prices);
		part->open = prices.open;
		part->high = prices.high;
		part->low = prices.low;
	}
	sim_day_sort(day);
}

static void say_quote(struct sim_market *market, sym_t sym, ms_t now, struct events *heard)
{
	const struct sim_market_symbol *symbol = symbol_of(market, sym);

	sim_quote_into(events_add(heard, EVENT_TICKER, sym, now), symbol);
}

/* A new generation: everything that is known is told anew on its grid. */
static void regrid(struct sim_market *market, sym_t sym, const struct sim_market_command *command, ms_t now,
		   struct events *heard)
{
	struct sim_market_symbol *symbol = symbol_of(market, sym);
	struct sim_express express, step = {.tick = symbol->instrument.tick};
	struct instrument fresh;

	if (!regridded(symbol, command, &fresh, &express))
		return;
	step.lot = fresh.lot;
	step.contract = fresh.contract;
	express_to(&step, &fresh);
	symbol->instrument = fresh;
	symbol->express = express;
	sim_history_shorten(market, sym);
	say_instrument(market, sym, now, heard);
	if (symbol->last == 0)
		return;
	express_day(&symbol->day, &step);
	symbol->done = sim_expressed(&express, &symbol->raw);
	price_t half = sim_half_spread(&market->state.setup.model, &symbol->done);
	symbol->last = symbol->done.close;
	symbol->bid = symbol->last - half;
	symbol->ask = symbol->last + half;
	say_quote(market, sym, now, heard);
}

static void become(struct sim_market *market, sym_t sym, enum instrument_status status, ms_t now,
		   struct events *heard)
{
	symbol_of(market, sym)->instrument.status = status;
	say_instrument(market, sym, now, heard);
}

static void plan_step(struct sim_plan *plan, int64_t next, ms_t at_ms)
{
	plan->next = next;
	plan->at_ms = at_ms;
}

static void carry_out(struct sim_market *market, sym_t sym, const struct sim_market_command *command,
		      ms_t now, struct events *heard)
{
	struct sim_market_symbol *symbol = symbol_of(market, sym);

	switch (command->kind) {
	case SIM_MAINTENANCE:
		symbol->plan.span_ms = command->span_ms;
		plan_step(&symbol->plan, STEP_SUSPEND, now + command->notice_ms);
		become(market, sym, INSTRUMENT_CLOSING, now, heard);
		return;
	case SIM_DELISTING:
		plan_step(&symbol->plan, STEP_LEAVE, now + command->notice_ms);
		become(market, sym, INSTRUMENT_DELISTING, now, heard);
		return;
	case SIM_FEE:
		symbol->instrument.taker_fee = command->fee;
		say_instrument(market, sym, now, heard);
		break;
	case SIM_TICK:
	case SIM_LOT:
	case SIM_CONTRACT: regrid(market, sym, command, now, heard); break;
	default: break;
	}
	plan_idle(market, sym, now);
}

/* The grid times or divided by ten or less, in its shortest form. */
static struct grid changed(struct grid grid, int64_t times, int64_t by)
{
	grid.step *= times;
	for (; by > 1 && grid.step % by != 0; grid.decimals++)
		grid.step *= 10;
	grid.step /= by;
	for (; grid.decimals > 0 && grid.step % 10 == 0; grid.decimals--)
		grid.step /= 10;
	return grid;
}

static struct grid idea_grid(const struct sim_market_symbol *symbol, int64_t kind, struct random *random)
{
	const struct instrument *instrument = &symbol->instrument;
	uint64_t pick = random_below(random, 4);
	bool finer = pick & 1;

	if (kind == SIM_TICK) {
		if (symbol->last < 5000 || symbol->last > 2000000)
			finer = symbol->last < 5000;
		return pick < 2 ? changed(instrument->tick, finer ? 1 : 10, finer ? 10 : 1)
				: changed(instrument->tick, finer ? 1 : 5, finer ? 2 : 1);
	}
	money_t lot = notional_up(instrument, symbol->last, 1);
	if (lot > 2 * MONEY_ONE || lot < MONEY_ONE / 1000)
		finer = lot > 2 * MONEY_ONE;
	return changed(kind == SIM_LOT ? instrument->lot : instrument->contract, finer ? 1 : 10,
		       finer ? 10 : 1);
}

/* What the script wants of this symbol now. */
static struct sim_market_command idea_of(struct sim_market *market, sym_t sym)
{
	struct sim_market_symbol *symbol = symbol_of(market, sym);
	struct random *random = &symbol->plan.random;
	struct sim_market_command command = {.sym = sym};
	int64_t lot = (int64_t)random_below(random, 100), at = 0;

	while (lot >= ideas[at].share)
		lot -= ideas[at++].share;
	command.kind = ideas[at].kind;
	switch (command.kind) {
	case SIM_MAINTENANCE:
		command.notice_ms = minutes_between(random, 5, 60);
		command.span_ms = minutes_between(random, 10, 240);
		break;
	case SIM_DELISTING:
		command.notice_ms = minutes_between(random, 1440, 7 * 1440);
		if (market->state.delisted >= market->state.setup.symbols / GIVEN_UP)
			command.kind = SIM_NOTHING;
		else
			market->state.delisted++;
		break;
	case SIM_FEE: command.fee = (2 + (int64_t)random_below(random, 7)) * BPS; break;
	default: command.grid = idea_grid(symbol, command.kind, random);
	}
	return command;
}

void sim_plan_step(struct sim_market *market, sym_t sym, ms_t now, struct events *heard)
{
	struct sim_market_symbol *symbol = symbol_of(market, sym);
	struct sim_plan *plan = &symbol->plan;
	struct sim_market_command command = plan->command;

	switch (plan->next) {
	case STEP_SCRIPT:
		command = idea_of(market, sym);
		carry_out(market, sym, &command, now, heard);
		break;
	case STEP_COMMAND: carry_out(market, sym, &command, now, heard); break;
	case STEP_SUSPEND:
		plan_step(plan, STEP_RESUME, now + plan->span_ms);
		become(market, sym, INSTRUMENT_SUSPENDED, now, heard);
		break;
	case STEP_LIST:
		sim_history_begin(market, sym);
		symbol->instrument.listed_ms = now;
		plan_idle(market, sym, now);
		become(market, sym, INSTRUMENT_TRADING, now, heard);
		break;
	case STEP_RESUME:
		plan_idle(market, sym, now);
		become(market, sym, INSTRUMENT_TRADING, now, heard);
		break;
	case STEP_LEAVE:
		plan_step(plan, STEP_NONE, NEVER_MS);
		become(market, sym, INSTRUMENT_GONE, now, heard);
		break;
	default: plan->at_ms = NEVER_MS;
	}
}

static bool usable(const struct sim_market *market, const struct sim_market_command *command)
{
	const struct sim_market_state *state = &market->state;
	struct sim_express express;
	struct instrument fresh;

	if (command->notice_ms < 0 || command->notice_ms > SPAN_MOST || command->span_ms < 0 ||
	    command->span_ms > SPAN_MOST)
		return false;
	switch (command->kind) {
	case SIM_MAINTENANCE:
	case SIM_DELISTING: return true;
	case SIM_FEE: return command->fee >= 0 && command->fee <= RATIO_ONE;
	case SIM_TICK:
	case SIM_LOT:
	case SIM_CONTRACT: return regridded(&state->symbols[command->sym], command, &fresh, &express);
	case SIM_LISTING: return state->bar_ms == state->setup.start_ms && state->phase == SIM_AT_OPEN;
	default: return false;
	}
}

int sim_market_command(struct sim_market *market, const struct sim_market_command *command)
{
	if (command->sym < 0 || command->sym >= market->state.setup.symbols || market->state.fingerprint == 0)
		return TB_ENOENT;
	if (!usable(market, command))
		return TB_EINVAL;
	sym_t sym = (sym_t)command->sym;
	struct sim_plan *plan = &symbol_of(market, sym)->plan;
	if ((plan->next != STEP_NONE && plan->next != STEP_SCRIPT) ||
	    symbol_of(market, sym)->instrument.status != INSTRUMENT_TRADING)
		return TB_EFULL;
	if (command->kind == SIM_LISTING) {
		withhold(market, sym, market->state.bar_ms + command->span_ms);
		return TB_OK;
	}
	plan->command = *command;
	plan_step(plan, STEP_COMMAND, market->state.bar_ms);
	market->state.change_ms = 0;
	return TB_OK;
}

void sim_market_renew(const struct sim_market *market, struct universe *universe)
{
	for (int64_t i = 0; i < market->state.setup.symbols && (size_t)i < universe->count; i++) {
		int64_t blacklisted = universe->at[i].blacklisted;
		universe->at[i] = market->state.symbols[i].instrument;
		universe->at[i].blacklisted = blacklisted;
	}
}
