/* SPDX-License-Identifier: MIT
 * Reading: every digit arrives, what is missing is named, and nothing that is sent can do more than fail. */
#include "bybit_stand.h"
#include "sign.h"

static struct bybit_reader reader;

static struct json_slice slice(const char *text)
{
	return (struct json_slice){text, strlen(text)};
}

static bool envelope_of(const char *text, struct bybit_envelope *envelope)
{
	bybit_reader_init(&reader);
	return bybit_read_envelope(&reader, text, strlen(text), envelope);
}

static void an_envelope_may_lack_all_but_its_code(void **state)
{
	struct bybit_envelope envelope;

	(void)state;
	assert_true(envelope_of(" {\"retCode\":0} \n", &envelope));
	assert_int_equal(envelope.code, 0);
	assert_string_equal(envelope.message, "");
	assert_true(envelope.time_ms == UNKNOWN);
	assert_null(envelope.result.text);
	assert_true(envelope_of(
		"{\"retCode\":10002,\"retMsg\":\"say \\\"when\\\"\",\"result\":null,\"time\":null}",
		&envelope));
	assert_int_equal(envelope.code, 10002);
	assert_string_equal(envelope.message, "say \"when\"");
	assert_true(envelope_of("{\"retCode\":7,\"retCode\":0,\"time\":1}", &envelope));
	assert_int_equal(envelope.code, 7); /* of two the first */
}

static void what_is_no_envelope_is_refused_with_a_reason(void **state)
{
	static const char *const broken[] = {"",
					     "null",
					     "[]",
					     "{",
					     "{\"retCode\":0",
					     "{\"retCode\":0}}",
					     "{\"retCode\":0}x",
					     "{\"retCode\":\"\"}",
					     "{\"retCode\":1.5}",
					     "{\"retCode\":0,}",
					     "{\"retCode\" 0}",
					     "{\"retCode\":0 \"a\":1}",
					     "{\"a\":[}],\"retCode\":0}",
					     "{\"a\":\"\n\",\"retCode\":0}",
					     "{\"retMsg\":\"OK\"}",
					     "{\"retCode\":99999999999999999999}"};
	struct bybit_envelope envelope;

	(void)state;
	for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
		assert_false(envelope_of(broken[i], &envelope));
		assert_true(reader.why[0] != '\0');
	}
}

static void deep_nesting_is_refused_not_followed(void **state)
{
	char text[400] = "{\"retCode\":0,\"retExtInfo\":";
	struct bybit_envelope envelope;

	(void)state;
	for (int i = 0; i < 100; i++)
		strcat(text, "[");
	for (int i = 0; i < 100; i++)
		strcat(text, "]");
	strcat(text, "}");
	assert_false(envelope_of(text, &envelope));
	assert_string_equal(reader.why, "reply: nested too deeply");
}

static void a_cut_reply_is_never_half_an_answer(void **state)
{
	static const char whole[] =
		"{\"retCode\":0,\"retMsg\":\"OK\",\"result\":{\"list\":[[\"1\",\"2\"]]},\"time\":5}";
	struct bybit_envelope envelope;

	(void)state;
	bybit_reader_init(&reader);
	for (size_t len = 0; len < sizeof whole - 1; len++)
		assert_false(bybit_read_envelope(&reader, whole, len, &envelope));
	assert_true(bybit_read_envelope(&reader, whole, sizeof whole - 1, &envelope));
}

static void essential_fields_are_named_when_they_are_missing(void **state)
{
	static const struct {
		const char *extra, *why;
	} rows[] = {
		{"\"symbol\":null,", "symbol: null"},
		{"\"status\":5,", "status: of another type"},
		{"\"baseCoin\":\"\",", "baseCoin: empty text"},
		{"\"lotSizeFilter\":{\"qtyStep\":\"1\"},", "minOrderQty: missing"},
		{"\"lotSizeFilter\":{\"qtyStep\":\"1\",\"minOrderQty\":\"1\",\"maxMktOrderQty\":\"\"},",
		 "maxMktOrderQty: empty text"},
		{"\"priceFilter\":[],", "tickSize: missing"},
		{"\"isPreListing\":\"no\",", "isPreListing: of another type"},
		{"\"deliveryTime\":\"soon\",",
		 "deliveryTime: not a plain decimal number, of the wrong sign, or"},
	};
	struct bybit_instrument_row row;
	char text[1200];

	(void)state;
	bybit_reader_init(&reader);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		stand_row(text, sizeof text, "SOL", rows[i].extra);
		assert_false(bybit_read_instrument(&reader, slice(text), &row));
		assert_memory_equal(reader.why, rows[i].why, strlen(rows[i].why));
	}
}

