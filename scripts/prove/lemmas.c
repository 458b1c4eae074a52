/* SPDX-License-Identifier: MIT
 * For the prover only: steps of arithmetic that it does not find by itself, each the body of a ghost function that it
 * proves once and that the code calls, as a comment, where the step is needed (contracts in contracts.h). An
 * inequality between products, multiplied by a number >= 0, is all there is to them. */

/*@ ghost
  void lemma_times(int64_t p, int64_t q, int64_t r, int64_t m, int64_t d, int64_t f)
  {
  }
*/

/*@ ghost
  void lemma_times_sum(int64_t scale, int64_t sum, int64_t a, int64_t b, int64_t factor)
  {
  }
*/

/*@ ghost
  void lemma_loss(int64_t distance, int64_t entry, int64_t stop, int64_t qty, int64_t num, int64_t den, int64_t fee,
		  int64_t move, int64_t traded, int64_t fees)
  {
	lemma_times(entry + stop, qty, num, traded, den, fee);
	lemma_times(traded, fee, 1, fees, 1000000000, den);
  }
*/

/*@ ghost
  void lemma_exposure(int64_t scale, int64_t held, int64_t money, int64_t entry, int64_t qty, int64_t num,
		      int64_t den, int64_t pct, int64_t capital)
  {
	lemma_times_sum(scale, held + money, pct, capital, den);
	//@ assert all: scale * held * den + scale * money * den <= pct * capital * den;
	//@ assert added: scale * (entry * qty * num) <= scale * (money * den);
  }
*/

/*@ ghost
  void lemma_not_more(int64_t risk, int64_t allowed, int64_t loss_capital, int64_t loss_risk, int64_t capital)
  {
	//@ assert less: risk * loss_capital <= allowed * loss_capital;
  }
*/
