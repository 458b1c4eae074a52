/* SPDX-License-Identifier: MIT
 * See live_gates.h. */
#include "live_gates.h"

#include <stdarg.h>
#include <stdio.h>

#define EXPIRY_NEAR_MS (7 * DAY_MS)
#define MAKE_A_KEY                                                                                           \
	"make a key with the permissions Read and Trade (Unified Trading: Orders and Positions) and "        \
	"nothing "                                                                                           \
	"else, bound to this machine's address"

const char *gate_text(enum gate gate)
{
#define X(id, text) text,
	static const char *const texts[GATE_COUNT] = {GATES(X)};
#undef X

	return texts[gate];
}

static __attribute__((format(printf, 3, 4))) void answer(struct gate_finding *out, enum gate_answer what,
							 const char *format, ...)
{
	va_list args;

	out->answer = what;
	va_start(args, format);
	vsnprintf(out->text, sizeof out->text, format, args);
	va_end(args);
}

/* False: it was not answered yet, or could not be; out says which. */
static bool is_known(const struct account_facts *facts, enum account_fact fact, const char *what,
		     struct gate_finding *out)
{
	if (facts->known & fact)
		return true;
	if (facts->asked & fact)
		answer(out, GATE_REFUSED, "the exchange does not tell %s: %s", what,
		       facts->why[0] != '\0' ? facts->why : "no reason given");
	else
		out->answer = GATE_WAIT;
	return false;
}

/* One login may be refused though the key is good: what it may do tells; where it may not trade, that says it
 * better. */
static void look_at_key(const struct account_facts *facts, struct gate_finding *out)
{
	bool told = facts->known & ACCOUNT_FACT_KEY, answered = facts->asked & ACCOUNT_FACT_KEY;

	if (!facts->refused || (told && !facts->key_trade))
		is_known(facts, ACCOUNT_FACT_KEY, "what the key may do", out);
	else if (told || !answered)
		out->answer = GATE_WAIT;
	else
		answer(out, GATE_REFUSED,
		       "the exchange does not accept the key (%s): are EXCHANGE_API_KEY and EXCHANGE_SECRET "
		       "of this environment (EXCHANGE_SANDBOX, EXCHANGE_SANDBOX_KIND: each has keys of its "
		       "own), not expired, and is this machine's address among those it is bound to?",
		       facts->why);
}

static void look_at_withdraw(const struct account_facts *facts, struct gate_finding *out)
{
	if (facts->key_withdraw)
		answer(out, GATE_REFUSED,
		       "the key can withdraw: whoever gets hold of it takes everything. Delete "
		       "it; " MAKE_A_KEY);
}

static void look_at_trade(const struct account_facts *facts, struct gate_finding *out)
{
	if (facts->key_read_only || !facts->key_trade)
		answer(out, GATE_REFUSED,
		       "the key %s: nothing could be protected or closed with it; " MAKE_A_KEY,
		       facts->key_read_only ? "is read-only" : "may not trade futures");
}

static void look_at_expiry(const struct account_facts *facts, ms_t now_ms, struct gate_finding *out)
{
	if (facts->key_expires_ms != UNKNOWN && facts->key_expires_ms <= now_ms)
		answer(out, GATE_REFUSED, "the key has expired; " MAKE_A_KEY);
}

static void look_at_kind(const struct account_facts *facts, struct gate_finding *out)
{
	if (is_known(facts, ACCOUNT_FACT_INFO, "what kind of account it is", out) && !facts->unified)
		answer(out, GATE_REFUSED,
		       "it is a classic account: upgrade it to a Unified Trading Account on the exchange's "
		       "page, or "
		       "use another sub-account");
}

static bool is_empty(const struct account_facts *facts)
{
	return !facts->has_position && !facts->has_order && !facts->borrows;
}

