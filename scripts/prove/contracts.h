/* SPDX-License-Identifier: MIT
 * For the prover only (scripts/prove.sh puts it in front of every file): what the gate promises, said once more
 * over unbounded integers with the numbers of the rules written out, and what is ASSUMED of functions whose
 * code is not proved. The compiler never sees this file. */
#ifndef PROVE_CONTRACTS_H
#define PROVE_CONTRACTS_H

#include "hash.h"
#include "tradebot/ticket.h"

/* Assumed. Held by tests/unit/base/test_units.c (against 128-bit integers) and test_instrument.c. */

/*@ assigns \nothing;
    ensures error_or_value: \result == -1 || 0 <= \result <= 100000000000000000;
    ensures usable: \result != -1 ==> a >= 0 && b >= 0 && c > 0;
    ensures floor: \result != -1 ==> \result * c <= a * b < (\result + 1) * c;
    ensures error: \result == -1 && a >= 0 && b >= 0 && c > 0 ==> a * b >= 100000000000000001 * c;
*/
int64_t mul_div_down(int64_t a, int64_t b, int64_t c);

/*@ assigns \nothing;
    ensures error_or_value: \result == -1 || 0 <= \result <= 100000000000000000;
    ensures usable: \result != -1 ==> a >= 0 && b >= 0 && c > 0;
    ensures ceiling: \result != -1 ==> (\result - 1) * c < a * b <= \result * c;
    ensures error: \result == -1 && a >= 0 && b >= 0 && c > 0 ==> a * b > 100000000000000000 * c;
*/
int64_t mul_div_up(int64_t a, int64_t b, int64_t c);

/*@ assigns \nothing;
    ensures error_or_value: \result == -1 || 0 <= \result <= 100000000000000000;
    ensures usable: \result != -1 ==> value >= 0 && ratio >= 0;
    ensures floor: \result != -1 ==> \result * 1000000000 <= value * ratio < (\result + 1) * 1000000000;
    ensures error: \result == -1 && value >= 0 && ratio >= 0 ==> value * ratio >= 100000000000000001 * 1000000000;
*/
int64_t share_down(int64_t value, ratio_t ratio);

/*@ assigns \nothing;
    ensures error_or_value: \result == -1 || 0 <= \result <= 100000000000000000;
    ensures usable: \result != -1 ==> value >= 0 && ratio >= 0;
    ensures ceiling: \result != -1 ==> (\result - 1) * 1000000000 < value * ratio <= \result * 1000000000;
    ensures error: \result == -1 && value >= 0 && ratio >= 0 ==> value * ratio > 100000000000000000 * 1000000000;
*/
int64_t share_up(int64_t value, ratio_t ratio);

/*@ requires \valid_read(instrument);
    assigns \nothing;
    ensures error_or_value: \result == -1 || 0 <= \result <= 100000000000000000;
    ensures floor: \result != -1 ==> \result * instrument->value_den <= price * qty * instrument->value_num;
*/
money_t notional_down(const struct instrument *instrument, price_t price, qty_t qty);

/*@ requires \valid_read(instrument);
    assigns \nothing;
    ensures error_or_value: \result == -1 || 0 <= \result <= 100000000000000000;
    ensures ceiling: \result != -1 ==>
        instrument->value_den > 0 && price * qty * instrument->value_num <= \result * instrument->value_den;
*/
money_t notional_up(const struct instrument *instrument, price_t price, qty_t qty);

/*@ requires \valid_read(instrument);
    assigns \nothing;
*/
qty_t lots_for(const struct instrument *instrument, price_t price, money_t budget);

/*@ assigns \nothing; */
uint64_t hash_words(uint64_t seed, const int64_t *words, size_t count);

/* Assumed arithmetic: an integer with a bit added is not less than the bit; one bit of 64 is positive. */
/*@ axiomatic bits {
      axiom or_keeps: \forall integer a, b; 0 <= a && 0 < b ==> (a | b) >= b;
      axiom one_bit: \forall integer n; 0 <= n < 64 ==> 1 <= (1 << n) <= 9223372036854775808;
    }
*/

/* What is promised. Literal numbers, not the constants of the code. */

