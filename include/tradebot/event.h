/* SPDX-License-Identifier: MIT
 * Everything that can happen (events) and everything the engine can want (intents). */
#ifndef TRADEBOT_EVENT_H
#define TRADEBOT_EVENT_H

#include "tradebot/instrument.h"
#include "tradebot/market.h"
#include "tradebot/record.h"
#include "tradebot/ticket.h"

enum event_kind {
	EVENT_NONE,
	EVENT_CANDLE,	    /* candle: closed, running or history */
	EVENT_TICKER,	    /* bid, ask, mark, last; where both are said at once, the depth too */
	EVENT_DEPTH,	    /* notional within 10 bps, said for itself */
	EVENT_INSTRUMENT,   /* new or changed */
	EVENT_FUNDING_RATE, /* of the coming settlement, or settled now */
	EVENT_LEDGER,	    /* funding, fee or transfer on the account */
	EVENT_ORDER,	    /* what the exchange says of an order */
	EVENT_ORDER_ABSENT, /* a look-up by client id found nothing */
	EVENT_FILL,
	EVENT_POSITION,	    /* in a snapshot */
	EVENT_BALANCE,
	EVENT_SNAPSHOT_END, /* the list is complete, as of at_ms */
	EVENT_SCAN_ROW,	    /* one row of the market-wide table */
	EVENT_ADVICE,
	EVENT_LINK,
	EVENT_GARBAGE,
	EVENT_TIME,
	EVENT_COMMAND,
	EVENT_UNRECORDED,   /* an ENTER was dropped because the journal could not store it */
	EVENT_RESTORED,	    /* a record of the journal */
	EVENT_KIND_COUNT
};

enum ledger_kind { LEDGER_FUNDING, LEDGER_FEE, LEDGER_TRANSFER };
enum link_state { LINK_UP, LINK_DOWN, LINK_SLOW, LINK_LIMITED };
enum snapshot_kind { SNAPSHOT_JOURNAL, SNAPSHOT_POSITIONS, SNAPSHOT_ORDERS, SNAPSHOT_BALANCE, SNAPSHOT_SCAN,
		     SNAPSHOT_HISTORY };
enum command_kind { COMMAND_HALT, COMMAND_RESUME, COMMAND_FLATTEN, COMMAND_UNLOCK, COMMAND_END,
		    COMMAND_LOWER /* the deployment stage, by one */ };

struct event {
	ms_t at_ms;
	uint8_t kind; /* enum event_kind */
	uint8_t book; /* for account events */
	sym_t sym;    /* SYM_NONE where it has no meaning */
	union {
		struct {
			struct candle candle;
			bool closed;  /* false: the running bar so far; brokers read it, the engine does not */
			bool history; /* an old bar, for warming up: no decision follows */
		} candle;
		struct {
			price_t bid, ask, mark, last;
			money_t depth;	/* as EVENT_DEPTH has it, if has_depth */
			bool has_depth; /* false: not told, what was known stays */
		} ticker;
		struct { money_t notional; } depth;
		/* borrowed for the call; was: before the change, set by the driver, which has put now into the universe
		 * by the time the engine hears of it */
		struct { const struct instrument *now, *was; } instrument;
		struct { ratio_t rate; ms_t settle_ms; bool settled; } funding;
		struct { int64_t kind; money_t amount; int64_t id; ms_t at_ms; } ledger; /* amount > 0: received;
									     * at_ms: of the row itself, 0: now */
		struct {
			int64_t id, state, role, side; /* state: enum order_state, never INTENT */
			qty_t qty, filled;
			price_t price; /* trigger of a stop or target */
			char reason[48];
		} order;
		struct { int64_t id; } absent;
		struct fill fill; /* seq and slippage are not set */
		struct { int64_t side; qty_t qty; money_t cost; ratio_t leverage; } position;
		struct { money_t equity, wallet, available; } balance;
		struct { int64_t what; } snapshot;
		struct { money_t turnover; price_t last, open, high, low, bid, ask; } scan;
		struct { int64_t regime; ratio_t adjustment; bool veto; ms_t valid_ms; } advice;
		struct { int64_t state; ms_t until_ms; ms_t latency_ms; ms_t clock_off_ms; } link;
		struct { char text[64]; } garbage;
		struct { int64_t verb; } command;
		struct { int64_t id; } unrecorded;
		struct { const struct record *record; } restored; /* borrowed for the call */
	};
};
_Static_assert(sizeof(struct event) <= 160, "events stay small");

enum intent_kind {
	INTENT_NONE,
	INTENT_TICKET,	   /* ENTER, REDUCE or PROTECT: for submit */
	INTENT_CANCEL,	   /* id */
	INTENT_WATCH,	   /* sym, value: 1 on, 0 off */
	INTENT_LEVERAGE,   /* sym, value: ratio; 0: only say what it is */
	INTENT_QUERY,	   /* id of an order with unknown outcome */
	INTENT_HISTORY,	   /* sym, value: closed bars wanted, the newest last */
	INTENT_SNAPSHOT,   /* positions, orders and balance of a book */
	INTENT_SCAN,	   /* the market-wide table */
	INTENT_ASK_ADVICE, /* sym */
	INTENT_KIND_COUNT
};

struct intent {
	uint8_t kind; /* enum intent_kind */
	uint8_t book;
	sym_t sym;
	int64_t id;
	int64_t value;
	struct ticket ticket;
};

/* What one call of engine_step wants. Bounded: the driver empties it before there is less room than one event
 * may need (TURN_EVENT_MAX of each). */
#define TURN_INTENTS_MAX 512
#define TURN_RECORDS_MAX 1024
#define TURN_EVENT_MAX 192
struct wants {
	size_t intent_count, record_count;
	struct intent intents[TURN_INTENTS_MAX];
	struct record records[TURN_RECORDS_MAX];
};

/* A bounded list of events that a codec hands up. dropped counts market data that did not fit; order news
 * never drops: a codec stops when it is full and reports it. */
#define EVENTS_MAX 4096
struct events {
	size_t count, dropped;
	struct event at[EVENTS_MAX];
};
/* The next free event, zeroed but for these three; NULL when full (dropped is counted). */
struct event *events_add(struct events *events, enum event_kind kind, sym_t sym, ms_t at_ms);

#endif
