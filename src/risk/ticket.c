/* SPDX-License-Identifier: MIT
 * The only file that seals a ticket. A seal binds one exact order to one short span of time; an exchange's
 * submit takes nothing else and asks ticket_order() first. The seal guards against mistakes in this program
 * (an order changed after it was judged, or never judged), not against an enemy in the process. */
#include "gate.h"
#include "hash.h"

#define ORDER_WORDS 13
#define SEAL_SEED   UINT64_C(0x7469636b65742031)

/* How long a REDUCE or PROTECT may wait. */
#define PROTECTIVE_TICKET_MS (5 * SECOND_MS)

_Static_assert(sizeof(struct order_request) == ORDER_WORDS * sizeof(int64_t), "the seal covers every field");
_Static_assert(sizeof(struct ticket) == (ORDER_WORDS + 3) * sizeof(int64_t), "the seal covers every field");

/* Never 0: a zeroed ticket is no ticket. */
/*@ requires \valid_read(ticket);
    assigns \nothing;
    ensures never_zero: \result != 0;
*/
static uint64_t ticket_seal(const struct ticket *ticket)
{
	const struct order_request *order = &ticket->order;
	const int64_t words[ORDER_WORDS + 2] = {
		order->verb,    order->book,      order->sym,  order->generation, order->side,
		order->qty,     order->price,     order->stop, order->target,     order->id,
		order->stop_id, order->target_id, order->risk, ticket->sealed_ms, ticket->expires_ms,
	};
	uint64_t seal = hash_words(SEAL_SEED, words, ORDER_WORDS + 2);

	return seal == 0 ? 1 : seal;
}

/*@ requires \valid(ticket) && \valid_read(order) && value(now_ms) && value(life_ms);
    assigns *ticket;
    ensures exact: ticket->order == \old(*order);
    ensures life: ticket->sealed_ms == now_ms && ticket->expires_ms == now_ms + life_ms;
    ensures sealed: ticket->seal != 0;
*/
static void ticket_close(struct ticket *ticket, const struct order_request *order, ms_t now_ms, ms_t life_ms)
{
	ticket->order = *order;
	ticket->sealed_ms = now_ms;
	ticket->expires_ms = now_ms + life_ms;
	ticket->seal = ticket_seal(ticket);
}

/*@ requires \valid_read(ticket);
    assigns \nothing;
    ensures live: \result != \null ==>
        \result == &ticket->order && ticket->sealed_ms <= now <= ticket->expires_ms && ticket->seal != 0;
*/
const struct order_request *ticket_order(const struct ticket *ticket, ms_t now)
{
	if (ticket->seal != ticket_seal(ticket) || !within(now, ticket->sealed_ms, ticket->expires_ms))
		return NULL;
	return &ticket->order;
}

/* An order without an id of its own could not be looked up; two with one id could not be told apart. */
/*@ requires \valid_read(ids);
    assigns \nothing;
    ensures told_apart: \result != 0 <==> 0 < ids->id && 0 <= ids->stop_id && 0 <= ids->target_id &&
        ids->id != ids->stop_id && ids->id != ids->target_id &&
        (ids->stop_id == 0 || ids->stop_id != ids->target_id);
*/
static bool ids_usable(const struct order_ids *ids)
{
	return ids->id > 0 && ids->stop_id >= 0 && ids->target_id >= 0 && ids->id != ids->stop_id &&
	       ids->id != ids->target_id && (ids->stop_id == 0 || ids->stop_id != ids->target_id);
}

/*@ requires \valid_read(enter) && \valid_read(ids);
    assigns \nothing;
    ensures verb: \result.verb == 1;
    ensures same: \result.book == enter->book && \result.sym == enter->sym &&
        \result.generation == enter->generation && \result.side == enter->side && \result.qty == enter->qty &&
        \result.price == enter->entry && \result.stop == enter->stop && \result.target == enter->target;
    ensures ids: \result.id == ids->id && \result.stop_id == ids->stop_id && \result.target_id == ids->target_id;
    ensures risk: \result.risk == risk;
*/
static struct order_request enter_request(const struct enter *enter, const struct order_ids *ids,
					  money_t risk)
{
	return (struct order_request){
		.verb = VERB_ENTER,
		.book = enter->book,
		.sym = enter->sym,
		.generation = enter->generation,
		.side = enter->side,
		.qty = enter->qty,
		.price = enter->entry,
		.stop = enter->stop,
		.target = enter->target,
		.id = ids->id,
		.stop_id = ids->stop_id,
		.target_id = ids->target_id,
		.risk = risk,
	};
}