/*@ predicate value(integer v) = 0 <= v <= 100000000000000000;
    predicate positive(integer v) = 1 <= v <= 100000000000000000;
    logic integer gap(integer a, integer b) = a > b ? a - b : b - a;

    predicate sides_right(integer side, integer entry, integer stop, integer target) =
        (side == 1 && 0 < stop < entry < target) || (side == -1 && 0 < target < entry < stop);
    predicate reward_enough(integer entry, integer stop, integer target) =
        2 * gap(entry, target) >= 3 * gap(entry, stop);
    // money covers the move to the stop and the fee on both trades; 1e-9 ratios, num / den money a tick and lot
    predicate loss_covered(integer money, integer entry, integer stop, integer qty, integer num, integer den,
                           integer fee) =
        gap(entry, stop) * qty * num * 1000000000 + (entry + stop) * qty * num * fee <=
        money * den * 1000000000;
    predicate notional_covered(integer money, integer entry, integer qty, integer num, integer den) =
        entry * qty * num <= money * den;
    predicate fee_covered(integer fees, integer traded, integer fee) = traded * fee <= fees * 1000000000;
    predicate percent(integer money, integer pct, integer capital) = 100 * money <= pct * capital;
    predicate half_percent(integer money, integer pct, integer capital) = 200 * money <= pct * capital;

    // held, and the order's notional, are together within so many percent of the capital (x / 2 if halved)
    predicate exposure_within(integer held, integer entry, integer qty, integer num, integer den, integer pct,
                              integer capital) =
        100 * (held * den + entry * qty * num) <= pct * capital * den;
    predicate half_exposure_within(integer held, integer entry, integer qty, integer num, integer den,
                                   integer pct, integer capital) =
        200 * (held * den + entry * qty * num) <= pct * capital * den;
    predicate may_open(struct desk *d, struct standing *s, integer now) =
        d->locked == 0 && d->paused == 0 && d->operator_halt == 0 && now >= d->halted_until_ms &&
        now >= d->cooldown_until_ms && s->ready == 1 && s->healthy == 1 && s->order_unknown == 0 &&
        s->unreconciled == 0 && s->unexplained == 0 && s->foreign == 0 && s->entry_pending == 0;
    // the ladder: what ladder_step keeps true of a desk, and what it is told
    predicate desk_ok(struct desk d) =
        1000 <= d.nav <= 50000000000000000 && d.nav <= d.nav_peak <= 55555555555555556 &&
        1000 <= d.nav_day <= 50000000000000000 && value(d.day_ms) && d.day_ms % 86400000 == 0 &&
        value(d.sample_ms) && 0 <= d.halted_until_ms <= d.day_ms + 86400000 &&
        0 <= d.cooldown_until_ms <= 100000000086400000 && 0 <= d.loss_streak <= 4 &&
        150000000 <= d.pause_at <= 1000000000 && value(d.locked_ms) && value(d.fees_day) &&
        value(d.equity_peak) && value(d.loss_risk) && value(d.loss_capital) && value(d.loss_ms);
    predicate half_right(struct desk d) =
        d.half_size != 0 <==> (10 * (d.nav_peak - d.nav) >= d.nav_peak || d.safe_mode != 0);
    predicate day_closed_sane(integer closed) = -1000000000000000000 <= closed <= 1000000000000000000;
    predicate countable(struct desk d) =
        day_closed_sane(d.day_closed) && 0 <= d.red_days < 1000000000000000000 &&
        0 <= d.entries_minute < 1000000000000000000 && 0 <= d.entries_day < 1000000000000000000;
    predicate ladder_limits(struct limits l) =
        0 <= l.daily_loss <= 1000000000 && 0 <= l.red_day <= 1000000000 && 0 <= l.pause_rearm <= 1000000000;
    predicate fallen(integer high, integer now, integer pct) = 100 * (high - now) >= pct * high;
    predicate red(struct desk d, integer red_day) = (d.nav_day - d.nav) * 1000000000 > d.nav_day * red_day;
    predicate green(struct desk d, integer red_day) = (d.nav - d.nav_day) * 1000000000 > d.nav_day * red_day;

    // whatever refuses has a name
    predicate told(integer refusals, integer first) = refusals != 0 ==> first != 0;
    predicate beyond(integer side, integer a, integer b) = side == 1 ? a > b : a < b;
    predicate is_open(struct holding *h) = (h->side == 1 || h->side == -1) && positive(h->qty);
    predicate target_beyond(struct holding *h, struct protect *p) =
        p->target == 0 || (positive(p->target) && beyond(h->side, p->target, p->stop));
    predicate not_against(integer side, integer held, integer losing) =
        held == 0 || (held == side && losing == 0);
    predicate not_more_after_loss(struct desk *d, integer risk, integer capital, integer now, integer span) =
        d->loss_risk > 0 && now < d->loss_ms + span ==> risk * d->loss_capital <= d->loss_risk * capital;
*/