static void decimals_arrive_as_sent_whatever_their_type(void **state)
{
	struct bybit_ticker_row row;

	(void)state;
	bybit_reader_init(&reader);
	assert_true(bybit_read_ticker(
		&reader,
		slice("{\"symbol\":\"A\",\"lastPrice\":0.100,\"fundingRate\":\"-0.00046295\","
		      "\"bid1Price\":null,\"turnover24h\":\"12345678901234567890.5\"}"),
		&row));
	assert_string_equal(row.last, "0.100");
	assert_string_equal(row.rate, "-0.00046295");
	assert_string_equal(row.bid, "");
	assert_string_equal(row.turnover, "12345678901234567890.5");
	assert_null(row.ask);
	assert_true(bybit_money(row.turnover) == UNKNOWN); /* more than 64 bits hold */
	assert_false(bybit_ticker_is_whole(&reader, &row));
	assert_string_equal(reader.why, "markPrice: missing");
	assert_false(bybit_read_ticker(&reader, slice("{\"symbol\":\"A\",\"lastPrice\":\"-1\"}"), &row));
	assert_false(bybit_read_ticker(&reader, slice("{\"symbol\":\"A\",\"lastPrice\":\"1.\"}"), &row));
	assert_false(bybit_read_ticker(&reader, slice("{\"symbol\":\"A\",\"lastPrice\":1e5}"), &row));
	assert_false(bybit_read_ticker(&reader, slice("{\"symbol\":\"A\",\"lastPrice\":{}}"), &row));
}

static void long_integers_keep_every_digit(void **state)
{
	struct bybit_book_row row;

	(void)state;
	assert_true(bybit_read_book(&reader, slice("{\"b\":[],\"a\":[],\"u\":9007199254740993,\"seq\":1}"),
				    &row));
	assert_int_equal(row.update, 9007199254740993);
	assert_true(bybit_read_book(&reader, slice("{\"b\":[],\"a\":[],\"u\":9223372036854775807}"), &row));
	assert_int_equal(row.update, INT64_MAX);
	assert_false(bybit_read_book(&reader, slice("{\"b\":[],\"a\":[],\"u\":9223372036854775808}"), &row));
	assert_false(bybit_read_book(&reader, slice("{\"b\":[],\"u\":1}"), &row));
	assert_string_equal(reader.why, "a: missing");
}

static void the_servers_time_is_in_nanoseconds_or_seconds(void **state)
{
	struct bybit_envelope envelope = {0};
	ms_t ms = 0;

	(void)state;
	envelope.result = slice("{\"timeSecond\":\"1688639403\",\"timeNano\":\"1688639403423213947\"}");
	assert_true(bybit_read_time(&reader, &envelope, &ms));
	assert_int_equal(ms, 1688639403423);
	envelope.result = slice("{\"timeSecond\":\"1688639403\"}");
	assert_true(bybit_read_time(&reader, &envelope, &ms));
	assert_int_equal(ms, 1688639403000);
	envelope.result = slice("{}");
	assert_false(bybit_read_time(&reader, &envelope, &ms));
	envelope.result = slice("{\"timeSecond\":\"-5\"}");
	assert_false(bybit_read_time(&reader, &envelope, &ms));
}

static void frames_are_told_apart_by_topic_then_by_op(void **state)
{
	static const struct {
		const char *text;
		enum bybit_frame_kind kind;
	} frames[] = {
		{"{\"topic\":\"kline.D.BTCUSDT\",\"data\":[]}", BYBIT_FRAME_KLINE},
		{"{\"topic\":\"tickers.BTCUSDT\",\"type\":\"delta\",\"data\":{}}", BYBIT_FRAME_TICKER},
		{"{\"topic\":\"orderbook.1000.BTCUSDT\",\"type\":\"snapshot\",\"data\":{},\"op\":\"x\"}",
		 BYBIT_FRAME_BOOK},
		{"{\"topic\":\"orderbook.x.BTCUSDT\",\"data\":{}}", BYBIT_FRAME_OTHER},
		{"{\"topic\":\"tickers.A.B\",\"data\":{}}", BYBIT_FRAME_OTHER},
		{"{\"topic\":\"tickers.ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKL\",\"data\":{}}",
		 BYBIT_FRAME_OTHER},
		{"{\"success\":true,\"ret_msg\":\"pong\",\"op\":\"ping\"}", BYBIT_FRAME_PONG},
		{"{\"op\":\"pong\",\"args\":[\"1\"]}", BYBIT_FRAME_PONG},
		{"{\"success\":false,\"ret_msg\":\"\",\"op\":\"subscribe\"}", BYBIT_FRAME_ACK},
	};
	struct bybit_frame frame;

	(void)state;
	bybit_reader_init(&reader);
	for (size_t i = 0; i < sizeof frames / sizeof frames[0]; i++) {
		assert_true(bybit_read_frame(&reader, frames[i].text, strlen(frames[i].text), &frame));
		assert_int_equal(frame.kind, frames[i].kind);
	}
	assert_false(bybit_read_frame(&reader, "{\"data\":1}", 10, &frame));
	assert_false(bybit_read_frame(&reader, "{\"topic\":5}", 11, &frame));
	static const char untyped[] = "{\"topic\":\"tickers.BTCUSDT\",\"type\":\"patch\",\"data\":{}}";
	assert_false(bybit_read_frame(&reader, untyped, sizeof untyped - 1, &frame));
}

