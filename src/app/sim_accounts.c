/* SPDX-License-Identifier: MIT
 * See sim_accounts.h. */
#include "sim_accounts.h"

#include <stdio.h>

/* Sizing goes by the account's equity; this only has to be more than it could ever need. */
#define SHADOW_BALANCE (VALUE_MAX / 10)

int sim_accounts_model(const struct config *config, struct sim_model *model,
		       struct sim_weather_setup *weather, char *error, size_t size)
{
	*model = sim_model_default;
	model->half_spread = config->sim.half_spread;
	model->depth_share = config->sim.depth_share;
	if (sim_weather_parse(config->sim.weather, weather) == 0)
		return 0;
	snprintf(error, size, "SIM_WEATHER %s: off, mild or storm, then any of ,seed=N ,per-day=N ,jitter=MS",
		 config->sim.weather);
	return TB_EINVAL;
}

int sim_accounts_init(struct sim_broker *broker, struct sim_shadow *shadow,
		      const struct sim_accounts_setup *setup, const struct universe *universe, char *error,
		      size_t size)
{
	struct sim_broker_setup own = {.balance = setup->balance,
				       .latency_ms = setup->config->sim.latency_ms};
	int err = sim_accounts_model(setup->config, &own.model, &own.weather, error, size);

	if (err != 0)
		return err;
	err = sim_broker_init(broker, &own, universe);
	if (err == 0) {
		struct sim_broker_setup beside = {.balance = SHADOW_BALANCE,
						  .latency_ms = own.latency_ms,
						  .book = BOOK_SHADOW,
						  .leverage = setup->leverage,
						  .model = own.model};
		err = sim_shadow_init(shadow, &beside, universe, broker);
	}
	if (err != 0)
		snprintf(error, size, "the simulated account cannot start with this balance or latency");
	return err;
}
