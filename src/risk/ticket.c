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

static void ticket_close(struct ticket *ticket, const struct order_request *order, ms_t now_ms, ms_t life_ms)
{
	ticket->order = *order;
	ticket->sealed_ms = now_ms;
	ticket->expires_ms = now_ms + life_ms;
	ticket->seal = ticket_seal(ticket);
}

const struct order_request *ticket_order(const struct ticket *ticket, ms_t now)
{
	if (ticket->seal != ticket_seal(ticket) || !within(now, ticket->sealed_ms, ticket->expires_ms))
		return NULL;
	return &ticket->order;
}

/* An order without an id of its own could not be looked up; two with one id could not be told apart. */
static bool ids_usable(const struct order_ids *ids)
{
	return ids->id > 0 && ids->stop_id >= 0 && ids->target_id >= 0 && ids->id != ids->stop_id &&
	       ids->id != ids->target_id && (ids->stop_id == 0 || ids->stop_id != ids->target_id);
}

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

static bool holding_open(const struct holding *holding)
{
	return is_side(holding->side) && is_positive(holding->qty);
}

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
static bool further(int64_t side, price_t a, price_t b)
{
	return side == SIDE_LONG ? a > b : a < b;
}

/* A stop that the mark has passed already would trigger at once: the caller reduces instead. A mark nobody
 * has heard does not stand in the way of protection. */
static bool stop_protects(const struct holding *holding, const struct quote *quote,
			  const struct protect *protect)
{
	if (!is_positive(protect->stop))
		return false;
	if (quote != NULL && is_positive(quote->mark) && !further(holding->side, quote->mark, protect->stop))
		return false;
	return !is_positive(holding->stop) || !further(holding->side, holding->stop, protect->stop);
}

static bool target_fits(const struct holding *holding, const struct protect *protect)
{
	return protect->target == 0 ||
	       (is_positive(protect->target) && further(holding->side, protect->target, protect->stop));
}

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
