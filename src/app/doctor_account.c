/* SPDX-License-Identifier: MIT
 * What `doctor` sees of the account that a key belongs to. What `run` would refuse is asked of the gates that
 * `run` asks (live_gates.h); beside them, what is in the account, what it pays, and whether its news come. */
#include "doctor.h"

#include "live_gates.h"
#include "show.h"

#include <stdio.h>
#include <string.h>

static const char *const gate_names[GATE_COUNT] = {
	[GATE_KEY] = "key",
	[GATE_WITHDRAW] = "key rights",
	[GATE_TRADE] = "key rights",
	[GATE_EXPIRED] = "key",
	[GATE_UNIFIED] = "account",
	[GATE_POSITION_MODE] = "position mode",
	[GATE_MARGIN_MODE] = "margin mode",
};

/* What there is to say of a gate that is passed, beside that. */
static void detail(const struct doctor *d, enum gate gate, const struct account_facts *facts, ms_t now_ms,
		   char *out, size_t size)
{
	char mode[64];

	out[0] = '\0';
	if (gate == GATE_KEY) {
		live_mode_words(d->mode, d->config, mode, sizeof mode);
		snprintf(out, size, " (%s, account %s)", mode,
			 facts->account[0] != '\0' ? facts->account : "without a number");
	} else if (gate == GATE_EXPIRED && facts->key_expires_ms == UNKNOWN) {
		snprintf(out, size, "; it never does");
	} else if (gate == GATE_EXPIRED) {
		snprintf(out, size, "; it does in %lld days",
			 (long long)((facts->key_expires_ms - now_ms) / DAY_MS));
	}
}

/* False: what follows of this key cannot be told. */
static bool tell_gate(struct doctor *d, enum gate gate, const struct account_facts *facts, ms_t now_ms)
{
	struct gate_finding finding;
	char more[128];

	gate_look(gate, facts, true, now_ms, &finding);
	switch (finding.answer) {
	case GATE_PASS:
		detail(d, gate, facts, now_ms, more, sizeof more);
		doctor_say(d, DOCTOR_OK, gate_names[gate], "", "%s%s", gate_text(gate), more);
		return true;
	case GATE_WAIT:
		doctor_say(d, DOCTOR_FAIL, gate_names[gate],
			   "try again; is the exchange down for maintenance?",
			   "the exchange has not told in time whether %s", gate_text(gate));
		return gate != GATE_KEY;
	case GATE_REFUSED:
		doctor_say(d, DOCTOR_FAIL, gate_names[gate], "until then run refuses to start (exit code 3)",
			   "%s", finding.text);
		return gate != GATE_KEY;
	default:
		doctor_say(d, DOCTOR_WARN, gate_names[gate], "nothing: run does it as it starts", "%s",
			   finding.text);
		return true;
	}
}

static void tell_warnings(struct doctor *d, const struct account_facts *facts, ms_t now_ms)
{
	char room[320];
	const char *text;

	if (!(facts->known & ACCOUNT_FACT_KEY))
		return;
	if (facts->key_ip_bound)
		doctor_say(d, DOCTOR_OK, "key", "", "the key is bound to addresses, this one among them");
	for (size_t i = 0; (text = gates_warning(facts, now_ms, i, room, sizeof room)) != NULL; i++)
		doctor_say(d, DOCTOR_WARN, "key", "the exchange's page of API keys; run starts all the same",
			   "%s", text);
}

