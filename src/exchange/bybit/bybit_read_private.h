/* SPDX-License-Identifier: MIT
 * Reading what Bybit says of an account: orders, executions, positions, wallet, closed results, the ledger,
 * the key. As bybit_read.h: decimals stay text, as sent and known to be plain decimal numbers; "" stands for
 * absent, null and empty alike, so no text is NULL. Enumerations stay text, too: the exchange adds values
 * often. The stream and REST have the same rows but for the names that stand beside the fields. */
#ifndef BYBIT_READ_PRIVATE_H
#define BYBIT_READ_PRIVATE_H

#include "bybit_read.h"

/* A row of order/realtime, order/history or the stream's order (contract, 7.6). */
struct bybit_order_row {
	const char *category; /* the stream only */
	const char *symbol, *order_id, *client_id, *parent_id;
	const char *side, *status, *order_type, *stop_type, *create_type, *cancel_type, *reject_reason;
	const char *price, *qty, *average, *filled, *value, *trigger, *stop, *target, *pnl;
	int64_t position_idx;
	bool reduce_only;
	ms_t created_ms, updated_ms;
};
bool bybit_read_order(struct bybit_reader *reader, struct json_slice text, struct bybit_order_row *row);

/* What an accepted request answers: both ids, and nothing of what became of it. */
struct bybit_ack_row {
	const char *order_id, *client_id;
};
bool bybit_read_ack(struct bybit_reader *reader, struct json_slice text, struct bybit_ack_row *row);

/* A row of execution/list or the stream's execution (7.7). */
struct bybit_execution_row {
	const char *category; /* the stream only */
	const char *symbol, *order_id, *client_id, *execution_id;
	const char *side, *type, *order_type, *stop_type, *create_type;
	const char *price, *qty, *value, *closed, *leaves;
	const char *fee, *fee_rate, *fee_coin, *pnl; /* fee, pnl: signed; fee > 0: paid */
	struct json_slice extra_fees;                /* "" or a list, see bybit_next_extra_fee */
	bool maker;
	ms_t at_ms;
};
bool bybit_read_execution(struct bybit_reader *reader, struct json_slice text,
			  struct bybit_execution_row *row);
/* Taxes beside execFee: false at the end of the list, or where there is none. The row before is forgotten:
 * copy what is needed of it. */
bool bybit_next_extra_fee(struct bybit_reader *reader, struct json_rows *rows, const char **coin,
			  const char **fee);

/* A row of position/list (avgPrice) or the stream's position (entryPrice) (6.1). Of what has no stop, stop is
 * "" or some zero. */
struct bybit_position_row {
	const char *category; /* the stream only */
	const char *symbol, *side, *size, *entry, *value, *leverage, *mark, *liquidation;
	const char *stop, *target, *trailing, *unrealised, *realised, *status;
	int64_t position_idx, adl, seq; /* adl, seq: UNKNOWN if not told */
	ms_t updated_ms;
};
bool bybit_read_position(struct bybit_reader *reader, struct json_slice text, struct bybit_position_row *row);

/* A row of wallet-balance or the stream's wallet, and its coins (5.1). Account totals are in USD. */
struct bybit_wallet_row {
	const char *account, *equity, *wallet, *available, *im_rate, *mm_rate;
	struct json_rows coins;
};
struct bybit_coin_row {
	const char *coin, *equity, *usd, *wallet, *bonus, *locked, *unrealised;
	const char *borrowed, *spot_borrowed; /* all of it, and what of it stands for spot */
	const char *order_margin, *position_margin;
};
/* The texts of a wallet row are forgotten with its first coin. */
bool bybit_read_wallet(struct bybit_reader *reader, struct json_slice text, struct bybit_wallet_row *row);
/* False at the end, and where it is broken: then reader->why is not "". */
bool bybit_next_coin(struct bybit_reader *reader, struct bybit_wallet_row *wallet,
		     struct bybit_coin_row *coin);

/* A row of closed-pnl (6.5): pnl is net of fees, without funding; side is that of the closing order. */
struct bybit_closed_row {
	const char *symbol, *order_id, *side, *qty, *entry, *exit, *pnl, *open_fee, *close_fee, *type;
	ms_t created_ms, updated_ms; /* older payloads count ns: made ms here */
};
bool bybit_read_closed(struct bybit_reader *reader, struct json_slice text, struct bybit_closed_row *row);

/* A row of transaction-log (5.6). funding > 0: received; fee > 0: paid; change = cash + funding - fee. */
struct bybit_ledger_row {
	const char *id, *symbol, *type, *side, *currency, *qty, *price;
	const char *funding, *fee, *cash, *change, *balance, *bonus_change;
	const char *trade_id, *order_id, *client_id;
	ms_t at_ms;
};
bool bybit_read_ledger(struct bybit_reader *reader, struct json_slice text, struct bybit_ledger_row *row);

/* result of query-api (5.4). */
struct bybit_key_row {
	char account[24]; /* userID; "" if it was not told */
	bool read_only, trade, withdraw, transfer, ip_bound;
	int64_t ips, uta, type;
	ms_t created_ms, expires_ms; /* expires_ms UNKNOWN: it does not */
};
bool bybit_read_key(struct bybit_reader *reader, const struct bybit_envelope *envelope,
		    struct bybit_key_row *row);

/* result of account/info (5.2). */
struct bybit_info_row {
	const char *margin_mode;
	int64_t unified; /* unifiedMarginStatus: at least 3 is a unified account */
};
bool bybit_read_info(struct bybit_reader *reader, const struct bybit_envelope *envelope,
		     struct bybit_info_row *row);

/* A row of fee-rate (5.5). */
struct bybit_fee_row {
	const char *symbol, *taker, *maker; /* signed */
};
bool bybit_read_fee(struct bybit_reader *reader, struct json_slice text, struct bybit_fee_row *row);

/* A message of the private stream (or the trade stream: it acknowledges in another style, 10). */
enum bybit_private_kind {
	BYBIT_PRIVATE_ORDER,
	BYBIT_PRIVATE_EXECUTION,
	BYBIT_PRIVATE_POSITION,
	BYBIT_PRIVATE_WALLET,
	BYBIT_PRIVATE_OTHER, /* a topic nobody here asks for */
	BYBIT_PRIVATE_PONG,
	BYBIT_PRIVATE_ACK, /* of auth, subscribe, ... */
};
struct bybit_private_frame {
	enum bybit_private_kind kind;
	char topic[64];
	ms_t at_ms; /* creationTime; UNKNOWN: not told */
	struct json_slice data;
	bool success;      /* ACK */
	int64_t code;      /* ACK: retCode; 0 or -1 where only success is told */
	char op[32];       /* ACK */
	char request[16];  /* ACK: "" if none */
	char message[160]; /* ACK: cut */
};
bool bybit_read_private_frame(struct bybit_reader *reader, const char *text, size_t len,
			      struct bybit_private_frame *frame);

/* Whether a text of the exchange stands for "nothing": "", UNKNOWN, or some zero. */
bool bybit_is_nothing(const char *text);

#endif