/*@ requires \valid_read(limits) && \valid_read(desk) && \valid_read(standing) && \valid_read(quote) &&
        \valid_read(instrument) && \valid_read(enter) && \valid_read(ids) && \valid(why) && \valid(ticket);
    assigns *why, *ticket;
    ensures untouched: \result != 0 ==> *ticket == \old(*ticket);
    ensures exact: \result == 0 ==> ticket->order.verb == 1 && ticket->order.book == enter->book &&
        ticket->order.sym == enter->sym && ticket->order.generation == enter->generation &&
        ticket->order.generation == instrument->generation && ticket->order.side == enter->side &&
        ticket->order.qty == enter->qty && ticket->order.price == enter->entry &&
        ticket->order.stop == enter->stop && ticket->order.target == enter->target;
    ensures life: \result == 0 ==> ticket->sealed_ms == enter->decided_ms &&
        ticket->expires_ms == enter->decided_ms + limits->ticket_ms && ticket->seal != 0;
    ensures ids: \result == 0 ==> 0 < ticket->order.id == ids->id &&
        ticket->order.stop_id == ids->stop_id && ticket->order.target_id == ids->target_id;
    ensures stop_and_target: \result == 0 ==>
        sides_right(ticket->order.side, ticket->order.price, ticket->order.stop, ticket->order.target);
    ensures reward: \result == 0 ==>
        reward_enough(ticket->order.price, ticket->order.stop, ticket->order.target);
    ensures loss: \result == 0 ==>
        loss_covered(ticket->order.risk, ticket->order.price, ticket->order.stop, ticket->order.qty,
                     instrument->value_num, instrument->value_den, instrument->taker_fee);
    ensures share: \result == 0 ==>
        0 <= ticket->order.risk &&
        ticket->order.risk * 1000000000 <= standing->capital * limits->risk_per_trade;
    ensures ceiling: \result == 0 ==> percent(ticket->order.risk, 2, standing->capital);
    ensures symbol: \result == 0 ==>
        exposure_within(standing->symbol_exposure, ticket->order.price, ticket->order.qty,
                        instrument->value_num, instrument->value_den, 30, standing->capital);
    ensures total: \result == 0 ==>
        exposure_within(standing->total_exposure, ticket->order.price, ticket->order.qty,
                        instrument->value_num, instrument->value_den, 50, standing->capital);
    ensures half_loss: \result == 0 && desk->half_size != 0 ==>
        ticket->order.risk * 2000000000 <= standing->capital * limits->risk_per_trade &&
        half_percent(ticket->order.risk, 2, standing->capital);
    ensures half_symbol: \result == 0 && desk->half_size != 0 ==>
        half_exposure_within(standing->symbol_exposure, ticket->order.price, ticket->order.qty,
                             instrument->value_num, instrument->value_den, 30, standing->capital);
    ensures half_total: \result == 0 && desk->half_size != 0 ==>
        half_exposure_within(standing->total_exposure, ticket->order.price, ticket->order.qty,
                             instrument->value_num, instrument->value_den, 50, standing->capital);
    ensures leverage: \result == 0 ==> standing->leverage <= 2000000000 && enter->leverage <= 2000000000;
    ensures state: \result == 0 ==> may_open(desk, standing, enter->decided_ms);
    ensures held: \result == 0 ==> not_against(ticket->order.side, standing->side, standing->losing);
    ensures after_loss: \result == 0 ==>
        not_more_after_loss(desk, ticket->order.risk, standing->capital, enter->decided_ms,
                            limits->martingale_ms);
*/
enum refusal risk_enter(const struct limits *limits, const struct desk *desk, const struct standing *standing,
			const struct quote *quote, const struct instrument *instrument,
			const struct enter *enter, const struct order_ids *ids, struct finding *why,
			struct ticket *ticket)
{
	struct assessment assessment;