static void an_error_has_the_class_of_what_can_be_done_about_it(void **state)
{
	(void)state;
	assert_int_equal(bybit_error_class(0, "OK"), BYBIT_OK);
	assert_int_equal(bybit_error_class(110043, ""), BYBIT_OK);
	assert_int_equal(bybit_error_class(10002, ""), BYBIT_CLOCK);
	assert_int_equal(bybit_error_class(10006, ""), BYBIT_LIMITED);
	assert_int_equal(bybit_error_class(10016, ""), BYBIT_TRANSIENT);
	assert_int_equal(bybit_error_class(110072, ""), BYBIT_DUPLICATE);
	assert_int_equal(bybit_error_class(110001, ""), BYBIT_ABSENT);
	assert_int_equal(bybit_error_class(110007, ""), BYBIT_MARGIN);
	assert_int_equal(bybit_error_class(10001, "can not set tp/sl/ts for zero position"), BYBIT_FLAT);
	assert_int_equal(bybit_error_class(10001, "position idx not match position mode"), BYBIT_MODE);
	assert_int_equal(bybit_error_class(10001, "params error"), BYBIT_PARAMETER);
	assert_int_equal(bybit_error_class(10010, ""), BYBIT_AUTHENTICATION);
	assert_int_equal(bybit_error_class(30228, ""), BYBIT_SYMBOL);
	assert_int_equal(bybit_error_class(424242, ""), BYBIT_UNKNOWN);
}

static void symbols_have_names_without_a_listing(void **state)
{
	char name[SYMBOL_TEXT_MAX];

	(void)state;
	assert_true(bybit_symbol_name("1000PEPEUSDT", name));
	assert_string_equal(name, "1000PEPE/USDT:USDT");
	assert_true(bybit_symbol_name("ETHPERP", name));
	assert_string_equal(name, "ETH/USDC:USDC");
	assert_true(bybit_symbol_name("BTCUSD", name));
	assert_string_equal(name, "BTC/USD:BTC");
	assert_false(bybit_symbol_name("BTC-26DEC25", name));
	assert_string_equal(name, "BTC-26DEC25");
	assert_false(bybit_symbol_name("USDT", name));
}

static void signatures_are_those_of_an_independent_program(void **state)
{
	static const char query[] = "category=linear&symbol=BTCUSDT";
	char out[HMAC_HEX_SIZE], *large = calloc(1, BYBIT_SIGNED_MAX);
	struct hmac hmac;

	(void)state;
	assert_int_equal(hmac_open(&hmac, "test_secret", 11), 0);
	assert_int_equal(
		bybit_sign_request(&hmac, 1700000000000, "test_api_key", 5000, query, sizeof query - 1, out),
		0);
	assert_string_equal(out, "fd4f31228a46109dc6673062328693696df9a96c7ff04e6491a45e7f63a0fdd7");
	assert_int_equal(bybit_sign_login(&hmac, 1700000000000, out), 0);
	assert_string_equal(out, "bacffe7500499eb829bb58c45d36d1b3e5ac67c14eaeba91df5e99ccee013925");
	assert_int_equal(bybit_sign_request(&hmac, 1, "k", 5000, large, BYBIT_SIGNED_MAX, out), TB_ERANGE);
	assert_string_equal(out, "");
	hmac_close(&hmac);
	free(large);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_envelope_may_lack_all_but_its_code),
		cmocka_unit_test(what_is_no_envelope_is_refused_with_a_reason),
		cmocka_unit_test(deep_nesting_is_refused_not_followed),
		cmocka_unit_test(a_cut_reply_is_never_half_an_answer),
		cmocka_unit_test(essential_fields_are_named_when_they_are_missing),
		cmocka_unit_test(decimals_arrive_as_sent_whatever_their_type),
		cmocka_unit_test(long_integers_keep_every_digit),
		cmocka_unit_test(the_servers_time_is_in_nanoseconds_or_seconds),
		cmocka_unit_test(frames_are_told_apart_by_topic_then_by_op),
		cmocka_unit_test(an_error_has_the_class_of_what_can_be_done_about_it),
		cmocka_unit_test(symbols_have_names_without_a_listing),
		cmocka_unit_test(signatures_are_those_of_an_independent_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
