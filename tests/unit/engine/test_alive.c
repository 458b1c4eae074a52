/* SPDX-License-Identifier: MIT
 * The rules come alive: with the default limits, trades of scripted results take an account from an
 * unpromoted start through every stage up and down, every band of a score, every state of the ladder and
 * every way out of it; and whatever was lost, it can trade again. Bars of 15 minutes, about four trades a
 * day. */
#include "engine_internal.h"
#include "random.h"
#include "stand.h"

#define FRAME    (15 * MINUTE_MS)
#define NO_TRADE (-1)

/* How a trade ends: at its target (about +2 R), at its stop (-1 R), or far beyond it (about -25 R, 5 % of C).
 */
enum end { WIN, LOSS, GAP };

/* What has happened so far. */
static bool standing_seen[STANDING_COUNT], reason_seen[STAGE_REASON_COUNT], noted_ever[NOTE_COUNT],
	over_ever[NOTE_COUNT], exit_of_book[BOOK_COUNT];
static bool up_seen[5], down_seen[5]; /* by the rung that was left */
static int64_t promotions, returns;
static bool mean_reverting;
static ratio_t slip;

/* Of those that learning and roll-out are made anew from. */
#define KEPT_MAX 6000
static struct record kept[KEPT_MAX], kept_peak;
static size_t kept_count;

static int rung(ratio_t stage)
{
	return stage == STAGE_SHADOW ? 0
	       : stage == STAGE_5    ? 1
	       : stage == STAGE_10   ? 2
	       : stage == STAGE_25   ? 3
				     : 4;
}

static void take_record(const struct record *record)
{
	if (record->kind == RECORD_STAGE || record->kind == RECORD_PROMOTION ||
	    record->kind == RECORD_TRADE || record->kind == RECORD_EQUITY) {
		assert_true(kept_count < KEPT_MAX);
		kept[kept_count++] = *record;
	}
	if (record->kind == RECORD_STAGE_PEAK)
		kept_peak = *record;
	switch (record->kind) {
	case RECORD_SCORE:
		if (record->score.book == BOOK_MAIN)
			standing_seen[record->score.standing] = true;
		break;
	case RECORD_STAGE:
		reason_seen[record->stage.reason] = true;
		if (record->stage.stage > record->stage.from_stage)
			up_seen[rung(record->stage.from_stage)] = true;
		if (record->stage.stage < record->stage.from_stage)
			down_seen[rung(record->stage.from_stage)] = true;
		assert_true(abs(rung(record->stage.stage) - rung(record->stage.from_stage)) <= 1);
		break;
	case RECORD_PROMOTION: promotions += record->promotion.earned; break;
	case RECORD_NOTE:
		noted_ever[record->note.note] = true;
		returns += record->note.note == NOTE_RETURNED;
		if (record->note.note == NOTE_OPENED)
			over_ever[record->note.a] = true;
		break;
	case RECORD_TRADE: exit_of_book[record->trade.book] = true; break;
	default: break;
	}
}

/* The journal is read as it grows, then forgotten. */
static void read_news(void)
{
	for (size_t i = 0; i < journal_count; i++)
		take_record(&journal[i]);
	journal_count = sent_count = 0;
}

static void forget_news(void)
{
	memset(standing_seen, 0, sizeof standing_seen);
	memset(reason_seen, 0, sizeof reason_seen);
	memset(noted_ever, 0, sizeof noted_ever);
	memset(over_ever, 0, sizeof over_ever);
	memset(exit_of_book, 0, sizeof exit_of_book);
	memset(up_seen, 0, sizeof up_seen);
	memset(down_seen, 0, sizeof down_seen);
	promotions = returns = 0;
	kept_count = 0;
}

static void quarter(price_t close)
{
	now += FRAME - now % FRAME;
	ticker(0, close);
	tell((struct event){.kind = EVENT_CANDLE,
			    .sym = 0,
			    .candle = {.candle = {now - FRAME, close, close + 30, close - 30, close, 1000},
				       .closed = true}});
	if (journal_count > LOG_MAX / 2 || sent_count > LOG_MAX / 2)
		read_news();
}

