/* SPDX-License-Identifier: MIT
 * Faults: what waits for its victim, what lasts, what was planned, and what the seed draws. */
#include "emu_internal.h"

#include <stdio.h>
#include <string.h>

const struct emu_fault_row emu_fault_rows[EMU_FAULT_COUNT] = {
#define X(id, word, when, unit, low, high, weight, text)                                                     \
	[EMU_FAULT_##id] = {word, text, EMU_WHEN_##when, EMU_UNIT_##unit, low, high, weight},
	EMU_FAULTS(X)
#undef X
};

const char *const emu_unit_text[EMU_UNITS] = {"", "ms", "ms", "%", "%", "", "1e-9", "least orders", "USDT"};

bool emu_fault_take(struct emu *emu, enum emu_fault_kind kind, int64_t sym, int64_t *value)
{
	for (size_t i = 0; i < emu->armed_count; i++) {
		struct emu_armed *armed = &emu->armed[i];
		if (armed->fault.kind != (int64_t)kind || armed->until_ms <= emu->now_ms ||
		    (armed->sym != SYM_NONE && armed->sym != sym))
			continue;
		if (value != NULL)
			*value = armed->fault.value;
		emu->counts.struck[kind]++;
		emu_note(emu, "fault %s strikes", emu_fault_rows[kind].word);
		if (--armed->fault.times == 0)
			*armed = emu->armed[--emu->armed_count];
		return true;
	}
	return false;
}

ms_t emu_fault_until(const struct emu *emu, enum emu_fault_kind kind)
{
	ms_t until = 0;

	for (size_t i = 0; i < emu->armed_count; i++)
		if (emu->armed[i].fault.kind == (int64_t)kind && emu->armed[i].until_ms > emu->now_ms &&
		    emu->armed[i].until_ms > until)
			until = emu->armed[i].until_ms;
	return until;
}

ms_t emu_frozen_until(const struct emu *emu)
{
	return emu_fault_until(emu, EMU_FAULT_FREEZE);
}

ms_t emu_stall_ms(const struct emu *emu)
{
	ms_t stall = emu_fault_until(emu, EMU_FAULT_STALL), frozen = emu_frozen_until(emu);

	stall = stall > frozen ? stall : frozen;
	return stall > emu->now_ms ? stall - emu->now_ms : 0;
}

ms_t emu_server_ms(const struct emu *emu)
{
	return emu->now_ms + (emu->now_ms < emu->skew_until_ms ? emu->skew_ms : 0);
}

static int change_tick(struct emu *emu, sym_t sym)
{
	const struct emu_symbol *symbol = &emu->symbols[sym];
	const struct grid *tick = &symbol->instrument->tick;
	bool finer = symbol->last < 20000 || random_below(&emu->dice, 2) == 0;
	int err = TB_EINVAL;

	for (int way = 0; way < 2 && err == TB_EINVAL; way++, finer = !finer) {
		struct sim_market_command command = {.kind = SIM_TICK, .sym = sym, .grid = *tick};
		if (finer)
			command.grid.decimals++;
		else if (tick->decimals > 0)
			command.grid.decimals--;
		else
			command.grid.step *= 10;
		err = sim_market_command(&emu->market, &command);
	}
	return err;
}

static int act_now(struct emu *emu, const struct emu_fault *fault, sym_t sym)
{
	if (sym == SYM_NONE)
		sym = (sym_t)random_below(&emu->dice, emu->universe.count);
	switch (fault->kind) {
	case EMU_FAULT_CLOCK_SKEW:
		emu->skew_ms = fault->value;
		emu->skew_until_ms = emu->now_ms + EMU_SKEW_MS;
		return TB_OK;
	case EMU_FAULT_SUSPEND:
		return sim_market_command(
			&emu->market, &(struct sim_market_command){
					      .kind = SIM_MAINTENANCE, .sym = sym, .span_ms = fault->value});
	case EMU_FAULT_DELIST:
		return sim_market_command(
			&emu->market, &(struct sim_market_command){
					      .kind = SIM_DELISTING, .sym = sym, .notice_ms = fault->value});
	case EMU_FAULT_TICK: return change_tick(emu, sym);
	case EMU_FAULT_DISCONNECT:
	case EMU_FAULT_RESET_ALL: emu_clients_drop(emu); return TB_OK;
	default: return TB_EINVAL;
	}
}

/* The instrument cannot, or is busy: that is no error of a draw. */
static int strike(struct emu *emu, const struct emu_fault *fault)
{
	const struct emu_fault_row *row = &emu_fault_rows[fault->kind];
	sym_t sym = fault->symbol[0] != '\0' ? emu_find(emu, fault->symbol) : SYM_NONE;

	if (row->when == EMU_WHEN_NOW || emu_outside_waits(fault->kind)) {
		int err = fault->kind >= EMU_FAULT_POST_RESET_BEFORE ? emu_outside(emu, fault, sym)
								     : act_now(emu, fault, sym);
		if (err == TB_OK)
			emu->counts.struck[fault->kind]++;
		return err;
	}
	if (emu->armed_count == EMU_ARMED_MAX)
		return TB_EFULL;
	bool lasts = row->when == EMU_WHEN_LAST;
	emu->armed[emu->armed_count++] =
		(struct emu_armed){*fault, sym, emu->now_ms + (lasts ? fault->value : EMU_ARMED_MS)};
	if (!lasts)
		return TB_OK;
	emu->counts.struck[fault->kind]++;
	if (fault->kind == EMU_FAULT_STALE_READS && emu->account != NULL)
		emu_account_freeze(emu);
	if (fault->kind == EMU_FAULT_MAINTENANCE || fault->kind == EMU_FAULT_NO_STREAMS)
		emu_clients_drop(emu);
	if (fault->kind == EMU_FAULT_MAINTENANCE) {
		struct emu_notice *notice = &emu->notices[emu->notice_count % EMU_NOTICES_MAX];
		*notice = (struct emu_notice){emu->now_ms, emu->now_ms + fault->value, ++emu->notice_count};
	}
	return TB_OK;
}

static bool usable(const struct emu *emu, const struct emu_fault *fault)
{
	if (fault->kind < 0 || fault->kind >= EMU_FAULT_COUNT || fault->times < 1 || fault->times > 1000)
		return false;
	if (fault->symbol[0] != '\0' && emu_find(emu, fault->symbol) == SYM_NONE)
		return false;
	switch (emu_fault_rows[fault->kind].unit) {
	case EMU_UNIT_MS: return fault->value >= 0 && fault->value <= 100 * DAY_MS;
	case EMU_UNIT_OFFSET: return fault->value >= -HOUR_MS && fault->value <= HOUR_MS;
	case EMU_UNIT_COUNT: return fault->value >= 1 && fault->value <= 50;
	case EMU_UNIT_RATIO: return fault->value >= 1 && fault->value <= RATIO_ONE;
	case EMU_UNIT_LOTS: return fault->value >= -1000000 && fault->value <= 1000000;
	case EMU_UNIT_MONEY: return fault->value >= -100000000 && fault->value <= 100000000;
	case EMU_UNIT_PERCENT: return fault->value >= 0 && fault->value <= 99;
	case EMU_UNIT_WAY: return fault->value >= -99 && fault->value <= 99;
	default: return true;
	}
}

int emu_strike(struct emu *emu, ms_t now, const struct emu_fault *fault)
{
	emu_advance(emu, now);
	if (!usable(emu, fault))
		return TB_EINVAL;
	if (fault->at_ms == UNKNOWN) {
		emu_note(emu, "fault %s, value %lld", emu_fault_rows[fault->kind].word,
			 (long long)fault->value);
		return strike(emu, fault);
	}
	if (emu->planned_count == EMU_ARMED_MAX)
		return TB_EFULL;
	emu->planned[emu->planned_count++] = *fault;
	return TB_OK;
}

static void next_draw(struct emu *emu)
{
	int64_t per_hour = emu->setup.weather.per_hour;

	emu->draw_ms =
		per_hour > 0
			? emu->now_ms + 1 + (ms_t)random_below(&emu->dice, (uint64_t)(2 * HOUR_MS / per_hour))
			: NEVER_MS;
}

static int64_t weight_of(const struct emu *emu, int64_t kind)
{
	if (kind >= EMU_FAULT_POST_RESET_BEFORE && (emu->account == NULL || !emu->setup.weather.account))
		return 0;
	bool regrid = kind == EMU_FAULT_DELIST || kind == EMU_FAULT_TICK;

	return regrid && !emu->setup.weather.regrid ? 0 : emu_fault_rows[kind].weight;
}

static void draw(struct emu *emu)
{
	struct emu_fault fault = {.times = 1, .at_ms = UNKNOWN};
	int64_t sum = 0;

	for (int64_t i = 0; i < EMU_FAULT_COUNT; i++)
		sum += weight_of(emu, i);
	int64_t ticket = (int64_t)random_below(&emu->dice, (uint64_t)sum);
	while (ticket >= weight_of(emu, fault.kind))
		ticket -= weight_of(emu, fault.kind++);
	const struct emu_fault_row *row = &emu_fault_rows[fault.kind];
	fault.value = row->low + (int64_t)random_below(&emu->dice, (uint64_t)(row->high - row->low + 1));
	if (random_below(&emu->dice, 3) != 0) {
		const struct instrument *victim =
			&emu->universe.at[random_below(&emu->dice, emu->universe.count)];
		memcpy(fault.symbol, victim->wire, sizeof(fault.symbol));
	}
	next_draw(emu);
	if (fault.kind == EMU_FAULT_DELIST &&
	    (size_t)emu->counts.struck[EMU_FAULT_DELIST] >= emu->universe.count / 4)
		return; /* some have to stay */
	emu_note(emu, "fault %s is drawn, value %lld %s", row->word, (long long)fault.value, fault.symbol);
	strike(emu, &fault);
}

/* What is over leaves; what is due begins. */
void emu_fault_due(struct emu *emu)
{
	for (size_t i = 0; i < emu->armed_count;)
		if (emu->armed[i].until_ms <= emu->now_ms)
			emu->armed[i] = emu->armed[--emu->armed_count];
		else
			i++;
	for (size_t i = 0; i < emu->planned_count;) {
		if (emu->start_ms + emu->planned[i].at_ms > emu->now_ms) {
			i++;
			continue;
		}
		struct emu_fault fault = emu->planned[i];
		emu->planned_count--;
		memmove(emu->planned + i, emu->planned + i + 1,
			(emu->planned_count - i) * sizeof(emu->planned[0]));
		emu_note(emu, "fault %s as planned", emu_fault_rows[fault.kind].word);
		strike(emu, &fault);
	}
	if (emu->draw_ms == 0)
		next_draw(emu);
	else if (emu->draw_ms <= emu->now_ms)
		draw(emu);
}

ms_t emu_fault_next_ms(const struct emu *emu)
{
	ms_t next = emu->draw_ms;

	for (size_t i = 0; i < emu->planned_count; i++)
		if (emu->start_ms + emu->planned[i].at_ms < next)
			next = emu->start_ms + emu->planned[i].at_ms;
	return next;
}

void emu_calm(struct emu *emu)
{
	emu->armed_count = emu->planned_count = 0;
	emu->draw_ms = NEVER_MS;
	emu->skew_until_ms = 0;
	emu_account_fresh(emu);
}
