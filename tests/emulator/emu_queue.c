/* SPDX-License-Identifier: MIT
 * What waits to be sent: a ring in order, and what a fault holds back until its time. */
#include "emu_internal.h"

#include <stdlib.h>
#include <string.h>

static char *copied(const char *text, size_t len)
{
	char *copy = emu_grow(NULL, len + 1);

	if (len > 0)
		memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

static void queue_put(struct emu *emu, struct emu_queued item)
{
	if (emu->queue_count == emu->queue_room) {
		size_t room = emu->queue_room > 0 ? 2 * emu->queue_room : 256;
		struct emu_queued *ring = emu_grow(NULL, room * sizeof(*ring));
		for (size_t i = 0; i < emu->queue_count; i++)
			ring[i] = emu->queue[(emu->queue_head + i) % emu->queue_room];
		free(emu->queue);
		emu->queue = ring;
		emu->queue_head = 0;
		emu->queue_room = room;
	}
	emu->queue[(emu->queue_head + emu->queue_count++) % emu->queue_room] = item;
}

void emu_queue(struct emu *emu, int client, enum emu_out_kind kind, const char *text, size_t len)
{
	queue_put(emu, (struct emu_queued){.client = client,
					   .number = emu->clients[client].number,
					   .kind = kind,
					   .text = copied(text, len),
					   .len = len});
}

void emu_queue_late(struct emu *emu, int client, const char *text, size_t len, ms_t at_ms)
{
	if (emu->late_count == emu->late_room) {
		emu->late_room = emu->late_room > 0 ? 2 * emu->late_room : 16;
		emu->late = emu_grow(emu->late, emu->late_room * sizeof(*emu->late));
	}
	emu->late[emu->late_count++] = (struct emu_queued){.client = client,
							   .number = emu->clients[client].number,
							   .kind = EMU_TEXT,
							   .at_ms = at_ms,
							   .text = copied(text, len),
							   .len = len};
}

ms_t emu_queue_late_ms(const struct emu *emu)
{
	ms_t next = NEVER_MS;

	for (size_t i = 0; i < emu->late_count; i++)
		next = emu->late[i].at_ms < next ? emu->late[i].at_ms : next;
	return next;
}

void emu_queue_late_due(struct emu *emu)
{
	for (ms_t next; (next = emu_queue_late_ms(emu)) <= emu->now_ms;) {
		size_t at = 0;
		while (emu->late[at].at_ms != next)
			at++;
		const struct emu_client *client = &emu->clients[emu->late[at].client];
		if (client->open && client->number == emu->late[at].number)
			queue_put(emu, emu->late[at]);
		else
			free(emu->late[at].text);
		emu->late_count--;
		memmove(emu->late + at, emu->late + at + 1, (emu->late_count - at) * sizeof(*emu->late));
	}
}

/* Nothing more goes to this client. */
void emu_queue_forget(struct emu *emu, int client)
{
	size_t kept = 0, count = emu->queue_count;

	for (size_t i = 0; i < count; i++) {
		struct emu_queued item = emu->queue[(emu->queue_head + i) % emu->queue_room];
		if (item.client == client)
			free(item.text);
		else
			emu->queue[(emu->queue_head + kept++) % emu->queue_room] = item;
	}
	emu->queue_count = kept;
	kept = 0;
	for (size_t i = 0; i < emu->late_count; i++) {
		if (emu->late[i].client == client)
			free(emu->late[i].text);
		else
			emu->late[kept++] = emu->late[i];
	}
	emu->late_count = kept;
}

void emu_queue_free(struct emu *emu)
{
	for (size_t i = 0; i < emu->queue_count; i++)
		free(emu->queue[(emu->queue_head + i) % emu->queue_room].text);
	for (size_t i = 0; i < emu->late_count; i++)
		free(emu->late[i].text);
	free(emu->queue);
	free(emu->late);
	free(emu->taken);
}

bool emu_take(struct emu *emu, struct emu_out *out)
{
	if (emu->queue_count == 0 || emu_stall_ms(emu) > 0)
		return false;
	struct emu_queued item = emu->queue[emu->queue_head];
	emu->queue_head = (emu->queue_head + 1) % emu->queue_room;
	emu->queue_count--;
	free(emu->taken);
	emu->taken = item.text;
	*out = (struct emu_out){item.client, item.kind, item.text, item.len};
	emu->counts.texts += item.kind == EMU_TEXT;
	if (item.kind == EMU_CLOSE)
		emu->clients[item.client].closing = false;
	return true;
}