	risk_assess(limits, desk, standing, quote, instrument, enter, &assessment);
	*why = assessment.failed != 0 ? assessment.first : assessment.first_unanswered;
	if (assessment.failed != 0 || assessment.unanswered != 0)
		return why->rule;
	if (!ids_usable(ids)) {
		*why = (struct finding){.rule = REFUSAL_UNUSABLE, .limit = 1, .actual = ids->id};
		return REFUSAL_UNUSABLE;
	}
	struct order_request order = enter_request(enter, ids, assessment.risk);
	ticket_close(ticket, &order, enter->decided_ms, limits->ticket_ms);
	return REFUSAL_NONE;
}

/* What REDUCE and PROTECT have in common: an order on the closing side, bound to the holding. */
/*@ requires \valid_read(holding) && \valid_read(ids) && (holding->side == 1 || holding->side == -1);
    assigns \nothing;
    ensures \result.verb == verb && \result.book == holding->book && \result.sym == holding->sym &&
        \result.generation == generation && \result.side == -holding->side && \result.qty == qty;
    ensures \result.stop == 0 && \result.target == 0;
    ensures \result.id == ids->id && \result.stop_id == ids->stop_id && \result.target_id == ids->target_id;
*/
static struct order_request closing_request(const struct holding *holding, enum verb verb, qty_t qty,
					    const struct order_ids *ids, int64_t generation)
{
	return (struct order_request){
		.verb = verb,
		.book = holding->book,
		.sym = holding->sym,
		.generation = generation,
		.side = -holding->side,
		.qty = qty,
		.id = ids->id,
		.stop_id = ids->stop_id,
		.target_id = ids->target_id,
	};
}

/*@ requires \valid_read(holding);
    assigns \nothing;
    ensures \result != 0 <==> is_open(holding);
*/
static bool holding_open(const struct holding *holding)
{
	return is_side(holding->side) && is_positive(holding->qty);
}

/* No state of the desk is asked: there is none among the arguments. */
/*@ requires \valid_read(holding) && \valid_read(reduce) && \valid_read(ids) && \valid(ticket);
    assigns *ticket;
    ensures passes: \result == 0 <==> value(now_ms) && is_open(holding) && 1 <= reduce->qty <= holding->qty;
    ensures untouched: \result != 0 ==> *ticket == \old(*ticket);
    ensures shrinks: \result == 0 ==> ticket->order.verb == 2 && ticket->order.book == holding->book &&
        ticket->order.sym == holding->sym && ticket->order.side == -holding->side &&
        1 <= ticket->order.qty <= holding->qty && ticket->order.qty == reduce->qty;
    ensures life: \result == 0 ==> ticket->sealed_ms == now_ms && ticket->expires_ms == now_ms + 5000 &&
        ticket->seal != 0;
*/
enum refusal risk_reduce(const struct holding *holding, const struct reduce *reduce,
			 const struct order_ids *ids, int64_t generation, ms_t now_ms, struct ticket *ticket)
{
	if (!is_value(now_ms))
		return REFUSAL_UNUSABLE;
	if (!holding_open(holding))
		return REFUSAL_NOTHING_HELD;
	if (!within(reduce->qty, 1, holding->qty))
		return REFUSAL_NOT_SMALLER;
	struct order_request order = closing_request(holding, VERB_REDUCE, reduce->qty, ids, generation);
	ticket_close(ticket, &order, now_ms, PROTECTIVE_TICKET_MS);
	return REFUSAL_NONE;
}

/* a is further toward the profit of that side than b. */
/*@ assigns \nothing;
    ensures \result != 0 <==> beyond(side, a, b);
*/
static bool further(int64_t side, price_t a, price_t b)
{
	return side == SIDE_LONG ? a > b : a < b;
}

