/* SPDX-License-Identifier: MIT
 * The gate against its 128-bit oracle on seeded questions; the fuzzer goes on from there. */
#include "gate_oracle.h"
#include "random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void gate_and_oracle_say_the_same(void **state)
{
	(void)state;
	int allowed_count = 0, statuses[INSTRUMENT_STATUS_COUNT] = {0};
	for (uint64_t seed = 0; seed < 200000; seed++) {
		struct random random;
		uint8_t bytes[64];
		bool allowed;
		random_seed(&random, seed);
		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = (uint8_t)random_next(&random);
		if (!oracle_agrees(bytes, sizeof(bytes), &allowed))
			fail_msg("seed %llu: the oracle %s", (unsigned long long)seed,
				 allowed ? "allows" : "refuses");
		allowed_count += allowed;
		int64_t status = oracle_question_make(bytes, sizeof(bytes)).instrument.status;
		if (status >= 0 && status < INSTRUMENT_STATUS_COUNT)
			statuses[status]++;
	}
	assert_in_range(allowed_count, 20000, 180000); /* both answers are really asked for */
	for (int status = 0; status < INSTRUMENT_STATUS_COUNT; status++)
		assert_true(statuses[status] > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(gate_and_oracle_say_the_same)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
