/* SPDX-License-Identifier: MIT
 * Cost filter and size. Distances are kept in millionths of a tick so that coarse grids lose nothing; every
 * rounding is against the trade: costs up, sizes down. */
#include "decision.h"

#define SUB 1000000LL /* parts of a tick */

const struct decision_settings decision_settings_default = {
	.edge = RATIO_ONE,
	.moved = RATIO_ONE / 5,
	.life_ms = 5 * SECOND_MS,
	.pause_bars = 3,
	.leverage = RATIO_ONE,
	.margin_share = 95 * (RATIO_ONE / 100),
};

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}
static int64_t distance(int64_t a, int64_t b)
{
	return a > b ? a - b : b - a;
}

ratio_t decision_costs(const struct decision_input *in)
{
	ratio_t costs = 2 * in->instrument->taker_fee + in->quote->spread + in->slippage;

	if (in->funding_rate != UNKNOWN && in->funding_ms > in->now_ms &&
	    in->funding_ms - in->now_ms <= in->hold_ms) {
		ratio_t pays = in->signal->side == SIDE_LONG ? in->funding_rate : -in->funding_rate;
		if (pays > 0)
			costs += pays;
	}
	return costs;
}

/* Stop and target from the entry price: false if the market has no usable price for it. */
static bool place(const struct decision_input *in, struct enter *out)
{
	const struct signal *signal = in->signal;
	bool is_long = signal->side == SIDE_LONG;

	out->entry = is_long ? in->quote->ask : in->quote->bid;
	if (out->entry == UNKNOWN || out->entry <= 0 || signal->stop_distance <= 0)
		return false;
	out->stop = is_long ? out->entry - signal->stop_distance : out->entry + signal->stop_distance;
	if (signal->target > 0)
		out->target = signal->target;
	else
		out->target =
			is_long ? out->entry + signal->target_distance : out->entry - signal->target_distance;
	if (out->stop <= 0 || out->target <= 0)
		return false;
	return is_long ? out->target > out->entry : out->target < out->entry;
}

static bool has_moved(const struct decision_settings *settings, const struct decision_input *in,
		      struct finding *why)
{
	/* rounded up: the mid may lie on half a tick */
	price_t moved = (distance(in->quote->bid + in->quote->ask, 2 * in->close) + 1) / 2;

	*why = (struct finding){.limit = share_down(in->signal->stop_distance, settings->moved),
				.actual = moved};
	return moved > why->limit || in->now_ms - in->quote->bar_ms > settings->life_ms;
}

/* (target - costs) / (stop + costs) as a ratio, rounded down; 0 when costs eat the target. */
static ratio_t edge_of(const struct enter *out, int64_t costs_sub)
{
	int64_t reward = distance(out->target, out->entry) * SUB - costs_sub;
	int64_t risk = distance(out->stop, out->entry) * SUB + costs_sub;

	return reward <= 0 ? 0 : mul_div_down(reward, RATIO_ONE, risk);
}

/* The most lots whose loss of per_lot_sub (millionths of a tick a lot) stays within budget; 0 out of range.
 */
static qty_t lots_within(const struct instrument *instrument, money_t budget, int64_t per_lot_sub)
{
	if (budget <= 0 || per_lot_sub <= 0 || per_lot_sub > INT64_MAX / instrument->value_num)
		return 0;
	int64_t lots = mul_div_down(budget, instrument->value_den * SUB, per_lot_sub * instrument->value_num);
	return lots < 0 ? VALUE_MAX : lots;
}

static qty_t lots_in_room(const struct decision_input *in, price_t entry, money_t room)
{
	qty_t lots = room <= 0 ? 0 : lots_for(in->instrument, entry, room);
	return lots < 0 ? 0 : lots;
}

