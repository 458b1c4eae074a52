/* SPDX-License-Identifier: MIT
 * The simulated account and its shadow, as the sim.* settings want them: for a simulated market and, with
 * --paper, for a real one. */
#ifndef TRADEBOT_APP_SIM_ACCOUNTS_H
#define TRADEBOT_APP_SIM_ACCOUNTS_H

#include "config.h"
#include "sim_shadow.h"

struct sim_accounts_setup {
	const struct config *config;
	money_t balance;  /* of the account; its shadow has more than it could ever need */
	ratio_t leverage; /* at which the shadow trades */
};

/* The model and weather that the settings describe. TB_EINVAL, with a text: a sky nobody knows. */
int sim_accounts_model(const struct config *config, struct sim_model *model,
		       struct sim_weather_setup *weather, char *error, size_t size);

/* Fresh accounts that know the first SIM_SYMBOLS_MAX instruments of universe. TB_EINVAL with a text. */
int sim_accounts_init(struct sim_broker *broker, struct sim_shadow *shadow,
		      const struct sim_accounts_setup *setup, const struct universe *universe, char *error,
		      size_t size);

#endif
