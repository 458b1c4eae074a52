/* SPDX-License-Identifier: MIT
 * The price process. A bar of a symbol costs two 64-bit draws and three square roots: one draw makes a nearly
 * normal move (four 16-bit uniforms added), the other the wicks, the volume and the rare things. Fat tails
 * come from the spells, the clustering and the jumps, not from the draw. */
#include "sim_generator.h"

#include <math.h>

#define COMMON_SIGMA 58e-5 /* per minute */
/* Shares of the next bar's variance: the spell's level, and what moved in the last 4, 40 and 500 bars. */
#define WEIGHT_LEVEL  0.05
#define WEIGHT_FAST   0.47
#define WEIGHT_MIDDLE 0.37
#define WEIGHT_SLOW   0.11
#define SHOCK_MOST    300.0 /* of the squared move, in usual variances */
#define NEWS_LEAST    0.08  /* of the mean */
#define WICK          0.75  /* variance of the path between open and close, as a share of the move's */
#define JUMP_CHANCE   40    /* of 65536 bars of a minute */
#define GAP_CHANCE    64    /* of 65536 bars */
#define RARE_MOST     12000 /* of 65536: half of it ends spells, a quarter jumps at most, whatever the frame */
#define PULL_MOST     0.1   /* a bar */
#define MOVE_MOST     0.35  /* of the price, a bar */
#define HOME_PULL     4e-6  /* per minute */
#define TREND_MINUTES 480.0
#define FUNDING_BASE  1e-4
#define FUNDING_TREND 12.0
#define FUNDING_MOST  2e-3
#define PRICE_LEAST   20.0 /* ticks: a price needs a grid to move on */
#define PRICE_MOST    1e12
#define MOOD_MOST     8.0 /* that volume follows */
#define VOLUME_MOST   1e15

/* The character of a spell is drawn between these when it begins: deviation as a multiple of the usual one,
 * drift in usual deviations a minute, pull a minute, mean length. */
static const struct spell_row {
	double level_least, level_most, drift_least, drift_most, pull_least, pull_most, minutes;
	int64_t share; /* of 256 new spells */
} spell_rows[SIM_REGIME_COUNT] = {
	[SIM_CALM] = {0.45, 0.95, 0, 0, 0.003, 0.011, 1500, 106},
	[SIM_RISING] = {0.75, 1.25, 0.010, 0.034, 0, 0, 800, 48},
	[SIM_FALLING] = {0.80, 1.35, -0.010, -0.036, 0, 0, 750, 48},
	[SIM_TURBULENT] = {1.30, 2.60, -0.010, 0.010, 0, 0, 400, 54},
};

/* Irwin-Hall of four, mean 0, deviation 1, within +-3.46. */
static inline double normal_of(uint64_t bits)
{
	int64_t sum = (int64_t)(bits & 0xffff) + (int64_t)(bits >> 16 & 0xffff) +
		      (int64_t)(bits >> 32 & 0xffff) + (int64_t)(bits >> 48);

	return ((double)sum - 131070.0) * (1.0 / 37837.22);
}

/* The field of 16 bits of that number, 0..3, as [0, 1). */
static inline double unit_of(uint64_t bits, int field)
{
	return (double)(int64_t)(bits >> (16 * field) & 0xffff) * (1.0 / 65536.0);
}

/* Like an exponential of mean 1 (the first two moments are), at most 3.5; unit in [0, 1). */
static inline double spread_of(double unit)
{
	return unit * (0.5 + 3.0 * unit * unit);
}

/* How much happens in a bar, mean 1: it makes both the move and the volume (and the fat tails of moves). */
static inline double news_of(uint64_t bits)
{
	return NEWS_LEAST + (1.0 - NEWS_LEAST) * spread_of(unit_of(bits, 2));
}

static double between(double least, double most, double unit)
{
	return least + (most - least) * unit;
}

static uint64_t name_hash(const char *name)
{
	uint64_t hash = 14695981039346656037ULL; /* FNV-1a */

	for (; *name; name++)
		hash = (hash ^ (uint8_t)*name) * 1099511628211ULL;
	return hash;
}

