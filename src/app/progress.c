/* SPDX-License-Identifier: MIT
 * See progress.h. */
#include "progress.h"

#include <string.h>
#include <unistd.h>

#define WIDTH 30

void progress_open(struct progress *progress, const char *what, int64_t from, int64_t to, FILE *out)
{
	*progress = (struct progress){.out = out, .what = what, .from = from, .to = to, .shown = -1};
	progress->terminal = out != NULL && isatty(fileno(out));
}

static void draw(struct progress *progress, int percent, const char *detail)
{
	char bar[WIDTH + 1];
	int full = percent * WIDTH / 100;

	memset(bar, '.', WIDTH);
	memset(bar, '#', (size_t)full);
	bar[WIDTH] = '\0';
	if (progress->terminal)
		fprintf(progress->out, "\r%s [%s] %3d %%  %-40.60s", progress->what, bar, percent,
			detail ? detail : "");
	else
		fprintf(progress->out, "%s %3d %%  %s\n", progress->what, percent, detail ? detail : "");
	fflush(progress->out);
	progress->shown = percent;
}

void progress_step(struct progress *progress, int64_t at, const char *detail)
{
	int64_t span = progress->to - progress->from;

	if (progress->out == NULL || span <= 0)
		return;
	int64_t done = at < progress->from ? 0 : at > progress->to ? span : at - progress->from;
	int percent = (int)((double)done / (double)span * 100);
	int step = progress->terminal ? 1 : 10;
	if (percent / step > progress->shown / step || progress->shown < 0)
		draw(progress, percent, detail);
}

void progress_close(struct progress *progress, const char *detail)
{
	if (progress->out == NULL || progress->shown < 0)
		return;
	if (progress->shown < 100)
		draw(progress, 100, detail);
	if (progress->terminal)
		fputc('\n', progress->out);
}

void progress_stop(struct progress *progress)
{
	if (progress->out != NULL && progress->terminal && progress->shown >= 0)
		fputc('\n', progress->out);
}
