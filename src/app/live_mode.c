/* SPDX-License-Identifier: MIT
 * See live_mode.h. */
#include "live_mode.h"

#include <stdio.h>

enum live_mode live_mode_of(const struct cli *cli, const struct config *config)
{
	if (cli_flag(cli, "paper"))
		return LIVE_PAPER;
	return config->sandbox ? LIVE_SANDBOX : LIVE_REAL;
}

void live_mode_words(enum live_mode mode, const struct config *config, char *out, size_t size)
{
	switch (mode) {
	case LIVE_PAPER: snprintf(out, size, "paper on %s", config->exchange); break;
	case LIVE_SANDBOX: snprintf(out, size, "%s on %s", config->sandbox_kind, config->exchange); break;
	case LIVE_REAL: snprintf(out, size, "LIVE on %s, real money", config->exchange); break;
	}
}

void live_mode_journal(enum live_mode mode, const struct config *config, const char *account, char *out,
		       size_t size)
{
	switch (mode) {
	case LIVE_PAPER: snprintf(out, size, "paper:%s", config->exchange); break;
	case LIVE_SANDBOX:
		snprintf(out, size, "sandbox:%s:%s:%s", config->exchange, config->sandbox_kind, account);
		break;
	case LIVE_REAL: snprintf(out, size, "live:%s:%s", config->exchange, account); break;
	}
}
