/* SPDX-License-Identifier: MIT
 * See run_words.h. */
#include "run_words.h"

#include "log.h"
#include "show.h"
#include "timeframe.h"

void run_words_start(const struct engine *engine, const struct config *config, const char *market,
		     size_t symbols, bool resumed, ms_t now_ms)
{
	char now[UTC_TEXT_MAX], equity[SHOW_MAX];

	utc_text(now_ms, now);
	if (engine_equity(engine) == UNKNOWN) /* what is open has no mark yet */
		snprintf(equity, sizeof equity, "not known before the first prices");
	else
		show_value(FIELD_MONEY, engine_equity(engine), NULL, equity);
	log_line(now_ms, LOG_INFO, "app", "%s on %s at %s: %zu symbols, state in %s",
		 resumed ? "resumed" : "started", market, now, symbols, config->state);
	log_line(now_ms, LOG_INFO, "app",
		 "equity %s, risk %.2f %% a trade, daily loss limit %.2f %%, at most %lld positions", equity,
		 (double)config->limits.risk_per_trade / 1e7, (double)config->limits.daily_loss / 1e7,
		 (long long)config->limits.positions);
}

void run_words_scan(const struct engine *engine, ms_t now_ms)
{
	const struct scanner_counts *n = engine_scan_counts(engine);

	if (n->rows == 0) /* gone on with: nothing has been scanned yet */
		return;
	log_line(now_ms, LOG_INFO, "scanner",
		 "%lld symbols: %lld readable, %lld trading, %lld not blacklisted, %lld listed long enough, "
		 "%lld with "
		 "turnover, %lld with a narrow spread; %lld watched",
		 (long long)n->rows, (long long)n->readable, (long long)n->trading,
		 (long long)n->not_blacklisted, (long long)n->listed, (long long)n->turnover,
		 (long long)n->spread, (long long)n->watched);
}

/* Of what the scanner has seen, or of the stream. */
static price_t price_of(struct engine *engine, const struct engine_view *view, sym_t sym)
{
	const struct scanner_symbol *row = &engine_scanner(engine)->at[sym];

	return view->quote.last > 0 ? view->quote.last : row->last > 0 ? row->last : UNKNOWN;
}

static bool say_least(const struct engine_settings *settings, const struct instrument *instrument,
		      price_t price, bool scanned, ratio_t stage, money_t equity, ms_t now_ms)
{
	money_t capital =
		decision_least_capital(&settings->decision, &settings->limits, instrument, price, scanned);
	money_t least = capital < VALUE_MAX ? mul_div_up(capital, RATIO_ONE, stage) : -1;
	char lots[SHOW_MAX], value[SHOW_MAX], needed[SHOW_MAX];

	show_qty(decision_least_lots(instrument, price), instrument, lots);
	show_money(notional_up(instrument, price, decision_least_lots(instrument, price)), 2, value);
	show_money(least, 2, needed);
	bool enough = least >= 0 && equity != UNKNOWN && equity >= least;
	log_line(now_ms, enough ? LOG_INFO : LOG_WARN, "app",
		 "%s: the smallest order is %s, worth %s USDT; it takes an equity of %s USDT%s",
		 instrument->name, lots, value, least < 0 ? "more than anybody has" : needed,
		 enough ? "" : ": cannot be traded");
	return enough;
}

size_t run_words_least(struct engine *engine, const struct engine_settings *settings,
		       const struct universe *universe, ratio_t stage, ms_t now_ms)
{
	money_t equity = engine_equity(engine);
	size_t tradable = 0;

	for (size_t i = 0; i < universe->count; i++) {
		struct engine_view view;
		if (!engine_scanner(engine)->at[i].watched)
			continue;
		engine_look(engine, (sym_t)i, now_ms, &view);
		price_t price = price_of(engine, &view, (sym_t)i);
		if (stage <= 0 || price == UNKNOWN) /* in shadow nothing is too small; unknown is no proof */
			tradable++;
		else
			tradable += say_least(settings, &universe->at[i], price, view.scanned, stage, equity,
					      now_ms);
	}
	return tradable;
}