/* Steps of arithmetic, proved in lemmas.c. */

/*@ ghost
  /@ requires 0 <= f && p * q * r <= m * d;
     assigns \nothing;
     ensures p * q * r * f <= m * d * f;
  @/
  void lemma_times(int64_t p, int64_t q, int64_t r, int64_t m, int64_t d, int64_t f);
*/

/*@ ghost
  /@ requires 0 <= factor && scale * sum <= a * b;
     assigns \nothing;
     ensures scale * sum * factor <= a * b * factor;
  @/
  void lemma_times_sum(int64_t scale, int64_t sum, int64_t a, int64_t b, int64_t factor);
*/

/*@ ghost
  /@ requires positive(entry) && positive(stop) && distance == gap(entry, stop) && 0 <= fee && 0 <= den &&
        notional_covered(move, distance, qty, num, den) && notional_covered(traded, entry + stop, qty, num, den) &&
        fee_covered(fees, traded, fee);
     assigns \nothing;
     ensures loss_covered(move + fees, entry, stop, qty, num, den, fee);
  @/
  void lemma_loss(int64_t distance, int64_t entry, int64_t stop, int64_t qty, int64_t num, int64_t den, int64_t fee,
		  int64_t move, int64_t traded, int64_t fees);
*/

/*@ ghost
  /@ requires 0 <= den && value(held) && value(money) && 100 <= scale <= 200 &&
        entry * qty * num <= money * den && scale * (held + money) <= pct * capital;
     assigns \nothing;
     ensures scale * (held * den + entry * qty * num) <= pct * capital * den;
  @/
  void lemma_exposure(int64_t scale, int64_t held, int64_t money, int64_t entry, int64_t qty, int64_t num,
		      int64_t den, int64_t pct, int64_t capital);
*/

/*@ ghost
  /@ requires 0 <= risk <= allowed && (0 < loss_capital || allowed == 0) &&
        allowed * loss_capital <= loss_risk * capital;
     assigns \nothing;
     ensures risk * loss_capital <= loss_risk * capital;
  @/
  void lemma_not_more(int64_t risk, int64_t allowed, int64_t loss_capital, int64_t loss_risk, int64_t capital);
*/

#include "gate.h"

/* The question's own numbers agree with the order. */
/*@ predicate readable(struct question q) =
        \valid_read(q.limits) && \valid_read(q.desk) && \valid_read(q.standing) && \valid_read(q.quote) &&
        \valid_read(q.instrument) && \valid_read(q.enter);
    predicate distance_right(struct question q) =
        q.distance != INT64_MIN ==>
            positive(q.enter->entry) && positive(q.enter->stop) &&
            q.distance == gap(q.enter->entry, q.enter->stop);
    predicate notional_right(struct question q) =
        q.notional != INT64_MIN ==>
            value(q.notional) && q.instrument->value_den > 0 && positive(q.enter->entry) && positive(q.enter->qty) &&
            notional_covered(q.notional, q.enter->entry, q.enter->qty, q.instrument->value_num,
                             q.instrument->value_den);
    predicate risk_right(struct question q) =
        q.risk != INT64_MIN ==>
            value(q.risk) && q.instrument->value_den > 0 && loss_covered(q.risk, q.enter->entry, q.enter->stop, q.enter->qty,
                                          q.instrument->value_num, q.instrument->value_den,
                                          q.instrument->taker_fee);
    predicate question_ok(struct question q) =
        readable(q) && distance_right(q) && notional_right(q) && risk_right(q);
*/
#endif
