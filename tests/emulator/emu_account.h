/* SPDX-License-Identifier: MIT
 * The account behind the private dialect, inside the emulator: the simulated broker is the matching engine
 * and the wallet, and what it says becomes the exchange's own records here: orders, executions, a transaction
 * log. REST shows the records, the private stream the changes. Every order goes through the broker, also
 * those of other hands, so that the exchange knows no 'ours': a full stop covers the whole position. */
#ifndef EMU_ACCOUNT_H
#define EMU_ACCOUNT_H

#include "emu.h"
#include "emu_text.h"
#include "hmac.h"
#include "sim_broker.h"

/* X(id, orderStatus) */
#define EMU_STATUSES(X)                                                                                      \
	X(HIDDEN, "Created") /* on its way to matching: nobody finds it */                                   \
	X(NEW, "New")                                                                                        \
	X(PARTIAL, "PartiallyFilled")                                                                        \
	X(UNTRIGGERED, "Untriggered")                                                                        \
	X(TRIGGERED, "Triggered")                                                                            \
	X(FILLED, "Filled")                                                                                  \
	X(CANCELLED, "Cancelled")                                                                            \
	X(REJECTED, "Rejected")                                                                              \
	X(DEACTIVATED, "Deactivated")                                                                        \
	X(LOST, "Created") /* never arrived: nobody will ever find it */
#define X(id, text) EMU_STATUS_##id,
enum emu_status { EMU_STATUSES(X) EMU_STATUS_COUNT };
#undef X
static inline bool emu_status_is_unseen(int64_t status)
{
	return status == EMU_STATUS_HIDDEN || status == EMU_STATUS_LOST;
}
static inline bool emu_status_is_final(int64_t status)
{
	return status >= EMU_STATUS_FILLED;
}

/* X(id, createType) */
#define EMU_MAKERS(X)                                                                                        \
	X(USER, "CreateByUser")                                                                              \
	X(CLOSING, "CreateByClosing")                                                                        \
	X(STOP, "CreateByStopLoss")                                                                          \
	X(TARGET, "CreateByTakeProfit")                                                                      \
	X(TAKEOVER, "CreateByTakeOver_PassThrough")                                                          \
	X(ADL, "CreateByAdl_PassThrough")                                                                    \
	X(SETTLE, "CreateBySettle")
#define X(id, text) EMU_MAKER_##id,
enum emu_maker { EMU_MAKERS(X) EMU_MAKER_COUNT };
#undef X

/* Both grids a record was made on: prices in ticks, sizes in lots, shown in coins. */
struct emu_grids {
	struct grid tick, coin;
};

struct emu_order {
	int64_t sim_id;           /* in the broker; 0: not there */
	int64_t stop_id, goal_id; /* in the broker, of the stop and target attached to it */
	int64_t parent;           /* number of the entry it was attached to, 0: none */
	int64_t sym, side, status, maker;
	struct emu_grids grids;
	char link[40];
	const char *cancel, *reject; /* cancelType, rejectReason */
	bool limit, reduce, post_only, immediate;
	bool mute;               /* nothing of it is told on streams */
	bool announced;          /* its first row was sent */
	int64_t position_idx;    /* as it was given */
	qty_t qty, filled, then; /* then: what is still to open once it has closed all there is */
	price_t price;           /* limit, or the inner one of a market order */
	price_t trigger, stop, target;
	char stop_by[16], target_by[16]; /* slTriggerBy, tpTriggerBy, of a child its triggerBy */
	char tolerance_type[12], tolerance[16];
	ratio_t protection; /* of the price; 0: the market's own */
	money_t value, fee; /* of what has filled */
	qty_t closed;       /* of it: what closed the position */
	money_t entry_value, exit_value, open_fee, close_fee;
	ratio_t leverage;
	price_t last; /* when it was created */
	ms_t created_ms, updated_ms;
	int64_t fills;
};