/* A setting of the whole account: ours to change only where it changes nothing of anybody's. */
static void look_at_setting(const struct account_facts *facts, bool may_set, enum gate_answer set,
			    int64_t code, const char *is, const char *wanted, struct gate_finding *out)
{
	if (!is_known(facts, ACCOUNT_FACT_HOLDINGS, "what is in the account", out))
		return;
	if (!is_empty(facts))
		answer(out, GATE_REFUSED,
		       "%s, and the account holds %s%s%s: it is not changed under them. Close them, or use a "
		       "sub-account of the bot's own, and set %s on the exchange's page",
		       is, facts->has_position ? "positions " : "", facts->has_order ? "orders " : "",
		       facts->borrows ? "borrowings " : "", wanted);
	else if (!may_set)
		answer(out, GATE_REFUSED, "%s: set %s on the exchange's page%s%s", is, wanted,
		       code != UNKNOWN ? "; the exchange did not let it be changed: " : "",
		       code != UNKNOWN ? facts->why : "");
	else
		answer(out, set, "%s; the account is empty: it is set to %s", is, wanted);
}

static void look_at_positions(const struct account_facts *facts, bool may_set, struct gate_finding *out)
{
	if (is_known(facts, ACCOUNT_FACT_MODE, "the position mode", out) &&
	    facts->position_mode != POSITION_MODE_ONE_WAY)
		look_at_setting(facts, may_set && facts->set_mode_code == UNKNOWN, GATE_SET_ONE_WAY,
				facts->set_mode_code, "positions are in hedge mode", "one-way mode", out);
}

static void look_at_margin(const struct account_facts *facts, bool may_set, struct gate_finding *out)
{
	if (is_known(facts, ACCOUNT_FACT_INFO, "the margin mode", out) &&
	    facts->margin_mode != MARGIN_ISOLATED)
		look_at_setting(facts, may_set && facts->set_margin_code == UNKNOWN, GATE_SET_ISOLATED,
				facts->set_margin_code,
				facts->margin_mode == MARGIN_PORTFOLIO ? "the margin mode is portfolio margin"
								       : "the margin mode is cross",
				"isolated margin", out);
}

void gate_look(enum gate gate, const struct account_facts *facts, bool may_set, ms_t now_ms,
	       struct gate_finding *out)
{
	*out = (struct gate_finding){.answer = GATE_PASS};
	switch (gate) {
	case GATE_KEY: look_at_key(facts, out); break;
	case GATE_WITHDRAW: look_at_withdraw(facts, out); break;
	case GATE_TRADE: look_at_trade(facts, out); break;
	case GATE_EXPIRED: look_at_expiry(facts, now_ms, out); break;
	case GATE_UNIFIED: look_at_kind(facts, out); break;
	case GATE_POSITION_MODE: look_at_positions(facts, may_set, out); break;
	case GATE_MARGIN_MODE: look_at_margin(facts, may_set, out); break;
	case GATE_COUNT: break;
	}
}

enum gate_answer gates_look(const struct account_facts *facts, bool may_set, ms_t now_ms, enum gate *which,
			    struct gate_finding *out)
{
	for (*which = 0; *which < GATE_COUNT; (*which)++) {
		gate_look(*which, facts, may_set, now_ms, out);
		if (out->answer != GATE_PASS)
			return out->answer;
	}
	return facts->asked == ACCOUNT_FACTS_ALL ? GATE_PASS : GATE_WAIT;
}

const char *gates_not_ours(const struct account_facts *facts)
{
	if (!(facts->known & ACCOUNT_FACT_HOLDINGS))
		return "the exchange does not tell whether the account is empty";
	if (facts->has_position)
		return "the account holds positions that are not the bot's";
	return facts->has_order ? "the account holds orders that are not the bot's" : NULL;
}

const char *gates_warning(const struct account_facts *facts, ms_t now_ms, size_t i, char *out, size_t size)
{
	const struct {
		bool holds;
		const char *text;
	} rows[] = {
		{!facts->key_ip_bound, "the key is bound to no address: whoever has it can trade with it "
				       "from anywhere, and the exchange "
				       "ends it after three months"},
		{facts->key_transfer,
		 "the key may move money between accounts: the bot never does, take it away"},
	};
	size_t count = sizeof rows / sizeof rows[0];

	if (facts->key_expires_ms != UNKNOWN && facts->key_expires_ms - now_ms < EXPIRY_NEAR_MS && i-- == 0) {
		snprintf(out, size,
			 "the key expires in %lld hours: make a new one in time, without it nothing can be "
			 "closed",
			 (long long)((facts->key_expires_ms - now_ms) / HOUR_MS));
		return out;
	}
	for (size_t row = 0; row < count; row++)
		if (rows[row].holds && i-- == 0)
			return rows[row].text;
	return NULL;
}