/* Quiet bars, in the regime wanted: of the breakout (high_vol) or of mean reversion. */
static void calm(int count)
{
	engine->set.signal.rank_high = mean_reverting ? 1000 : 0;
	engine->set.signal.ratio_trending = 2;
	engine->set.signal.rank_low = 0;
	engine->symbols[0].series->sides_of = 0; /* what followed from them; nobody else changes them */
	for (int i = 0; i < count; i++)
		quarter(10000 + (i % 2 ? 20 : -20));
}

static void order_news(enum book book, int64_t id, enum order_state state, qty_t qty)
{
	tell((struct event){
		.kind = EVENT_ORDER,
		.book = (uint8_t)book,
		.sym = 0,
		.order = {.id = id, .state = (int64_t)state, .qty = qty, .role = client_id_role(id)}});
}

/* The newest ENTER since the news were read, or NULL. */
static const struct order_request *entered(void)
{
	return ticket_of(VERB_ENTER);
}

/* A step out of the range; if it becomes a trade, it ends like this. Returns the book, or NO_TRADE. */
static int round_trip(enum end end)
{
	calm(22);
	read_news();
	quarter(engine_desk(engine)->safe_mode ? 10900 : 10150);
	const struct order_request *order = entered();
	if (order == NULL) {
		read_news();
		return NO_TRADE;
	}
	const struct order_request sent_order = *order;
	enum book book = (enum book)sent_order.book;
	struct holding *h = execution_holding(engine_execution(engine), book, 0);
	price_t worse = (price_t)((int64_t)sent_order.price * slip / RATIO_ONE);
	price_t risk = (sent_order.price - sent_order.stop) * sent_order.side;

	now += 250;
	tell_fill_in(book, sent_order.id, sent_order.side, sent_order.qty,
		  sent_order.price + worse * sent_order.side);
	order_news(book, h->stop_id, ORDER_LIVE, sent_order.qty);
	order_news(book, h->target_id, ORDER_LIVE, sent_order.qty);
	assert_int_equal(h->phase, PHASE_PROTECTED);
	int64_t stop_id = h->stop_id, target_id = h->target_id;
	price_t exit = end == WIN    ? sent_order.target
		       : end == LOSS ? sent_order.stop
				     : sent_order.price - 25 * risk * sent_order.side;
	if (exit < 100)
		exit = 100; /* a price stays a price */
	now += MINUTE_MS;
	ticker(0, exit);
	tell_fill_in(book, end == WIN ? target_id : stop_id, -sent_order.side, sent_order.qty, exit);
	order_news(book, end == WIN ? stop_id : target_id, ORDER_CANCELLED, sent_order.qty);
	assert_int_equal(h->phase, PHASE_FLAT);
	read_news();
	return (int)book;
}

static void command(enum command_kind verb)
{
	tell((struct event){.kind = EVENT_COMMAND, .sym = SYM_NONE, .command.verb = verb});
}

/* What an owner does when the account waits for him, not before a day has passed. */
static void operate(void)
{
	const struct desk *desk = engine_desk(engine);

	if (desk->locked && now >= desk->locked_ms + DAY_MS)
		command(COMMAND_UNLOCK);
	else if (desk->paused && !desk->locked)
		command(COMMAND_RESUME);
	read_news();
}

static ratio_t stage(void)
{
	return engine->stage.stage;
}

static void begin(bool rollout)
{
	settings.limits.timeframe_ms = settings.signal.timeframe_ms = FRAME;
	settings.shadow = true;
	settings.need_promotion = rollout;
	settings.stage_fixed = !rollout;
	mean_reverting = false;
	slip = 0;
	forget_news();
	make_engine();
	start_and_scan();
	calm(300); /* the history of the stand is of minutes: the series begins anew */
	read_news();
}

/* Good trades in both regimes until the stage is this one; at most so many days. Returns the days it took. */
static int64_t earn(ratio_t wanted, int64_t days)
{
	ms_t from_ms = now;

	for (int i = 0; stage() != wanted; i++) {
		assert_true(now - from_ms < days * DAY_MS);
		mean_reverting = i / 10 % 2;
		round_trip(i % 3 == 2 ? LOSS : WIN);
		operate();
	}
	return (now - from_ms) / DAY_MS;
}

