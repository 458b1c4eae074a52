// SPDX-License-Identifier: MIT
// An unmodified ccxt trades on the emulator's account: ccxt_private.js PORT. It knows nothing of the emulator but its
// address and a key.
'use strict'
const path = require('path')
const assert = require('assert')
const ccxt = require('module').createRequire(path.join(process.env.CCXT_FOLDER, 'any.js'))('ccxt')

const [port] = process.argv.slice(2)
const symbol = 'BTC/USDT:USDT'

function redirect (urls) {
	for (const key of Object.keys(urls)) {
		if (typeof urls[key] === 'string') {
			urls[key] = urls[key].replace(/^(https|wss):\/\/[^/]+/, '$1://localhost:' + port)
		} else if (urls[key] && typeof urls[key] === 'object') {
			redirect(urls[key])
		}
	}
}

function client (secret) {
	const exchange = new ccxt.pro.bybit({ apiKey: 'emulated-key', secret })
	exchange.has.fetchCurrencies = false // coins and their chains are no part of trading
	redirect(exchange.urls)
	return exchange
}

const close = (a, b, what) => assert(Math.abs(a - b) < 1e-7, what + ': ' + a + ' is not ' + b)

// The first message of a stream that has what is wanted; the stream is followed from now on.
function follow (watch, wanted) {
	const found = (async () => {
		for (;;) {
			const rows = await watch()
			const row = rows.find(wanted)
			if (row) return row
		}
	})()
	return Promise.race([found, new Promise((resolve, reject) =>
		setTimeout(() => reject(new Error('nothing was heard: ' + wanted)), 20000).unref())])
}

async function settings (exchange) {
	await assert.rejects(client('wrong').fetchBalance(), ccxt.AuthenticationError)
	const balance = await exchange.fetchBalance()
	assert.deepStrictEqual([balance.USDT.total, balance.USDT.free, balance.USDT.used], [10000, 10000, 0])
	await exchange.setLeverage(5, symbol)
	await assert.rejects(exchange.setLeverage(5, symbol), ccxt.BaseError) // not modified
	const leverage = await exchange.fetchLeverage(symbol)
	assert.strictEqual(leverage.longLeverage, 5)
	await exchange.setMarginMode('isolated')
	await assert.rejects(exchange.setPositionMode(false, symbol), ccxt.BaseError) // not modified
	const fee = await exchange.fetchTradingFee(symbol)
	assert.strictEqual(fee.taker, 0.00055)
	console.log('balance', balance.USDT.total, 'leverage', leverage.longLeverage, 'taker', fee.taker)
}

async function enter (exchange, price) {
	const stop = exchange.priceToPrecision(symbol, price * 0.97)
	const target = exchange.priceToPrecision(symbol, price * 1.05)
	const seen = {
		filled: follow(() => exchange.watchOrders(symbol), order => order.status === 'closed' && order.side === 'buy'),
		trade: follow(() => exchange.watchMyTrades(symbol), trade => trade.side === 'buy'),
		position: follow(() => exchange.watchPositions([symbol]), row => row.contracts > 0),
		balance: exchange.watchBalance()
	}
	await new Promise(resolve => setTimeout(resolve, 1000)) // logged in and subscribed
	const order = await exchange.createOrder(symbol, 'market', 'buy', 0.02, undefined, {
		clientOrderId: 'ccxt-entry-1',
		stopLoss: { triggerPrice: stop },
		takeProfit: { triggerPrice: target }
	})
	assert(order.id && order.clientOrderId === 'ccxt-entry-1', 'acknowledged')
	const [filled, trade, position] = await Promise.all([seen.filled, seen.trade, seen.position, seen.balance])
	assert.strictEqual(filled.id, order.id)
	assert.deepStrictEqual([filled.filled, filled.clientOrderId], [0.02, 'ccxt-entry-1'])
	assert.strictEqual(trade.order, order.id)
	assert.strictEqual(position.side, 'long')
	assert.strictEqual(position.contracts, 0.02)
	close(trade.fee.cost, trade.cost * 0.00055, 'fee')
	assert(Math.abs(trade.price / price - 1) < 0.003, 'bought near the price: ' + trade.price + ' of ' + price)
	console.log('bought at', trade.price, 'fee', trade.fee.cost)

	const again = await exchange.fetchClosedOrder(order.id, symbol)
	assert.deepStrictEqual([again.status, again.average, again.filled], ['closed', trade.price, 0.02])
	const [held] = await exchange.fetchPositions([symbol])
	assert.deepStrictEqual([held.side, held.contracts, held.entryPrice, held.leverage], ['long', 0.02, trade.price, 5])
	assert.deepStrictEqual([held.stopLossPrice, held.takeProfitPrice], [Number(stop), Number(target)])
	assert(held.liquidationPrice > 0 && held.initialMargin > 0)
	await assert.rejects(exchange.createOrder(symbol, 'market', 'buy', 0.02, undefined, { clientOrderId: 'ccxt-entry-1' }),
		ccxt.BaseError) // the id is taken
	await assert.rejects(exchange.createOrder(symbol, 'market', 'buy', 5), ccxt.InsufficientFunds)
	return trade
}