/* A new spell, with a character of its own. */
static void spell_begin(struct sim_spell *spell, double scale)
{
	uint64_t bits = random_next(&spell->random), more = random_next(&spell->random);
	int64_t lot = (int64_t)(bits & 0xff);

	spell->regime = SIM_CALM;
	while (spell->regime < SIM_TURBULENT && lot >= spell_rows[spell->regime].share)
		lot -= spell_rows[spell->regime++].share;
	const struct spell_row *row = &spell_rows[spell->regime];
	double level = between(row->level_least, row->level_most, unit_of(bits, 1));
	double minutes = row->minutes * between(0.3, 1.7, unit_of(bits, 2));
	double ends = 65536.0 * scale / minutes;
	spell->level = level * level;
	spell->drift = between(row->drift_least, row->drift_most, unit_of(bits, 3)) *
		       (scale < 100 ? sqrt(scale) : 10.0);
	spell->pull = between(row->pull_least, row->pull_most, unit_of(more, 0)) * scale;
	if (spell->pull > PULL_MOST)
		spell->pull = PULL_MOST;
	spell->ends_below = ends > RARE_MOST / 2 ? RARE_MOST / 2 : (int64_t)ends + 1;
}

static void spell_init(struct sim_spell *spell, uint64_t seed, double scale)
{
	*spell = (struct sim_spell){0};
	random_seed(&spell->random, seed);
	spell_begin(spell, scale);
	spell->fast = spell->middle = spell->slow = spell->level;
}

/* The variance of the coming bar. */
static inline double spell_variance(const struct sim_spell *spell)
{
	return WEIGHT_LEVEL * spell->level + WEIGHT_FAST * spell->fast + WEIGHT_MIDDLE * spell->middle +
	       WEIGHT_SLOW * spell->slow;
}

/* shock: the bar's move squared, in usual variances. The slow part also draws to the level, or it would
 * remember a storm for weeks. */
static inline void spell_cluster(struct sim_spell *spell, double shock)
{
	if (shock > SHOCK_MOST)
		shock = SHOCK_MOST;
	spell->fast += (shock - spell->fast) * (1.0 / 4.0);
	spell->middle += (shock - spell->middle) * (1.0 / 40.0);
	spell->slow += (0.5 * (shock + spell->level) - spell->slow) * (1.0 / 500.0);
}

static int64_t jump_chance(double scale)
{
	double chance = JUMP_CHANCE * scale;

	return chance > RARE_MOST / 4 ? RARE_MOST / 4 : (int64_t)chance;
}

/* A jump of 4 to 15 deviations of a minute, either way, in deviations of a bar. */
static double jump_size(struct random *random, double scale)
{
	uint64_t bits = random_next(random);
	double size = (4.0 + 11.0 * unit_of(bits, 0) * unit_of(bits, 1)) / sqrt(scale);

	return bits >> 63 ? size : -size;
}

void sim_common_init(struct sim_common *common, uint64_t seed, ms_t timeframe_ms)
{
	common->move = common->variance = 0;
	spell_init(&common->spell, seed, (double)timeframe_ms / (double)MINUTE_MS);
}

void sim_common_step(struct sim_common *common, double scale)
{
	struct sim_spell *spell = &common->spell;
	uint64_t bits = random_next(&spell->random);
	int64_t rare = (int64_t)(bits >> 48);
	double variance = spell_variance(spell) * news_of(bits);
	double deviation = sqrt(variance);
	double move = spell->drift + deviation * normal_of(random_next(&spell->random));

	if (rare < spell->ends_below)
		spell_begin(spell, scale);
	else if (rare >= 65536 - jump_chance(scale))
		move += deviation * jump_size(&spell->random, scale);
	spell_cluster(spell, move * move);
	double usual = COMMON_SIGMA * sqrt(scale);
	common->move = usual * move;
	common->variance = usual * usual * variance;
}

void sim_walk_init(struct sim_walk *walk, uint64_t seed, const struct instrument *instrument,
		   ms_t timeframe_ms)
{
	struct sim_profile profile = sim_profile_find(instrument->name);
	double tick = (double)instrument->tick.step;

	for (int64_t i = 0; i < instrument->tick.decimals; i++)
		tick = tick / 10.0;
	*walk = (struct sim_walk){.scale = (double)timeframe_ms / (double)MINUTE_MS, .beta = profile.beta};
	spell_init(&walk->spell, seed ^ name_hash(instrument->name), walk->scale);
	walk->price = walk->anchor = walk->home = profile.price / tick;
	walk->sigma = profile.sigma * 1e-5 * sqrt(walk->scale);
	double common = walk->beta * COMMON_SIGMA * sqrt(walk->scale);
	walk->usual = sqrt(walk->sigma * walk->sigma + common * common);
	double lot_money = walk->home * (double)instrument->value_num / (double)instrument->value_den;
	walk->lots = profile.turnover * (double)MONEY_ONE * walk->scale / lot_money;
}