static void a_stage_that_an_option_had_set_is_not_taken_for_one_that_was_earned(void **state)
{
	const struct record set = {.kind = RECORD_STAGE,
				   .stage = {.seq = 4,
					     .at_ms = START - DAY_MS,
					     .stage = STAGE_100,
					     .from_stage = STAGE_100,
					     .reason = STAGE_REASON_START,
					     .nav = NAV_ONE}};

	(void)state;
	settings.need_promotion = settings.shadow = true;
	make_engine();
	tell((struct event){.kind = EVENT_RESTORED, .restored.record = &set});
	start();
	assert_int_equal(stage(), STAGE_SHADOW);
	assert_int_equal(last(RECORD_STAGE)->stage.stage, STAGE_SHADOW);
	assert_int_equal(last(RECORD_STAGE)->stage.seq, 5);
	assert_int_equal(last(RECORD_PROMOTION)->promotion.since_ms, now);
}

static void an_unpromoted_account_trades_in_shadow_until_it_has_shown_everything(void **state)
{
	(void)state;
	begin(true);
	assert_int_equal(stage(), STAGE_SHADOW);
	assert_int_equal(engine_capital(engine), 0);
	int64_t days = earn(STAGE_5, 100);
	assert_in_range(days, 59, 70);
	assert_int_equal(promotions, 1);
	assert_true(exit_of_book[BOOK_SHADOW]);
	assert_false(exit_of_book[BOOK_MAIN]);
	assert_int_equal(engine_desk(engine)->nav, NAV_ONE); /* nothing of it was the account's */
	assert_int_equal(engine_desk(engine)->fees_day, 0);
	assert_int_equal(engine_desk(engine)->entries_day, 0);
	assert_int_equal(engine_equity(engine), USDT(10000));
	assert_true(engine->stage.baseline_drawdown > 0 && engine->stage.baseline_drawdown < RATIO_ONE / 10);
	assert_int_equal(round_trip(WIN), BOOK_MAIN);
	assert_true(engine_desk(engine)->nav > NAV_ONE);
}

static void every_stage_up_and_down_occurs_with_every_reason(void **state)
{
	(void)state;
	begin(true);
	earn(STAGE_5, 100);
	assert_in_range(earn(STAGE_10, 60), 29, 40);
	assert_in_range(earn(STAGE_25, 60), 29, 40);
	assert_in_range(earn(STAGE_100, 60), 29, 40);
	slip = 12 * BPS; /* fills far from where they were decided */
	for (int i = 0; i < 60 && stage() == STAGE_100; i++)
		round_trip(WIN);
	assert_int_equal(stage(), STAGE_25);
	assert_true(reason_seen[STAGE_REASON_SLIPPAGE]);
	slip = 0;
	for (int i = 0; i < 100 && stage() == STAGE_25; i++) { /* a little bad, then nothing */
		mean_reverting = i / 10 % 2;
		if (i < 40)
			round_trip(i % 3 ? LOSS : WIN);
		else
			calm(96);
		operate();
	}
	assert_int_equal(stage(), STAGE_10);
	assert_true(reason_seen[STAGE_REASON_SHARPE]);
	for (int i = 0; i < 300 && stage() != STAGE_SHADOW; i++) { /* plainly bad */
		mean_reverting = i / 3 % 2;
		round_trip(i % 8 == 7 ? GAP : LOSS);
		operate();
	}
	assert_int_equal(stage(), STAGE_SHADOW);
	assert_true(reason_seen[STAGE_REASON_DRAWDOWN]);
	command(COMMAND_LOWER); /* there is nothing below */
	assert_int_equal(stage(), STAGE_SHADOW);
	for (int from = 0; from < 4; from++)
		assert_true(up_seen[from]);
	for (int from = 1; from <= 4; from++)
		assert_true(down_seen[from]);
	assert_in_range(earn(STAGE_5, 100), 59, 80); /* the way up starts over: all the evidence anew */
	assert_int_equal(promotions, 2);
	earn(STAGE_25, 120);
	command(COMMAND_LOWER);
	read_news();
	assert_int_equal(stage(), STAGE_10);
	assert_true(reason_seen[STAGE_REASON_OPERATOR]);
}