async function protect (exchange, price) {
	const children = await exchange.fetchOpenOrders(symbol)
	assert.strictEqual(children.length, 2, 'a stop and a target')
	const stop = children.find(order => order.info.stopOrderType === 'StopLoss')
	assert(stop && stop.reduceOnly && stop.info.parentOrderLinkId === 'ccxt-entry-1')
	// as an order that is amended
	const nearer = exchange.priceToPrecision(symbol, price * 0.975)
	await exchange.editOrder(stop.id, symbol, 'market', 'sell', undefined, undefined, { triggerPrice: nearer })
	let [held] = await exchange.fetchPositions([symbol])
	assert.strictEqual(held.stopLossPrice, Number(nearer))
	// as the position's own
	const moved = exchange.priceToPrecision(symbol, price * 0.98)
	await exchange.privatePostV5PositionTradingStop({
		category: 'linear', symbol: 'BTCUSDT', tpslMode: 'Full', positionIdx: 0, stopLoss: moved, slTriggerBy: 'MarkPrice'
	});
	[held] = await exchange.fetchPositions([symbol])
	assert.strictEqual(held.stopLossPrice, Number(moved))
	const open = await exchange.fetchOpenOrders(symbol)
	assert.strictEqual(open.length, 2, 'the same two')
	assert.strictEqual(open.find(order => order.info.stopOrderType === 'StopLoss').id, stop.id)
	await assert.rejects(exchange.privatePostV5PositionTradingStop({
		category: 'linear', symbol: 'BTCUSDT', tpslMode: 'Full', positionIdx: 0, stopLoss: String(Math.round(price * 1.02))
	}), /StopLoss:\d+ set for Buy position should lower than base_price:\d+/)
	console.log('stop amended to', nearer, 'and', moved)
}

async function leave (exchange, entry) {
	const seen = follow(() => exchange.watchMyTrades(symbol), trade => trade.side === 'sell')
	const order = await exchange.createOrder(symbol, 'market', 'sell', 0.02, undefined, { reduceOnly: true })
	const exit = await seen
	assert.strictEqual(exit.order, order.id)
	assert.strictEqual(exit.amount, 0.02)
	await assert.rejects(exchange.createOrder(symbol, 'market', 'sell', 0.02, undefined, { reduceOnly: true }),
		/current position is zero/)
	assert.strictEqual((await exchange.fetchOpenOrders(symbol)).length, 0, 'stop and target are gone')
	assert.strictEqual((await exchange.fetchPositions([symbol])).filter(row => row.contracts > 0).length, 0)
	const trades = await exchange.fetchMyTrades(symbol)
	assert.deepStrictEqual(trades.map(trade => trade.id).sort(), [entry.id, exit.id].sort())
	const orders = await exchange.fetchCanceledAndClosedOrders(symbol)
	assert.strictEqual(orders.length, 4, 'entry, exit, stop, target')
	const result = (exit.price - entry.price) * 0.02 - entry.fee.cost - exit.fee.cost
	const [closed] = await exchange.fetchPositionsHistory([symbol])
	close(Number(closed.info.closedPnl), result, 'closed PnL')
	const balance = await exchange.fetchBalance()
	close(balance.USDT.total, 10000 + result, 'balance')
	assert.strictEqual(balance.USDT.used, 0)
	const ledger = await exchange.fetchLedger('USDT')
	close(ledger.reduce((sum, row) => sum + (row.direction === 'in' ? row.amount : -row.amount), 0), result, 'ledger')
	console.log('sold at', exit.price, 'result', result.toFixed(8), 'balance', balance.USDT.total)
}

async function limits (exchange, price) {
	const far = exchange.priceToPrecision(symbol, price * 0.8)
	const order = await exchange.createOrder(symbol, 'limit', 'buy', 0.01, far)
	await new Promise(resolve => setTimeout(resolve, 200))
	const [open] = await exchange.fetchOpenOrders(symbol)
	assert.deepStrictEqual([open.id, open.price, open.status], [order.id, Number(far), 'open'])
	await exchange.cancelOrder(order.id, symbol)
	await assert.rejects(exchange.cancelOrder(order.id, symbol), ccxt.BaseError)
	assert.strictEqual((await exchange.fetchClosedOrders(symbol)).filter(row => row.id === order.id).length, 0)
	assert.strictEqual((await exchange.fetchCanceledOrders(symbol)).filter(row => row.id === order.id).length, 1)
	console.log('limit order placed and cancelled')
}

async function main () {
	const exchange = client('emulated-secret')
	await exchange.loadMarkets()
	const price = (await exchange.fetchTicker(symbol)).last
	await settings(exchange)
	const entry = await enter(exchange, price)
	await protect(exchange, price)
	await leave(exchange, entry)
	await limits(exchange, price)
	await exchange.close()
	console.log('ccxt', ccxt.version, 'is content')
}

main().then(() => process.exit(0), error => {
	console.error(error)
	process.exit(1)
})
