// SPDX-License-Identifier: MIT
// An unmodified ccxt against the emulator: ccxt_check.js PORT DUMP MODE. DUMP is the folder of the emulator's own
// candle files; MODE quiet: nothing moves between the market's instants, so that stream and REST must be equal.
'use strict'
const fs = require('fs')
const path = require('path')
const assert = require('assert')
const ccxt = require('module').createRequire(path.join(process.env.CCXT_FOLDER, 'any.js'))('ccxt')

const [port, dump, mode] = process.argv.slice(2)
const quiet = mode === 'quiet'
const symbol = 'BTC/USDT:USDT'
const wanted = ['BTC', 'ETH', 'SOL', 'XRP'].map(coin => coin + '/USDT:USDT')

// Every host of ccxt's own table becomes the emulator; nothing else of ccxt is touched.
function redirect (urls) {
	for (const key of Object.keys(urls)) {
		if (typeof urls[key] === 'string') {
			urls[key] = urls[key].replace(/^(https|wss):\/\/[^/]+/, '$1://localhost:' + port)
		} else if (urls[key] && typeof urls[key] === 'object') {
			redirect(urls[key])
		}
	}
}

const candles = {}
function recorded (id) { // the emulator's own bars: open time -> [open, high, low, close, volume]
	if (!candles[id]) {
		candles[id] = new Map(fs.readFileSync(path.join(dump, id + '-1m.csv'), 'utf8').trim().split('\n').slice(1)
			.map(line => line.split(',').map(Number)).map(row => [row[0], row.slice(1)]))
	}
	return candles[id]
}

function sameBar (row, id, what) {
	const bar = recorded(id).get(row[0])
	assert(bar, what + ': no bar at ' + row[0])
	assert.deepStrictEqual(row.slice(1), bar, what + ' at ' + row[0])
}

function soundBook (book, levels, what) {
	assert(book.bids.length > 10 && book.asks.length > 10, what + ': levels')
	assert(book.bids.length <= levels && book.asks.length <= levels, what + ': too many levels')
	for (let i = 1; i < book.bids.length; i++) assert(book.bids[i - 1][0] > book.bids[i][0], what + ': bids fall')
	for (let i = 1; i < book.asks.length; i++) assert(book.asks[i - 1][0] < book.asks[i][0], what + ': asks rise')
	const mid = (book.bids[0][0] + book.asks[0][0]) / 2
	assert(book.bids[0][0] < book.asks[0][0], what + ': crossed')
	assert.strictEqual(book.bids.filter(level => level[0] >= mid * 0.999).length, 1, what + ': one bid within 10 bps')
	assert.strictEqual(book.asks.filter(level => level[0] <= mid * 1.001).length, 1, what + ': one ask within 10 bps')
}

