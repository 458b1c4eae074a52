/* SPDX-License-Identifier: MIT
 * What this machine is worth at this moment: nanoseconds a step of a fixed loop that nobody improves. A step
 * is of the kind the engine is made of, and as long as a tenth of a bar: a chain of multiplications and
 * shifts, one division, a walk through 32 KiB, and a jump that is taken every other time at random.
 * bench_reference [STEPS]: prints one number. The engine's time over this one moves far less from machine to
 * machine, and from minute to minute, than either. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define WORDS 4096

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static uint64_t mix(uint64_t x)
{
	x ^= x >> 32;
	x *= 0xd6e8feb86659fd93ULL;
	x ^= x >> 29;
	x *= 0x9e3779b97f4a7c15ULL;
	return x ^ x >> 32;
}

int main(int argc, char **argv)
{
	static uint64_t words[WORDS];
	long steps = argc > 1 ? atol(argv[1]) : 5000000;
	uint64_t x = 1, sum = 0;
	double begin = now_ns();

	for (long i = 0; i < steps; i++) {
		x = mix(x + (uint64_t)i);
		uint64_t *word = &words[x % WORDS];
		*word += x;
		if (x >> 63)
			sum += *word / ((x >> 40) + 1);
		else
			sum ^= *word;
	}
	if (steps < 1 || sum == 0)
		return 2;
	printf("%.3f\n", (now_ns() - begin) / (double)steps);
	return 0;
}