/* A stop that the mark has passed already would trigger at once: the caller reduces instead. A mark nobody
 * has heard does not stand in the way of protection. */
/*@ requires \valid_read(holding) && (quote == \null || \valid_read(quote)) && \valid_read(protect);
    assigns \nothing;
    ensures tighter: \result != 0 ==> positive(protect->stop) &&
        (positive(holding->stop) ==> !beyond(holding->side, holding->stop, protect->stop));
    ensures before_mark: \result != 0 && quote != \null && positive(quote->mark) ==>
        beyond(holding->side, quote->mark, protect->stop);
    ensures passes: positive(protect->stop) &&
        (positive(holding->stop) ==> !beyond(holding->side, holding->stop, protect->stop)) &&
        (quote == \null || (positive(quote->mark) ==> beyond(holding->side, quote->mark, protect->stop))) ==>
        \result != 0;
*/
static bool stop_protects(const struct holding *holding, const struct quote *quote,
			  const struct protect *protect)
{
	if (!is_positive(protect->stop))
		return false;
	if (quote != NULL && is_positive(quote->mark) && !further(holding->side, quote->mark, protect->stop))
		return false;
	return !is_positive(holding->stop) || !further(holding->side, holding->stop, protect->stop);
}

/*@ requires \valid_read(holding) && \valid_read(protect);
    assigns \nothing;
    ensures \result != 0 <==> target_beyond(holding, protect);
*/
static bool target_fits(const struct holding *holding, const struct protect *protect)
{
	return protect->target == 0 ||
	       (is_positive(protect->target) && further(holding->side, protect->target, protect->stop));
}

/*@ requires \valid_read(holding) && (quote == \null || \valid_read(quote)) && \valid_read(protect) &&
        \valid_read(ids) && \valid(ticket);
    assigns *ticket;
    ensures passes: value(now_ms) && is_open(holding) && positive(protect->stop) &&
        (positive(holding->stop) ==> !beyond(holding->side, holding->stop, protect->stop)) &&
        (quote == \null || (positive(quote->mark) ==> beyond(holding->side, quote->mark, protect->stop))) &&
        target_beyond(holding, protect) ==> \result == 0;
    ensures untouched: \result != 0 ==> *ticket == \old(*ticket);
    ensures protects: \result == 0 ==> ticket->order.verb == 3 && ticket->order.book == holding->book &&
        ticket->order.sym == holding->sym && ticket->order.side == -holding->side &&
        ticket->order.qty == holding->qty && ticket->order.stop == protect->stop > 0 &&
        ticket->order.target == protect->target;
    ensures tighter: \result == 0 && positive(holding->stop) ==>
        !beyond(holding->side, holding->stop, ticket->order.stop);
    ensures before_mark: \result == 0 && quote != \null && positive(quote->mark) ==>
        beyond(holding->side, quote->mark, ticket->order.stop);
    ensures target: \result == 0 ==>
        ticket->order.target == 0 || beyond(holding->side, ticket->order.target, ticket->order.stop);
    ensures life: \result == 0 ==> ticket->sealed_ms == now_ms && ticket->expires_ms == now_ms + 5000 &&
        ticket->seal != 0;
*/
enum refusal risk_protect(const struct holding *holding, const struct quote *quote,
			  const struct protect *protect, const struct order_ids *ids, int64_t generation,
			  ms_t now_ms, struct ticket *ticket)
{
	if (!is_value(now_ms))
		return REFUSAL_UNUSABLE;
	if (!holding_open(holding))
		return REFUSAL_NOTHING_HELD;
	if (!stop_protects(holding, quote, protect) || !target_fits(holding, protect))
		return REFUSAL_NOT_PROTECTING;
	struct order_request order = closing_request(holding, VERB_PROTECT, holding->qty, ids, generation);
	order.stop = protect->stop;
	order.target = protect->target;
	ticket_close(ticket, &order, now_ms, PROTECTIVE_TICKET_MS);
	return REFUSAL_NONE;
}
