/* SPDX-License-Identifier: MIT
 * Before money can move: the gates of the account, its settings, what a person should read first. */
#include "live.h"
#include "outbox.h"
#include "show.h"

#include <string.h>

static void refuse(struct live *live, const char *text)
{
	snprintf(live->error, sizeof live->error, "%s", text);
	live->stop = true;
	live->code = EXIT_REFUSED;
}

/* Once; what came of it is in the facts that are asked for after it. */
static void set_account(struct live *live, enum gate gate, const struct gate_finding *finding, ms_t now_ms)
{
	enum account_ask what =
		finding->answer == GATE_SET_ISOLATED ? ACCOUNT_SET_ISOLATED : ACCOUNT_SET_ONE_WAY;
	struct turn_out out = {.say = live->wire.outbox, .heard = live->knocked};

	if (live->set_asked[gate])
		return;
	live->set_asked[gate] = true;
	log_line(now_ms, LOG_WARN, "account", "%s", finding->text);
	live->knocked->count = 0;
	live_codec_ask_account(&live->wire.codec, what, now_ms, &out);
	link_say(live->wire.link, live->wire.outbox, now_ms);
}

static void say_account(const struct account_facts *facts, ms_t now_ms)
{
	char equity[SHOW_MAX], taker[SHOW_MAX], text[320];
	const char *warning;

	show_money(facts->equity, 2, equity);
	show_percent(facts->taker_fee, 4, taker);
	log_line(now_ms, LOG_INFO, "account",
		 "account %s: unified, one-way, isolated margin; equity %s USDT%s%s; taker fee %s",
		 facts->account, facts->known & ACCOUNT_FACT_HOLDINGS ? equity : "?",
		 facts->has_position ? ", positions" : "", facts->has_order ? ", orders" : "",
		 facts->known & ACCOUNT_FACT_FEES ? taker : "not told");
	for (size_t i = 0; (warning = gates_warning(facts, now_ms, i, text, sizeof text)) != NULL; i++)
		log_line(now_ms, LOG_WARN, "account", "%s", warning);
}

/* Of an equity that may not have been told. */
static money_t share_of(money_t equity, ratio_t share)
{
	return equity < 0 ? UNKNOWN : share_up(equity, share);
}

/* Real money, in plain words. */
static void warn(const struct live *live, ms_t now_ms)
{
	const struct account_facts *facts = live_codec_facts(&live->wire.codec);
	const struct limits *limits = &live->config->limits;
	char equity[SHOW_MAX], risk[SHOW_MAX], day[SHOW_MAX], all[SHOW_MAX],
		stage[SHOW_MAX] = "in shadow first";
	money_t e = facts->equity;

	if (!live->rollout)
		show_percent(live->stage, 0, stage);
	show_money(e, 2, equity);
	show_money(share_of(e, limits->risk_per_trade), 2, risk);
	show_money(share_of(e, limits->daily_loss), 2, day);
	show_money(share_of(e, CAP_TOTAL_EXPOSURE), 2, all);
	log_line(now_ms, LOG_WARN, "app", "REAL MONEY: orders go to account %s at %s", facts->account,
		 live->config->exchange);
	log_line(now_ms, LOG_WARN, "app",
		 "at stake: equity %s USDT; used of it: %s. At full stage a trade may lose %s USDT at its "
		 "stop, a day "
		 "%s USDT before it halts, and at most %s USDT are in the market at one time",
		 equity, stage, risk, day, all);
	log_line(now_ms, LOG_WARN, "app",
		 "a stop is no promise: in a gap it fills where the market is. 'tradebotd flatten' closes "
		 "everything, "
		 "'tradebotd halt' opens nothing more");
}

bool live_pass_gates(struct live *live, ms_t now_ms)
{
	const struct account_facts *facts = live_codec_facts(&live->wire.codec);
	struct gate_finding finding;
	enum gate gate;

	if (!live_mode_has_account(live->mode))
		return true;
	switch (gates_look(facts, true, now_ms, &gate, &finding)) {
	case GATE_PASS: break;
	case GATE_WAIT: return false;
	case GATE_REFUSED: refuse(live, finding.text); return false;
	case GATE_SET_ISOLATED:
	case GATE_SET_ONE_WAY: set_account(live, gate, &finding, now_ms); return false;
	}
	say_account(facts, now_ms);
	if (live->mode == LIVE_REAL)
		warn(live, now_ms);
	return true;
}

int live_check_shared(struct live *live)
{
	const char *what = gates_not_ours(live_codec_facts(&live->wire.codec));

	if (live->mode != LIVE_REAL || live->config->shared_account || live->world->resumed || what == NULL)
		return 0;
	snprintf(
		live->error, sizeof live->error,
		"%s: give the bot a sub-account of its own, or set ACCEPT_SHARED_ACCOUNT=true (it then never "
		"touches what is not its own, and opens nothing in such a symbol)",
		what);
	return TB_EREFUSED;
}

void live_say_shadow(const struct live *live, ms_t now_ms)
{
	const struct config_promotion *need = &live->config->promotion;
	char sharpe[SHOW_MAX], drawdown[SHOW_MAX];

	if (!live->rollout || engine_stage(live->world->engine) != 0)
		return;
	show_ratio(need->sharpe, 2, sharpe);
	show_percent(need->drawdown, 0, drawdown);
	log_line(now_ms, LOG_WARN, "deploy",
		 "everything is traded in shadow until the evidence is whole: %lld trades in %lld days, "
		 "Sharpe over "
		 "%s, drawdown under %s and more; 'tradebotd status' lists what is missing",
		 (long long)need->trades, (long long)need->days, sharpe, drawdown);
}
