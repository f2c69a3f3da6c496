/** Terminals on real sockets, with a real database behind them: what they say of themselves and where they are. */
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { seeded } from '#core/random.ts'
import { Writer } from '#gateways/jt808/bytes.ts'
import { encodeMessage } from '#gateways/jt808/downlink.ts'
import { registrationBody } from '#test/jt808-terminal.ts'
import { admin, car, clock, command, database, jt808, ok, pictures, place, ports, rows, stoppedInAll, unitOnDuty, units, until, world } from '#test/terminals-at-work.ts'
import { createUnit } from './change-unit.ts'
import { adoptStranger, changeDevice, pairDevice, removeDevice } from './pair-device.ts'
import { takeFromDevice } from './take-positions.ts'

for (const version of ['2013', '2019'] as const) {
  test(`a terminal of ${version} registers, shows its token, and moves on the map`, async () => {
    const { view, device } = await car(`1391234${version}`)
    const terminal = await jt808(`01391234${version}`, version)
    const registered = terminal.say(0x0100, registrationBody(version, '赣E·12345'))
    const { id, body } = await terminal.told()
    assert.deepEqual([id, (body[0]! << 8) | body[1]!, body[2]], [0x8100, registered, 0])
    const token = Buffer.from(body.subarray(3)).toString('latin1')
    assert.match(token, /^[0-9a-f]{16}$/)
    const shown = version === '2019' ? new Writer().u8(token.length).gbk(token).raw(new Uint8Array(35)).done() : Buffer.from(token)
    assert.equal(await terminal.answerTo(terminal.say(0x0102, shown)), 0)
    assert.equal(await terminal.answerTo(terminal.say(0x0002, new Uint8Array())), 0)
    assert.equal(await terminal.answerTo(terminal.say(0x0200, place())), 0)
    // Answered is durable, and what is durable is shown.
    assert.equal(await rows(device.number), 1)
    assert.deepEqual([view().lon, view().lat, view().speedKmh, view().courseDeg, view().fixAt], [117.21, 28.29, 36, 90, clock.now])
    terminal.close()
  })
}

test('nothing of the plate that a terminal says is kept, and a terminal in another vehicle is refused', async () => {
  await car('777', { vehiclePlate: '赣E 12345' })
  const terminal = await jt808('777')
  terminal.say(0x0100, registrationBody('2013', '赣E·54321'))
  assert.equal((await terminal.told()).body[2], 2)
  terminal.say(0x0100, registrationBody('2013', '赣E·12345'))
  assert.equal((await terminal.told()).body[2], 0)
  terminal.close()
  const texts = await database.database.query<{ text: string | null }>(
    `select string_agg(data::text, ' ') as text from journal.entry union all select string_agg(to_jsonb(d)::text, ' ') from units.device d`,
  )
  assert.ok(texts.every(({ text }) => !text?.includes('54321')))
  assert.ok(units.deps.devices.status(units.deps.devices.byTerminal('jt808', '777')!.number).raw!.list().every(({ shown }) => !Buffer.from(shown.bytes).toString('hex').includes(Buffer.from('54321').toString('hex'))))
})

test('a stranger is refused and listed, and moves after one click', async () => {
  const unit = await unitOnDuty()
  const terminal = await jt808('013800138000')
  terminal.say(0x0100, registrationBody('2013', ''))
  assert.deepEqual([...(await terminal.told()).body.subarray(2)], [4])
  assert.equal(await terminal.answerTo(terminal.say(0x0200, place())), 1)
  const [stranger] = units.deps.strangers.list()
  assert.deepEqual([stranger!.protocol, stranger!.secretOrNumber, stranger!.times, stranger!.type], ['jt808', '13800138000', 2, 'location'])
  const { device } = ok(await adoptStranger(units.deps, admin, stranger!.id, { commandId: command(), unit, label: '车载' }))
  assert.equal(device.terminal, '13800138000')
  assert.equal(await terminal.answerTo(terminal.say(0x0200, place())), 0)
  assert.equal(units.describeUnits([unit])[0]!.lon, 117.21)
  assert.equal(units.deps.strangers.list().length, 0)
  ok(await removeDevice(units.deps, admin, device.id, command()))
  await until('it is cut off', () => terminal.socket.destroyed)
  const again = await jt808('013800138000')
  assert.equal(await again.answerTo(again.say(0x0200, place({ at: clock.now + 1000 }))), 1, 'a stranger again')
  again.close()
})