async function rest (exchange) {
	const markets = await exchange.loadMarkets()
	for (const name of wanted) {
		const market = markets[name]
		assert(market && market.linear && market.swap && market.active, name + ' is a linear swap')
		assert.strictEqual(market.settle, 'USDT')
		assert(market.limits.amount.min > 0 && market.precision.price > 0 && market.precision.amount > 0)
	}
	assert(Object.values(markets).some(market => market.future && market.linear), 'the dated future is one')
	assert(Object.values(markets).some(market => market.settle === 'USDC'), 'the USDC perpetual is one')
	console.log('loadMarkets:', Object.keys(markets).length, 'markets')

	const time = await exchange.fetchTime()
	const tickers = await exchange.fetchTickers(wanted)
	for (const name of wanted) {
		const ticker = tickers[name]
		assert(ticker.bid < ticker.ask && ticker.last > 0 && ticker.quoteVolume > 0, name + ' has a quote')
		assert(ticker.low <= ticker.last && ticker.last <= ticker.high, name + ' is within its day')
	}
	console.log('fetchTickers:', wanted.map(name => name + ' ' + tickers[name].last).join(', '))

	const rows = await exchange.fetchOHLCV(symbol, '1m', undefined, 200)
	const closed = rows.filter(row => row[0] + 60000 <= time)
	let compared = 0
	for (const row of closed) {
		if (recorded('BTCUSDT').has(row[0])) {
			sameBar(row, 'BTCUSDT', 'fetchOHLCV')
			compared++
		}
	}
	assert(rows.length === 200 && compared > 0, 'closed bars of the dump: ' + compared)
	for (let i = 1; i < rows.length; i++) assert.strictEqual(rows[i][0] - rows[i - 1][0], 60000, 'no hole')
	const since = rows[10][0]
	const page = await exchange.fetchOHLCV(symbol, '1m', since, 50)
	assert.strictEqual(page[0][0], since)
	assert.deepStrictEqual(page, rows.slice(10, 60))
	const five = await exchange.fetchOHLCV(symbol, '5m', undefined, 10)
	const inside = rows.filter(row => row[0] >= five[7][0] && row[0] < five[8][0])
	assert.strictEqual(inside.length, 5)
	assert.strictEqual(five[7][2], Math.max(...inside.map(row => row[2])), 'five minutes have the highest high')
	console.log('fetchOHLCV:', rows.length, 'bars,', compared, 'of them in the dump')

	const book = await exchange.fetchOrderBook(symbol, 50)
	soundBook(book, 50, 'fetchOrderBook')
	console.log('fetchOrderBook:', book.bids[0], book.asks[0])

	const funding = await exchange.fetchFundingRate(symbol)
	assert(Math.abs(funding.fundingRate) < 0.01 && funding.fundingTimestamp > time, 'the coming settlement')
	console.log('fetchFundingRate:', funding.fundingRate, funding.fundingDatetime)
	await assert.rejects(exchange.fetchOHLCV(symbol, '1m', undefined, 5, { category: 'wrong' }), ccxt.BadRequest)
	return time
}

async function streams (exchange) {
	let last, seen = 0
	for (const until = Date.now() + 60000; seen < 3 && Date.now() < until;) {
		const ticker = await exchange.watchTicker(symbol)
		assert(ticker.bid < ticker.ask && ticker.quoteVolume > 0, 'merged ticker')
		seen += ticker.last !== last
		last = ticker.last
	}
	assert(seen === 3, 'the ticker moves')
	console.log('watchTicker:', seen, 'prices')

	const first = await exchange.watchOHLCV(symbol, '1m')
	const begun = first[first.length - 1][0]
	let row
	for (const until = Date.now() + 60000; !row && Date.now() < until;) {
		const all = await exchange.watchOHLCV(symbol, '1m')
		if (all[all.length - 1][0] >= begun + 120000) {
			row = all.find(one => one[0] === begun + 60000)
		}
	}
	assert(row, 'bars go on')
	sameBar(row, 'BTCUSDT', 'watchOHLCV')
	console.log('watchOHLCV:', row.join(' '))

	let at, book
	for (let i = 0; i < (quiet ? 3 : 40); i++) {
		book = await exchange.watchOrderBook(symbol, 50)
		soundBook(book, 50, 'watchOrderBook')
		assert(i === 0 || book.timestamp > at, 'the book moves on')
		at = book.timestamp
	}
	// nothing moves between two instants: what came in pieces is what REST has at once (unless one falls between)
	const plain = side => Array.from(side, level => [level[0], level[1]])
	for (let tries = 5; quiet && tries > 0; tries--) {
		book = await exchange.watchOrderBook(symbol, 50)
		const mine = [plain(book.bids), plain(book.asks)]
		const whole = await exchange.fetchOrderBook(symbol, 50)
		const ticker = await exchange.fetchTicker(symbol)
		const theirs = [plain(whole.bids), plain(whole.asks)]
		if (tries > 1 && JSON.stringify(mine) !== JSON.stringify(theirs)) continue
		assert.deepStrictEqual(mine, theirs)
		assert.deepStrictEqual([[ticker.bid, ticker.bidVolume], [ticker.ask, ticker.askVolume]], [mine[0][0], mine[1][0]])
		break
	}
	console.log('watchOrderBook:', book.bids[0], book.asks[0], quiet ? 'as REST has it' : '')
}

async function main () {
	const exchange = new ccxt.pro.bybit()
	redirect(exchange.urls)
	await rest(exchange)
	await streams(exchange)
	await exchange.close()
	console.log('ccxt', ccxt.version, 'is content')
}

main().then(() => process.exit(0), error => {
	console.error(error)
	process.exit(1)
})