static void every_band_of_a_score_occurs_and_the_archived_come_back(void **state)
{
	(void)state;
	begin(false);
	for (int i = 0; i < 120; i++) {
		round_trip(i % 3 == 2 ? LOSS : WIN);
		operate();
	}
	assert_true(standing_seen[STANDING_INSUFFICIENT]);
	assert_true(standing_seen[STANDING_PROMOTED]);
	for (int i = 0; i < 300 && !standing_seen[STANDING_ARCHIVED]; i++) {
		round_trip(LOSS);
		operate();
	}
	assert_true(standing_seen[STANDING_ACTIVE]);
	assert_true(standing_seen[STANDING_ARCHIVED]);
	int64_t nav = engine_desk(engine)->nav;
	for (int i = 0; i < 30; i++) {
		assert_int_equal(returns, 0);
		assert_int_equal(round_trip(WIN), BOOK_SHADOW);
	}
	assert_int_equal(engine_desk(engine)->nav, nav);
	assert_int_equal(returns, 1);
	struct score score = learning_score(&engine->learning, &engine->set.learning, BOOK_MAIN,
					    STRATEGY_BREAKOUT, REGIME_HIGH_VOL);
	assert_int_equal(score.standing, STANDING_INSUFFICIENT);
	assert_int_equal(score.record, 2);
}

static bool any_state(const struct desk *desk)
{
	return desk->locked || desk->paused || desk->safe_mode || desk->half_size || desk->halted_until_ms ||
	       desk->cooldown_until_ms || desk->operator_halt;
}

/* Winners, in whichever book the rules allow, until an entry passes that is the account's own. Returns how
 * many steps out of the range it took. */
static int steps_until_it_trades(int most)
{
	int steps = 0;

	do {
		assert_true(steps < most);
		operate();
		mean_reverting = steps % 2;
		steps++;
	} while (round_trip(WIN) != BOOK_MAIN);
	return steps;
}

static void every_state_of_the_ladder_occurs_and_every_way_out_of_it(void **state)
{
	static const enum note states[] = {NOTE_HALTED,    NOTE_COOLDOWN, NOTE_SAFE_MODE,
					   NOTE_HALF_SIZE, NOTE_PAUSED,   NOTE_LOCKED};

	(void)state;
	settings.limits.risk_per_trade = limits_default.risk_per_trade;
	begin(false);
	for (int i = 0; i < 200 && !noted_ever[NOTE_LOCKED];
	     i++) { /* both strategies lose and are archived in turn */
		mean_reverting = i % 2;
		int book = round_trip(i % 4 == 3 ? GAP : LOSS); /* now and then a gap through the stop */
		if (book == BOOK_SHADOW)
			steps_until_it_trades(200);
		operate();
	}
	for (int i = 0; i < 400 && any_state(engine_desk(engine)); i++) {
		steps_until_it_trades(200);
		operate();
	}
	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
		if (!noted_ever[states[i]])
			fail_msg("%s did not occur", note_rows[states[i]].name);
		if (!over_ever[states[i]])
			fail_msg("%s did not end", note_rows[states[i]].name);
	}
	assert_false(any_state(engine_desk(engine)));
	command(COMMAND_HALT);
	assert_int_equal(round_trip(WIN), NO_TRADE);
	command(COMMAND_RESUME);
	steps_until_it_trades(40);
}

static void after_any_sequence_of_losses_the_desk_can_trade_again(void **state)
{
	struct random random;
	int most = 0, locks = 0;

	for (uint64_t seed = 1; seed <= 40; seed++) {
		prepare(state);
		begin(false);
		random_seed(&random, seed);
		int losses = 5 + (int)random_below(&random, 80);
		for (int i = 0; i < losses; i++) {
			mean_reverting = random_below(&random, 2) == 1;
			round_trip(random_below(&random, 4) == 0 ? GAP : LOSS);
			if (random_below(&random, 3) == 0)
				operate();
		}
		locks += noted_ever[NOTE_LOCKED];
		int steps = steps_until_it_trades(400);
		most = steps > most ? steps : most;
	}
	assert_true(locks > 0);
	print_message("40 seeds, %d of them locked: at most %d steps until the account traded again\n", locks,
		      most);
}

