/* SPDX-License-Identifier: MIT
 * The price process. One 64-bit draw makes one nearly normal step (four 16-bit uniforms added), so a bar
 * costs five draws and a square root; fat tails come from the spells, the clustering and the jumps, not from
 * the draw. */
#include "sim_generator.h"

#include <math.h>

#define COMMON_SIGMA  36e-5 /* per minute */
#define CLUSTER_NEW   0.08  /* how fast a large move raises the variance */
#define CLUSTER_OLD   0.02  /* how fast it returns to the spell's own */
#define SHOCK_MOST    40.0  /* of the squared move, in variances */
#define JUMP_CHANCE   (1.0 / 2000.0)
#define GAP_CHANCE    (1.0 / 40.0)
#define TREND_MINUTES 480.0
#define FUNDING_BASE  1e-4
#define FUNDING_TREND 12.0
#define FUNDING_MOST  5e-4
#define PRICE_LEAST   20.0 /* ticks: a price needs a grid to move on */
#define PRICE_MOST    1e12

/* Drift and pull per minute; level multiplies sigma; minutes is the mean length. */
static const struct spell_row {
	double drift, pull, level, minutes, volume;
} spell_rows[] = {
	{0, 0.004, 0.65, 1500, 0.8}, /* calm: drawn back to where it began */
	{22e-6, 0, 1.00, 900, 1.2},  /* rising */
	{-23e-6, 0, 1.05, 850, 1.3}, /* falling */
	{0, 0, 2.40, 360, 2.4},      /* turbulent */
};
#define SPELL_COUNT (sizeof(spell_rows) / sizeof(spell_rows[0]))

/* Irwin-Hall of four, mean 0, deviation 1, within +-3.46. */
static double normal_step(struct random *random)
{
	uint64_t bits = random_next(random);
	int64_t sum = (int64_t)(bits & 0xffff) + (int64_t)(bits >> 16 & 0xffff) +
		      (int64_t)(bits >> 32 & 0xffff) + (int64_t)(bits >> 48);

	return ((double)sum - 131070.0) * (1.0 / 37837.22);
}

/* Three uniforms in [0, 1) of 21 bits from one draw. */
static void three_units(struct random *random, double unit[3])
{
	uint64_t bits = random_next(random);

	for (int i = 0; i < 3; i++)
		unit[i] = (double)(bits >> (21 * i) & 0x1fffff) * (1.0 / 2097152.0);
}

static uint64_t name_hash(const char *name)
{
	uint64_t hash = 14695981039346656037ULL; /* FNV-1a */

	for (; *name; name++)
		hash = (hash ^ (uint8_t)*name) * 1099511628211ULL;
	return hash;
}

static void spell_init(struct sim_spell *spell, uint64_t seed)
{
	random_seed(&spell->random, seed);
	spell->regime = 0;
	spell->variance = spell_rows[0].level * spell_rows[0].level;
}

/* Ends the spell with probability scale / minutes. True if a new one began. */
static bool spell_turns(struct sim_spell *spell, double unit, double scale)
{
	double minutes = spell_rows[spell->regime].minutes;

	if (unit * minutes >= scale)
		return false;
	/* what is left of the draw is uniform again */
	spell->regime = (int64_t)(unit * minutes / scale * (double)SPELL_COUNT) & 3;
	return true;
}

/* shock: the bar's move squared, in usual variances. */
static void spell_cluster(struct sim_spell *spell, double shock)
{
	double level = spell_rows[spell->regime].level;
	double variance = spell->variance;

	if (shock > SHOCK_MOST)
		shock = SHOCK_MOST;
	variance += CLUSTER_NEW * (shock - variance) + CLUSTER_OLD * (level * level - variance);
	spell->variance = variance < 0.04 ? 0.04 : variance;
}

void sim_common_init(struct sim_common *common, uint64_t seed)
{
	spell_init(&common->spell, seed);
	for (int k = 0; k < SIM_STEPS; k++)
		common->step[k] = 0;
}

void sim_common_step(struct sim_common *common, double scale)
{
	struct sim_spell *spell = &common->spell;
	double unit[3], moved = 0;

	three_units(&spell->random, unit);
	spell_turns(spell, unit[0], scale);
	double usual = COMMON_SIGMA * sqrt(scale);
	double sigma = usual * sqrt(spell->variance) * 0.5;
	double drift = spell_rows[spell->regime].drift * scale * (1.0 / SIM_STEPS);
	for (int k = 0; k < SIM_STEPS; k++) {
		common->step[k] = drift + sigma * normal_step(&spell->random);
		moved += common->step[k];
	}
	spell_cluster(spell, moved * moved / (usual * usual));
}