/* The unweighted size: the smallest of all caps. */
static qty_t size_unweighted(const struct decision_settings *settings, const struct decision_input *in,
			     const struct decision_account *account, const struct enter *out,
			     int64_t costs_sub, bool half)
{
	const struct standing *standing = account->standing;
	const struct limits *limits = account->limits;
	const struct desk *desk = account->desk;
	money_t capital = standing->capital;
	price_t dist = distance(out->stop, out->entry);
	/* Two units below the limit: the gate rounds the loss up twice. */
	money_t budget = limit_risk(limits, capital, half) - 2;
	int64_t fees_sub = mul_div_up(out->entry + out->stop, in->instrument->taker_fee, RATIO_ONE / SUB);
	qty_t lots = in->instrument->max_qty;

	if (desk->loss_risk > 0 && in->now_ms < desk->loss_ms + limits->martingale_ms)
		budget = least(budget, mul_div_down(desk->loss_risk, capital, desk->loss_capital) - 2);
	if (fees_sub < 0)
		return 0;
	lots = least(lots, lots_within(in->instrument, budget, dist * SUB + costs_sub));
	lots = least(lots, lots_within(in->instrument, budget, dist * SUB + fees_sub));
	lots = least(lots,
		     lots_in_room(in, out->entry, limit_symbol(capital, half) - standing->symbol_exposure));
	lots = least(lots,
		     lots_in_room(in, out->entry, limit_total(capital, half) - standing->total_exposure));
	lots = least(lots, lots_in_room(in, out->entry, share_down(capital, limits->position_share)));
	if (account->scanned)
		lots = least(lots, lots_in_room(in, out->entry,
						share_down(capital, limits->portfolio_share) -
							account->scanned_exposure));
	if (in->quote->depth != UNKNOWN) /* unknown: the gate will say so */
		lots = least(lots, lots_in_room(in, out->entry, in->quote->depth / limits->depth_multiple));
	money_t margin = share_down(account->available, settings->margin_share);
	return least(lots, lots_in_room(in, out->entry, mul_div_down(margin, settings->leverage, RATIO_ONE)));
}

static qty_t size(const struct decision_settings *settings, const struct decision_input *in,
		  const struct decision_account *account, const struct enter *out, int64_t costs_sub,
		  qty_t minimum)
{
	bool half = account->desk->half_size == 1;
	qty_t lots = size_unweighted(settings, in, account, out, costs_sub, false);

	if (half) /* halve the min, and stay under the halved limits with what is already open */
		lots = least(lots / 2, size_unweighted(settings, in, account, out, costs_sub, true));
	ratio_t weight = share_down(RATIO_ONE / 2 + in->signal->confidence / 2, account->weight);
	qty_t weighted = share_down(lots, weight);
	return weighted < minimum && lots >= minimum ? minimum : weighted;
}

/* What the round trip costs, in millionths of a tick; -1: out of range. */
static int64_t costs_in_sub(const struct decision_input *in, const struct enter *out)
{
	return mul_div_up(out->entry, decision_costs(in), RATIO_ONE / SUB);
}

enum note decision_place(const struct decision_settings *settings, const struct decision_input *in,
			 struct enter *out, struct finding *why)
{
	*out = (struct enter){.side = in->signal->side,
			      .generation = in->instrument->generation,
			      .confidence = in->signal->confidence,
			      .leverage = settings->leverage,
			      .decided_ms = in->now_ms};
	*why = (struct finding){0};
	if (in->quote->bid == UNKNOWN || in->quote->ask == UNKNOWN || in->quote->spread == UNKNOWN ||
	    !place(in, out))
		return NOTE_QUOTE;
	if (has_moved(settings, in, why))
		return NOTE_MOVED;

	int64_t costs_sub = costs_in_sub(in, out);
	if (costs_sub < 0 || distance(out->stop, out->entry) > VALUE_MAX / SUB ||
	    distance(out->target, out->entry) > VALUE_MAX / SUB)
		return NOTE_QUOTE;
	*why = (struct finding){.limit = settings->edge, .actual = edge_of(out, costs_sub)};
	return why->actual < why->limit ? NOTE_COSTS : NOTE_ENTERED;
}

enum note decision_size(const struct decision_settings *settings, const struct decision_input *in,
			const struct decision_account *account, struct enter *out, struct finding *why)
{
	money_t capital = account->standing->capital;

	*why = (struct finding){0};
	if (capital == UNKNOWN || capital <= 0 || account->available == UNKNOWN)
		return NOTE_QUOTE;
	qty_t minimum = decision_least_lots(in->instrument, out->entry);
	out->qty = size(settings, in, account, out, costs_in_sub(in, out), minimum);
	*why = (struct finding){.limit = minimum, .actual = out->qty};
	return out->qty < minimum || out->qty <= 0 ? NOTE_SIZE : NOTE_ENTERED;
}