static void an_account_that_fell_to_shadow_can_earn_its_way_back(void **state)
{
	(void)state;
	begin(true);
	earn(STAGE_5, 100);
	for (int i = 0; i < 200 && stage() != STAGE_SHADOW; i++) {
		round_trip(i % 8 == 7 ? GAP : LOSS);
		operate();
	}
	assert_int_equal(stage(), STAGE_SHADOW);
	ms_t fell_ms = engine->stage.since_ms;
	assert_int_equal(engine->promotion.since_ms, fell_ms);
	assert_in_range(earn(STAGE_5, 100), 59, 80);
	assert_true(steps_until_it_trades(100) > 0);
}

static void restore_kept(enum record_kind kind)
{
	for (size_t i = 0; i < kept_count; i++)
		if (kept[i].kind == kind)
			tell((struct event){.kind = EVENT_RESTORED, .restored.record = &kept[i]});
}

/* Written down and read back in the middle of a roll-out, the engine is where it was. */
static void read_back_and_compare(void)
{
	static struct stage stage_was;
	static struct promotion promotion_was;
	static struct learning learning_was;
	struct record desk = {.kind = RECORD_DESK, .desk = engine->desk};
	int64_t told = engine->promotion_told, seq = engine->promotion_seq;

	stage_was = engine->stage, promotion_was = engine->promotion, learning_was = engine->learning;
	make_engine();
	tell((struct event){.kind = EVENT_RESTORED, .restored.record = &desk});
	restore_kept(RECORD_STAGE); /* table by table, as the journal yields them */
	tell((struct event){.kind = EVENT_RESTORED, .restored.record = &kept_peak});
	restore_kept(RECORD_PROMOTION);
	restore_kept(RECORD_TRADE);
	restore_kept(RECORD_EQUITY);
	tell_end(SNAPSHOT_JOURNAL, SYM_NONE);
	assert_memory_equal(&engine->stage, &stage_was, sizeof stage_was);
	assert_memory_equal(&engine->learning, &learning_was, sizeof learning_was);
	assert_int_equal(engine->promotion_seq, seq);
	if (stage_was.stage != STAGE_SHADOW)
		return; /* the evidence has done its work */
	assert_memory_equal(&engine->promotion, &promotion_was, sizeof promotion_was);
	assert_int_equal(engine->promotion_told, told);
}

static void a_roll_out_that_is_read_back_is_where_it_was(void **state)
{
	static const int steps[] = {40, 150, 290, 330, 700};

	for (size_t k = 0; k < sizeof steps / sizeof steps[0]; k++) {
		prepare(state);
		begin(true);
		for (int i = 0; i < steps[k]; i++) {
			mean_reverting = i / 10 % 2;
			round_trip(i % 97 == 96 ? GAP : i % 3 == 2 ? LOSS : WIN);
			operate();
		}
		assert_true(k < 2 ? promotions == 0 : promotions > 0);
		read_back_and_compare();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_stage_that_an_option_had_set_is_not_taken_for_one_that_was_earned,
				       prepare),
		cmocka_unit_test_setup(an_unpromoted_account_trades_in_shadow_until_it_has_shown_everything,
				       prepare),
		cmocka_unit_test_setup(every_stage_up_and_down_occurs_with_every_reason, prepare),
		cmocka_unit_test_setup(every_band_of_a_score_occurs_and_the_archived_come_back, prepare),
		cmocka_unit_test_setup(every_state_of_the_ladder_occurs_and_every_way_out_of_it, prepare),
		cmocka_unit_test_setup(after_any_sequence_of_losses_the_desk_can_trade_again, prepare),
		cmocka_unit_test_setup(an_account_that_fell_to_shadow_can_earn_its_way_back, prepare),
		cmocka_unit_test_setup(a_roll_out_that_is_read_back_is_where_it_was, prepare),
	};

	return cmocka_run_group_tests(tests, NULL, forget);
}
