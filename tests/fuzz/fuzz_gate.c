/* SPDX-License-Identifier: MIT
 * libFuzzer: the gate against its 128-bit oracle. Build with clang -fsanitize=fuzzer,address,undefined and
 * the sources of src/base and src/risk. */
#include "gate_oracle.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool allowed;

	if (!oracle_agrees(data, size, &allowed))
		abort();
	return 0;
}