test('who must show our token is not heard without it', async () => {
  const { device, status } = await car('4242', { requiresToken: true })
  const terminal = await jt808('4242')
  assert.equal(await terminal.answerTo(terminal.say(0x0200, place())), 1)
  assert.equal(await terminal.answerTo(terminal.say(0x0102, Buffer.from('of another platform'))), 1)
  assert.equal(status().tokenRefused, 1)
  terminal.say(0x0100, registrationBody('2013', ''))
  const token = (await terminal.told()).body.subarray(3)
  assert.equal(await terminal.answerTo(terminal.say(0x0102, token)), 0)
  assert.equal(await terminal.answerTo(terminal.say(0x0200, place())), 0)
  // Another connection begins anew.
  const other = await jt808('4242')
  assert.equal(await other.answerTo(other.say(0x0200, place({ at: clock.now + 1000 }))), 1)
  assert.equal(await rows(device.number), 1)
  assert.equal(status().stopped.authenticate, 3, 'two places and a token')
  terminal.close()
  other.close()
})

test('a recorded stream in whatever segments gives every place once, and a back-fill is taken', async () => {
  const { device } = await car('1000')
  const { device: lateDevice } = await car('1001')
  const random = seeded(7)
  const header = { phone: '1000', version: '2013' } as const
  const stream = Buffer.concat([
    ...encodeMessage(header, 0x0100, registrationBody('2013', ''), 1),
    ...encodeMessage(header, 0x0102, Buffer.from('abc'), 2),
    ...encodeMessage(header, 0x0002, new Uint8Array(), 3),
    ...Array.from({ length: 50 }, (_, n) => encodeMessage(header, 0x0200, place({ at: clock.now - 60_000 + n * 1000, lat: 28.29 + n * 1e-5 }), 4 + n)[0]!),
  ])
  const socket = connect(ports.jt808!, '127.0.0.1')
  await once(socket, 'connect')
  for (let at = 0; at < stream.length; ) {
    const length = 1 + Math.floor(random() * 90)
    socket.write(stream.subarray(at, (at += length)))
    if (random() < 0.2) await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await until('all 50 places', async () => (await rows(device.number)) === 50)
  socket.destroy()

  // Kept without signal, 40 at once: in parts, since one frame holds 1,023 bytes.
  const late = await jt808('1001')
  const batch = new Writer().u16(40).u8(1)
  for (let n = 0; n < 40; n++) batch.u16(28).raw(place({ at: clock.now - 400_000 + n * 1000 }))
  const first = late.say(0x0704, batch.done())
  assert.equal(await late.answerTo(first), 0)
  assert.equal(await rows(lateDevice.number), 40)
  late.close()
})

test('a place is not acknowledged while it cannot be kept, and is when the terminal tries again', async () => {
  const { device } = await car('5150')
  const terminal = await jt808('5150')
  assert.equal(await terminal.answerTo(terminal.say(0x0002, new Uint8Array())), 0)
  world.isDown = true
  assert.equal(await terminal.answerTo(terminal.say(0x0200, place())), 1)
  world.isDown = false
  assert.equal(await rows(device.number), 0)
  assert.equal(await terminal.answerTo(terminal.say(0x0200, place())), 0)
  assert.equal(await terminal.answerTo(terminal.say(0x0200, place())), 0, 'the same again is answered well')
  assert.equal(await rows(device.number), 1)
  terminal.close()
})

test('every step of the way in counts what it stopped, and what was spared it', async () => {
  const { device, status } = await car('5252')
  stoppedInAll.clear()
  const startedAt = clock.now
  clock.now += 60_000
  const at = (seconds: number, more: object = {}) => ({ fixAt: startedAt + seconds * 1000, lon: 117.21, lat: 28.29, ...more })
  const take = (...positions: Parameters<typeof takeFromDevice>[3]) => takeFromDevice(units.deps, 'en', units.deps.devices.find(device.id)!, positions)
  const spare = async (...leftOut: ('fences' | 'visits')[]) => ok(await changeDevice(units.deps, admin, device.id, { commandId: command(), settings: { leftOut } }))
  await take(at(30), at(-24 * 3600), at(-100 * 3600), at(31, { lat: 91 }), at(32, { speedKmh: 900 }), at(33, { lon: 118 }))
  await take(at(30), at(20)) // a duplicate, and a late one: kept, but the unit is not moved back
  world.isDown = true
  await assert.rejects(take(at(34), at(35)), /gone/)
  world.isDown = false
  await spare('visits')
  await take(at(36))
  await spare('fences')
  await take(at(37), at(38))
  const wanted = { 'on-duty': 1, time: 1, range: 1, outlier: 2, duplicate: 1, history: 2, live: 1, fences: 2, visits: 1 }
  assert.deepEqual(Object.fromEntries(Object.entries(status().stopped).filter(([, count]) => count > 0)), wanted)
  assert.deepEqual(Object.fromEntries(stoppedInAll), wanted, 'and the house as a whole')
  await fetch(`http://127.0.0.1:${ports.osmand}/?id=nobody-knows-it&lat=1&lon=1`)
  assert.equal(stoppedInAll.get('authenticate'), 1, 'what is nobody’s')
})

test('off duty a place is answered well and kept nowhere', async () => {
  const { answer } = ok(await createUnit(units.deps, admin, { commandId: command(), callSign: '闲', kind: 'car', agency: 'jx.guixi' }))
  const { device } = ok(await pairDevice(units.deps, admin, { commandId: command(), unit: answer.unit, label: 'x', protocol: 'jt808', terminal: '6006' }))
  const terminal = await jt808('6006')
  assert.equal(await terminal.answerTo(terminal.say(0x0200, place())), 0)
  assert.equal(await rows(device.number), 0)
  assert.deepEqual(units.deps.devices.status(device.number).stopped['on-duty'], 1)
  terminal.close()
})

test('a picture comes in parts and is handed on whole', async () => {
  const { unit } = await car('801')
  const terminal = await jt808('801')
  const jpeg = Uint8Array.from({ length: 5000 }, (_, n) => (n === 0 ? 0xff : n === 1 ? 0xd8 : n === 2 ? 0xff : n & 0xff))
  terminal.say(0x0801, new Writer().u32(9).u8(0).u8(0).u8(1).u8(1).raw(place()).raw(jpeg).done())
  const told = await terminal.told()
  assert.deepEqual([told.id, Buffer.from(told.body).toString('hex')], [0x8800, '00000009'])
  assert.deepEqual(pictures.at(-1), { unit, bytes: 5000 })
  terminal.close()
})

test('parts that are lost are asked for again, of a picture by its own number', async () => {
  const { unit } = await car('8003')
  const terminal = await jt808('8003')
  const body = new Writer().u32(77).u8(0).u8(0).u8(1).u8(1).raw(place()).raw(Uint8Array.from({ length: 4000 }, (_, n) => (n === 0 ? 0xff : n === 1 ? 0xd8 : n === 2 ? 0xff : n & 0xff))).done()
  const frames = encodeMessage({ phone: '8003', version: '2013' }, 0x0801, body, 40)
  const lost = new Set([1, 3])
  for (const [index, frame] of frames.entries()) if (!lost.has(index)) terminal.socket.write(frame)
  await until('the parts are there', () => units.deps.devices.byTerminal('jt808', '8003') !== undefined && units.deps.devices.status(units.deps.devices.byTerminal('jt808', '8003')!.number).frames === frames.length - 2)
  clock.now += 11_000
  const told = await terminal.told(4000)
  assert.deepEqual([told.id, Buffer.from(told.body).toString('hex')], [0x8800, '0000004d' + '02' + '00020004'])
  for (const index of lost) terminal.socket.write(frames[index]!)
  await until('the picture is whole', () => pictures.some((picture) => picture.unit === unit && picture.bytes === 4000))
  terminal.close()
})

test('what is known of a device counts at once: coordinates that it shifts, steps that it is spared', async () => {
  const { device, view } = await car('5')
  const terminal = await jt808('5')
  const guixi = { lon: 117.215, lat: 28.2875 }
  assert.equal(await terminal.answerTo(terminal.say(0x0200, place(guixi))), 0)
  const asSent = view().lon
  ok(await changeDevice(units.deps, admin, device.id, { commandId: command(), settings: { crs: 'gcj02' } }))
  clock.now += 60_000
  assert.equal(await terminal.answerTo(terminal.say(0x0200, place(guixi))), 0)
  assert.ok(Math.abs(view().lon! - asSent!) > 0.002, 'moved back by some 500 m')

  ok(await changeDevice(units.deps, admin, device.id, { commandId: command(), settings: { crs: null } }))
  clock.now += 2000
  assert.equal(await terminal.answerTo(terminal.say(0x0200, place({ lon: 118.5, lat: 29 }))), 0)
  assert.ok(view().lon! < 118, 'an impossible jump is not shown')
  ok(await changeDevice(units.deps, admin, device.id, { commandId: command(), settings: { leftOut: ['time'] } }))
  clock.now += 60_000
  assert.equal(await terminal.answerTo(terminal.say(0x0200, place({ ...guixi, at: Date.UTC(2007, 3, 8) }))), 0)
  assert.equal(view().fixAt, clock.now, 'of a clock that is not believed')
  ok(await changeDevice(units.deps, admin, device.id, { commandId: command(), settings: { leftOut: ['outlier'] } }))
  clock.now += 1000
  assert.equal(await terminal.answerTo(terminal.say(0x0200, place({ lon: 119.5, lat: 29 }))), 0)
  assert.equal(view().lon, 119.5)
  terminal.close()
})

test('noise, half frames and wrong check codes are counted and harm nobody', async () => {
  const { status, device } = await car('66')
  const random = seeded(3)
  const noise = connect(ports.jt808!, '127.0.0.1')
  noise.on('error', () => {})
  await once(noise, 'connect')
  for (let n = 0; n < 200; n++) noise.write(Uint8Array.from({ length: 500 }, () => Math.floor(random() * 256)))
  const terminal = await jt808('66')
  assert.equal(await terminal.answerTo(terminal.say(0x0200, place())), 0)
  const frame = encodeMessage({ phone: '66', version: '2013' }, 0x0200, place({ at: clock.now + 1000 }), 9)[0]!
  frame[20]! ^= 0x10
  terminal.socket.write(frame)
  await until('the broken frame is counted', () => status().malformed === 1)
  assert.equal(await rows(device.number), 1)
  assert.match(status().raw!.list().at(-1)!.because!, /check code/)
  noise.destroy()
  terminal.close()
})

test('over UDP a terminal is heard and answered', async () => {
  const { device } = await car('1717')
  const socket = createSocket('udp4')
  const answered = once(socket, 'message')
  socket.send(encodeMessage({ phone: '1717', version: '2013' }, 0x0200, place(), 3)[0]!, ports.jt808!, '127.0.0.1')
  const [answer] = (await answered) as [Buffer]
  assert.equal(answer.subarray(1, 3).toString('hex'), '8001')
  assert.equal(await rows(device.number), 1)
  socket.close()
})

test('a GT06 tracker logs in and is heard; the place that names nobody belongs to its connection', async () => {
  const { device } = await car('863586034567890', {}, 'gt06')
  const socket = connect(ports.gt06!, '127.0.0.1')
  await once(socket, 'connect')
  const { sealed } = await import('#gateways/gt06/frame.ts')
  const answered = once(socket, 'data')
  socket.write(sealed(0x01, Buffer.from('0863586034567890', 'hex'), 1))
  const [answer] = (await answered) as [Buffer]
  assert.equal(answer.toString('hex').slice(0, 8), '78780501')
  const at = new Date(clock.now)
  const body = Buffer.from([at.getUTCFullYear() - 2000, at.getUTCMonth() + 1, at.getUTCDate(), at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds(), 0xc8, 0, 0, 0, 0, 0, 0, 0, 0, 36, 0x14, 0x5a, 1, 0xcc, 0, 0, 1, 0, 0, 1])
  body.writeUInt32BE(Math.round(28.29 * 1_800_000), 7)
  body.writeUInt32BE(Math.round(117.21 * 1_800_000), 11)
  socket.write(sealed(0x12, body, 2))
  await until('the place', async () => (await rows(device.number)) === 1)
  assert.equal(Math.round(units.describeUnits([device.unit])[0]!.lon! * 1e5), 11_721_000)
  socket.destroy()
})

test('an H02 tracker is heard and answered', async () => {
  const { device } = await car('2705171109', {}, 'h02')
  const socket = connect(ports.h02!, '127.0.0.1')
  await once(socket, 'connect')
  const answered = once(socket, 'data')
  const [date, time] = [new Date(clock.now).toISOString().slice(2, 10).split('-').reverse().join(''), new Date(clock.now).toISOString().slice(11, 19).replaceAll(':', '')]
  socket.write(`*HQ,2705171109,V1,${time},A,2817.4000,N,11712.6000,E,10.00,090,${date},FFFFFFFF#`)
  assert.match(String((await answered)[0]), /^\*HQ,2705171109,V4,V1,/)
  assert.equal(await rows(device.number), 1)
  socket.destroy()
})

test('phones of every kind report to the port that is theirs, by their key', async () => {
  const unit = await unitOnDuty()
  const { device, key } = ok(await pairDevice(units.deps, admin, { commandId: command(), unit, label: '手机' }))
  const url = `http://127.0.0.1:${ports.osmand}`
  const basic = `Basic ${Buffer.from(`u:${key}`).toString('base64')}`
  const json = { 'content-type': 'application/json' }
  const at = (n: number) => clock.now + n * 1000
  const requests: [name: string, path: string, options: RequestInit, answer: unknown][] = [
    ['OsmAnd', `/?id=${key}&lat=28.29&lon=117.21&timestamp=${at(1) / 1000}&speed=10&batt=80`, {}, undefined],
    ['GPSLogger', `/log?id=${key}&lat=28.29&lon=117.21&timestamp=${at(2) / 1000}&spd=5&acc=8&dir=90`, { method: 'POST' }, undefined],
    ['Traccar Client', '/', { method: 'POST', headers: json, body: JSON.stringify({ device_id: key, location: { timestamp: new Date(at(3)).toISOString(), coords: { latitude: 28.29, longitude: 117.21 }, battery: { level: 0.55 } } }) }, undefined],
    ['OwnTracks', '/pub?u=u&d=d', { method: 'POST', headers: { ...json, authorization: basic }, body: JSON.stringify({ _type: 'location', lat: 28.29, lon: 117.21, tst: at(4) / 1000, SSID: 'home', BSSID: 'aa' }) }, []],
    ['Traccar Client with the key in the address', `/?id=${key}`, { method: 'POST', headers: json, body: JSON.stringify({ location: { timestamp: new Date(at(12)).toISOString(), coords: { latitude: 28.29, longitude: 117.21 } } }) }, undefined],
    ['OwnTracks that only asks', '/pub?u=u&d=d', { method: 'POST', headers: { authorization: basic } }, []],
    ['GPSLogger with a user name', `/log?lat=28.29&lon=117.21&timestamp=${at(6) / 1000}&id=${key}`, { method: 'POST', headers: { authorization: basic } }, undefined],
    ['Overland', '/', { method: 'POST', headers: { ...json, authorization: `Bearer ${key}` }, body: JSON.stringify({ locations: [{ type: 'Feature', geometry: { type: 'Point', coordinates: [117.21, 28.29] }, properties: { timestamp: new Date(at(5)).toISOString(), wifi: 'home', battery_level: 0.4 } }] }) }, { result: 'ok' }],
  ]
  for (const [name, path, options, wanted] of requests) {
    const response = await fetch(`${url}${path}`, options)
    const body = (await response.json()) as { accepted?: number }
    assert.equal(response.status, 200, `${name}: ${JSON.stringify(body)}`)
    if (wanted === undefined) assert.equal(body.accepted, 1, name)
    else assert.deepEqual(body, wanted, name)
  }
  assert.equal(await rows(device.number), 7)
  assert.equal(units.deps.devices.status(device.number).battery, 40)

  // One that cannot be read holds up none of the others, and is not sent for ever.
  const status = units.deps.devices.status(device.number)
  const point = (timestamp: string) => ({ type: 'Feature', geometry: { type: 'Point', coordinates: [117.21, 28.29] }, properties: { timestamp } })
  const place = (n: number, lat: number) => ({ _type: 'location', lat, lon: 117.21, tst: at(n) / 1000 })
  const coords = (latitude: number | null) => ({ latitude, longitude: 117.21 })
  const withFlaws: [name: string, authorization: string, body: object, answer: unknown, kept: number][] = [
    ['Overland', `Bearer ${key}`, { locations: [point(new Date(at(11)).toISOString()), point('')] }, { result: 'ok' }, 1],
    ['OwnTracks', basic, [place(7, 28.29), place(8, 128), {}], [], 1],
    ['OwnTracks, all of it', basic, place(9, 128), [], 0],
    ['OwnTracks, encrypted', basic, { _type: 'encrypted', data: 'x' }, [], 0],
    ['Traccar Client', '', { device_id: key, location: [{ timestamp: new Date(at(10)).toISOString(), coords: coords(28.29) }, { coords: coords(null) }] }, undefined, 1],
  ]
  for (const [name, authorization, body, wanted, kept] of withFlaws) {
    const before = { rows: await rows(device.number), malformed: status.malformed }
    const response = await fetch(url, { method: 'POST', headers: { ...json, authorization }, body: JSON.stringify(body) })
    const answer = (await response.json()) as { accepted?: number; rejected?: { because: string }[] }
    assert.equal(response.status, 200, `${name}: ${JSON.stringify(answer)}`)
    if (wanted === undefined) assert.deepEqual([answer.accepted, answer.rejected?.map(({ because }) => because)], [1, ['location/1/coords/latitude: null, expected degrees']])
    else assert.deepEqual(answer, wanted, name)
    assert.equal((await rows(device.number)) - before.rows, kept, name)
    assert.ok(status.malformed > before.malformed, name)
  }
  assert.match(status.raw!.list().at(-1)!.because!, /latitude: null/)

  // Traccar Client makes an identifier of its own: it is listed, and adopted as it is.
  const own = await unitOnDuty()
  assert.equal((await fetch(`${url}/?id=82634511&lat=28.3&lon=117.2`)).status, 404)
  const stranger = units.deps.strangers.list().find(({ secretOrNumber }) => secretOrNumber === '82634511')
  ok(await adoptStranger(units.deps, admin, stranger!.id, { commandId: command(), unit: own, label: '手机' }))
  assert.equal((await fetch(`${url}/?id=82634511&lat=28.3&lon=117.2`)).status, 200)
  assert.equal(units.describeUnits([own])[0]!.lon, 117.2)

  assert.equal((await fetch(url, { method: 'PUT' })).status, 405)
  assert.equal((await fetch(url, { method: 'POST', body: 'x'.repeat(600_000) })).status, 413)
  assert.equal((await fetch(url, { method: 'POST', headers: json, body: '{"locations":1}' })).status, 400)
})

test('a place ahead of our clock is answered well, and as a failure where most devices are ahead: then it is kept, and taken when our clock is right', async () => {
  const { device } = await car('60000')
  const terminal = await jt808('60000')
  const ahead = place({ at: clock.now + 90_000 })
  assert.equal(await terminal.answerTo(terminal.say(0x0200, ahead)), 0)
  const others = () => {
    for (let other = 0; other < 1000; other++) units.deps.clockDoubt.note(1_000_000 + other, clock.now + 90_000, clock.now)
  }
  assert.throws(others, /the clock of this machine: .* set it by NTP/)
  assert.equal(units.isClockDoubted(), true)
  assert.equal(await terminal.answerTo(terminal.say(0x0200, ahead)), 1)
  assert.equal(await terminal.answerTo(terminal.say(0x0200, place())), 0, 'what we can take is taken')
  clock.now += 90_000
  assert.equal(await terminal.answerTo(terminal.say(0x0200, ahead)), 0)
  assert.equal(await rows(device.number), 2)
  terminal.close()
})