/* Where a bar opens: within a tick of the last close, but for rare gaps of up to a usual deviation. */
static inline double opening(const struct sim_walk *walk, uint64_t bits, int64_t rare)
{
	double near = walk->price;

	if (rare >= 32768 && rare < 32768 + GAP_CHANCE)
		near = near * (1.0 + walk->usual * (unit_of(bits, 2) * 2.0 - 1.0));
	return near + ((bits & 3) == 0 ? 1.0 : (bits & 3) == 1 ? -1.0 : 0.0);
}

static inline double clamped(double value, double least, double most)
{
	return value < least ? least : value > most ? most : value;
}

/* Rounds to ticks. Two roundings of the same number may differ in the last bit before: high and low hold the
 * others by comparison. */
static inline void round_bar(struct candle *bar, double open, double close, double up, double down)
{
	price_t first = (price_t)(open + 0.5), last = (price_t)(close + 0.5);
	price_t high = (price_t)(open + up + 0.5), low = (price_t)(clamped(open - down, 1, PRICE_MOST) + 0.5);
	price_t upper = first > last ? first : last, lower = first < last ? first : last;

	bar->open = first;
	bar->close = last;
	bar->high = high > upper ? high : upper;
	bar->low = low < lower ? low : lower;
}

void sim_walk_step(struct sim_walk *walk, const struct sim_common *common, struct candle *bar)
{
	struct sim_spell *spell = &walk->spell;
	uint64_t bits = random_next(&spell->random);
	int64_t rare = (int64_t)(bits >> 48);
	double mood = spell_variance(spell), news = news_of(bits), variance = mood * news;
	double deviation = sqrt(variance), own = deviation * normal_of(random_next(&spell->random));
	double before = walk->price, open = opening(walk, bits, rare);

	if (rare < spell->ends_below) {
		spell_begin(spell, walk->scale);
		walk->anchor = before;
	} else if (rare >= 65536 - jump_chance(walk->scale)) {
		own += deviation * jump_size(&spell->random, walk->scale);
	}
	/* What moves the symbol, its own news or everybody's, wakes its own traders. */
	double stirred = walk->sigma * (own + spell->drift) + walk->beta * common->move;
	spell_cluster(spell, stirred * stirred / (walk->usual * walk->usual));
	double pulled =
		spell->pull * (walk->anchor - before) + HOME_PULL * walk->scale * (walk->home - before);
	double move = clamped(stirred + pulled / before, -MOVE_MOST, MOVE_MOST);
	double price = clamped(before * (1.0 + move), PRICE_LEAST, PRICE_MOST);
	walk->price = price;
	walk->trend += (move / walk->scale - walk->trend) * walk->scale / (TREND_MINUTES + walk->scale);
	/* The extremes of a random path between two known ends; of less than the move's own variance, as real
	 * prices stand still between trades. */
	double way = price - open;
	double wick = 2.0 * WICK * price * price *
		      (walk->sigma * walk->sigma * variance + walk->beta * walk->beta * common->variance);
	double up = 0.5 * (way + sqrt(way * way + wick * spread_of(unit_of(bits, 0))));
	double down = 0.5 * (sqrt(way * way + wick * spread_of(unit_of(bits, 1))) - way);
	double stir = (up + down) / (price * walk->usual);
	double volume = walk->lots * walk->home / price *
			(0.25 + 0.75 * (mood < MOOD_MOST ? mood : MOOD_MOST)) * (0.5 + 0.5 * news) *
			(0.5 + 0.5 * stir);
	round_bar(bar, open, price, up, down);
	bar->volume = (int64_t)clamped(volume, 1, VOLUME_MOST);
}

ratio_t sim_walk_funding(const struct sim_walk *walk, ms_t every_ms)
{
	double rate = clamped(FUNDING_BASE + FUNDING_TREND * walk->trend, -FUNDING_MOST, FUNDING_MOST);

	rate = rate * (double)RATIO_ONE * (double)every_ms / (double)(8 * HOUR_MS);
	return rate < 0 ? -(ratio_t)(0.5 - rate) : (ratio_t)(rate + 0.5);
}