static void tell_holdings(struct doctor *d, const struct account_facts *facts)
{
	const char *advice =
		d->mode == LIVE_REAL && !d->config->shared_account
			? "what the bot's own journal does not know is foreign: with real money run refuses "
			  "to start beside it unless ACCEPT_SHARED_ACCOUNT=true; use a sub-account of its own"
			: "what the bot's own journal does not know is foreign: it never touches it, and "
			  "opens nothing in its symbols; a sub-account of its own is better";
	char equity[SHOW_MAX], wallet[SHOW_MAX];

	if (!(facts->known & ACCOUNT_FACT_HOLDINGS)) {
		doctor_say(d, DOCTOR_FAIL, "balance", "try again; is the exchange down for maintenance?",
			   "the exchange does not tell what is in the account: %s",
			   facts->why[0] != '\0' ? facts->why : "no answer");
		return;
	}
	d->equity = facts->equity;
	show_money(facts->equity, 2, equity);
	show_money(facts->wallet, 2, wallet);
	doctor_say(d, facts->equity > 0 ? DOCTOR_OK : DOCTOR_WARN, "balance",
		   facts->equity > 0 ? "" : "bring USDT into the account: into this one, of this environment",
		   "equity %s USDT, wallet %s USDT (without bonus)", equity, wallet);
	if (facts->has_position)
		doctor_say(d, DOCTOR_WARN, "holdings", advice, "there are positions in the account");
	if (facts->has_order)
		doctor_say(d, DOCTOR_WARN, "holdings", advice, "there are open orders in the account");
	if (facts->borrows)
		doctor_say(d, DOCTOR_WARN, "holdings", "pay it back: the bot does not trade on credit",
			   "something is borrowed in the account");
	if (!facts->has_position && !facts->has_order && !facts->borrows)
		doctor_say(d, DOCTOR_OK, "holdings", "", "no position, no order, nothing borrowed");
}

static void tell_fees(struct doctor *d, const struct account_facts *facts)
{
	char taker[SHOW_MAX], set[SHOW_MAX], rate[SHOW_MAX], advice[128];

	show_percent(d->config->taker_fee, 4, set);
	if (!(facts->known & ACCOUNT_FACT_FEES)) {
		doctor_say(d, DOCTOR_WARN, "fees", "look it up on the exchange's page, and set TAKER_FEE",
			   "the exchange does not tell them (a demo account does not): TAKER_FEE, %s, is "
			   "used",
			   set);
		return;
	}
	bool more = facts->taker_fee > d->config->taker_fee;
	show_percent(facts->taker_fee, 4, taker);
	show_ratio(facts->taker_fee, 6, rate);
	snprintf(advice, sizeof advice, "set TAKER_FEE to %s: sizes and costs are computed with it", rate);
	doctor_say(d, more ? DOCTOR_WARN : DOCTOR_OK, "fees", more ? advice : "",
		   "a taker pays %s, TAKER_FEE is %s", taker, set);
}

void doctor_look_account(struct doctor *d, const struct account_facts *facts, const char *trouble,
			 ms_t now_ms)
{
	bool on = true;

	for (enum gate gate = 0; gate < GATE_COUNT && on; gate++)
		on = tell_gate(d, gate, facts, now_ms);
	if (!on)
		return;
	tell_warnings(d, facts, now_ms);
	tell_holdings(d, facts);
	tell_fees(d, facts);
	if (trouble == NULL)
		doctor_say(d, DOCTOR_OK, "news", "", "the private stream is open, logged in and subscribed");
	else
		doctor_say(d, DOCTOR_FAIL, "news",
			   "without it nothing is known of fills; try again, then see the key's rights",
			   "the private stream did not come up: %s",
			   trouble[0] != '\0' ? trouble : "no answer");
}

void doctor_say_no_account(struct doctor *d)
{
	bool key = d->config->api_key[0] != '\0', secret = d->config->secret[0] != '\0';

	if (key != secret)
		doctor_say(d, DOCTOR_FAIL, "key", "set both, in .env or the environment, or neither",
			   "%s is set and %s is not", key ? "EXCHANGE_API_KEY" : "EXCHANGE_SECRET",
			   key ? "EXCHANGE_SECRET" : "EXCHANGE_API_KEY");
	else if (key)
		doctor_say(d, DOCTOR_OK, "account", "",
			   "not looked at: --paper trades a simulated one and uses no key");
	else
		doctor_say(d, DOCTOR_OK, "account", "",
			   "not looked at: there is no key (EXCHANGE_API_KEY, EXCHANGE_SECRET and "
			   "EXCHANGE_SANDBOX; run --paper needs none)");
}
