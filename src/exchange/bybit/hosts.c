/* SPDX-License-Identifier: MIT
 * Where Bybit's environments are (its guide, "demo trading" and "connect" pages). */
#include "bybit.h"

const char *bybit_base(enum bybit_environment environment, enum say_host host)
{
	/* demo: public data is the mainnet's */
	static const char *const bases[][HOST_COUNT] = {
		[BYBIT_MAINNET] = {"https://api.bybit.com", "wss://stream.bybit.com",
				   "wss://stream.bybit.com"},
		[BYBIT_TESTNET] = {"https://api-testnet.bybit.com", "wss://stream-testnet.bybit.com",
				   "wss://stream-testnet.bybit.com"},
		[BYBIT_DEMO] = {"https://api-demo.bybit.com", "wss://stream.bybit.com",
				"wss://stream-demo.bybit.com"},
	};

	return bases[environment][host];
}