void sim_walk_init(struct sim_walk *walk, uint64_t seed, const struct instrument *instrument,
		   ms_t timeframe_ms)
{
	struct sim_profile profile = sim_profile_find(instrument->name);
	double tick = (double)instrument->tick.step;

	for (int64_t i = 0; i < instrument->tick.decimals; i++)
		tick = tick / 10.0;
	*walk = (struct sim_walk){.scale = (double)timeframe_ms / (double)MINUTE_MS, .beta = profile.beta};
	spell_init(&walk->spell, seed ^ name_hash(instrument->name));
	walk->price = walk->anchor = walk->home = profile.price / tick;
	walk->sigma = profile.sigma * 1e-5 * sqrt(walk->scale);
	double lot_money = walk->home * (double)instrument->value_num / (double)instrument->value_den;
	walk->lots = profile.turnover * (double)MONEY_ONE * walk->scale / lot_money;
}

/* Where a bar begins: nearly always where the last one ended. */
static double opening(struct sim_walk *walk, double chance, double sigma)
{
	if (chance >= GAP_CHANCE)
		return walk->price;
	double size = chance / GAP_CHANCE * 2.0 - 1.0;
	return walk->price * (1.0 + 0.3 * sigma * size);
}

/* A jump of 4 to 10 deviations, either way, in one of the steps; 0 in most bars. */
static double jump_size(double unit, double scale, double sigma, int *step)
{
	double chance = JUMP_CHANCE * scale;

	if (chance > 0.05)
		chance = 0.05;
	*step = -1;
	if (unit >= chance)
		return 0;
	double rest = unit / chance * 8.0;
	*step = (int)rest & 3;
	double size = sigma * (4.0 + 6.0 * (rest - (double)(int)rest));
	return rest < 4.0 ? size : -size;
}

void sim_walk_step(struct sim_walk *walk, const struct sim_common *common, struct candle *bar)
{
	struct sim_spell *spell = &walk->spell;
	double unit[3], common_move = 0;
	int jump_step;

	three_units(&spell->random, unit);
	if (spell_turns(spell, unit[0], walk->scale))
		walk->anchor = walk->price;
	const struct spell_row *row = &spell_rows[spell->regime];
	double sigma = walk->sigma * sqrt(spell->variance);
	double jump = jump_size(unit[1], walk->scale, sigma, &jump_step);
	/* a gap is decided by the far end of the same unit, where no jump is */
	double open = opening(walk, 1.0 - unit[1], sigma);
	double pull = row->pull * (walk->anchor - open) / open + 2e-6 * (walk->home - open) / open;
	double drift = (row->drift + pull) * walk->scale * (1.0 / SIM_STEPS);
	double price = open, high = open, low = open;

	for (int k = 0; k < SIM_STEPS; k++) {
		double step =
			drift + walk->beta * common->step[k] + 0.5 * sigma * normal_step(&spell->random);
		common_move += common->step[k];
		if (k == jump_step)
			step += jump;
		price = price * (1.0 + step);
		if (price < PRICE_LEAST)
			price = PRICE_LEAST;
		if (price > PRICE_MOST)
			price = PRICE_MOST;
		high = price > high ? price : high;
		low = price < low ? price : low;
	}
	double moved = price / open - 1.0;
	double own = (moved - walk->beta * common_move) / walk->sigma;
	spell_cluster(spell, own * own);
	walk->price = price;
	walk->trend += (moved / walk->scale - walk->trend) * walk->scale / (TREND_MINUTES + walk->scale);
	double stir = own < 0 ? -own : own;
	double volume = walk->lots * walk->home / price * row->volume * (0.35 + unit[2] + 0.3 * stir);
	bar->open = integer_near(open);
	bar->high = integer_near(high);
	bar->low = integer_near(low);
	bar->close = integer_near(price);
	bar->volume = integer_down(volume);
}

ratio_t sim_walk_funding(const struct sim_walk *walk)
{
	double rate = FUNDING_BASE + FUNDING_TREND * walk->trend;

	if (rate > FUNDING_MOST)
		rate = FUNDING_MOST;
	if (rate < -FUNDING_MOST)
		rate = -FUNDING_MOST;
	return rate < 0 ? -integer_near(-rate * (double)RATIO_ONE) : integer_near(rate * (double)RATIO_ONE);
}