enum emu_exec_kind {
	EMU_EXEC_TRADE,
	EMU_EXEC_FUNDING,
	EMU_EXEC_ADL,
	EMU_EXEC_BUST,
	EMU_EXEC_SETTLE,
	EMU_EXEC_KINDS
};
struct emu_execution {
	int64_t order; /* number; 0: none (funding) */
	int64_t kind, sym, side, seq;
	struct emu_grids grids;
	qty_t qty, closed, leaves, ordered;
	price_t price, mark, order_price;
	money_t value, fee, pnl; /* fee: paid > 0 */
	ratio_t rate;
	ms_t at_ms;
};

/* X(id, type) */
#define EMU_LOGS(X)                                                                                          \
	X(TRADE, "TRADE")                                                                                    \
	X(SETTLEMENT, "SETTLEMENT")                                                                          \
	X(LIQUIDATION, "LIQUIDATION")                                                                        \
	X(ADL, "ADL")                                                                                        \
	X(DELIVERY, "DELIVERY")                                                                              \
	X(TRANSFER_IN, "TRANSFER_IN")                                                                        \
	X(TRANSFER_OUT, "TRANSFER_OUT")                                                                      \
	X(BONUS, "BONUS")
#define X(id, text) EMU_LOG_##id,
enum emu_log { EMU_LOGS(X) EMU_LOG_COUNT };
#undef X
struct emu_logged {
	int64_t type, exec; /* number of the execution, 0: none */
	money_t cash_flow, funding, fee, balance, bonus;
	qty_t size; /* of the position afterwards, signed */
	ms_t at_ms;
};

/* The position as the records say; the broker's own must be the same. */
struct emu_position {
	struct instrument instrument;
	int64_t side;
	qty_t qty;
	money_t cost, open_fees;
	money_t realised, realised_ever; /* net of fees, with funding */
	int64_t stop, target;            /* numbers of the resting children, 0: none */
	int64_t seq;
	int64_t mode; /* 0 one-way, 3 hedge */
	ms_t created_ms, updated_ms, opened_ms;
	bool touched; /* a row is due */
};

enum emu_private_topic { TOPIC_ORDER, TOPIC_EXECUTION, TOPIC_POSITION, TOPIC_WALLET, EMU_TOPICS };
extern const char *const emu_private_topics[EMU_TOPICS];

/* An order on its way to matching. */
struct emu_pending {
	ms_t at_ms;
	int64_t order;
};
#define EMU_PENDING_MAX  64
#define EMU_ROUTES_MAX   32
#define EMU_RATE_MAX     50
#define EMU_ACTIVE_MAX   500 /* orders of one symbol */
#define EMU_LEVERAGE_MAX (50 * RATIO_ONE)

struct emu_account {
	struct emu_account_setup setup;
	struct sim_broker broker;
	struct exchange exchange; /* the broker's */
	struct events *heard;
	struct hmac hmac;
	bool cross; /* margin mode */
	ms_t margin_mode_ms;
	int64_t next_id, seq;
	money_t cash, bonus;
	int64_t log_as; /* type of the next transfer: BONUS, or TRANSFER_IN for both ways */
	int64_t wrong;  /* how often records and broker differed: 0 */
	struct emu_order *orders;
	int64_t order_count, order_room; /* number n is orders[n - 1] */
	int64_t live_from;               /* all before it are final */
	struct emu_execution *execs;
	int64_t exec_count, exec_room;
	struct emu_logged *logs;
	int64_t log_count, log_room;
	struct emu_position positions[SIM_SYMBOLS_MAX];
	struct emu_pending pending[EMU_PENDING_MAX];
	size_t pending_count;

	/* of the news that are being taken */
	struct text rows[EMU_TOPICS];
	int64_t dirty[64];
	size_t dirty_count;
	char refused[48]; /* why a stop or target was not taken; "": it was */
	char by[2][16];   /* triggerBy of a stop and target that are set; "": none said */
	bool balance_news, mute, regridding;
	ratio_t funding_rate; /* that settles */

	ms_t rate_ms[EMU_ROUTES_MAX][EMU_RATE_MAX]; /* rings of the requests of the last second */
	size_t rate_at[EMU_ROUTES_MAX];
	struct emu_account *stale; /* as it was when reads began to be stale; NULL */
};

#endif
