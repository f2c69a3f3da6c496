import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { encodeMessage } from '#gateways/jt808/downlink.ts'
import { protocols, type Protocol } from '../arguments.ts'
import { decodeLines, LINE_BYTES_MAX } from './decode.ts'

async function answersTo(protocol: Protocol, input: string | Uint8Array, cut = 1000): Promise<{ answers: Record<string, any>[]; remarks: string[] }> {
  const bytes = typeof input === 'string' ? Buffer.from(input) : Buffer.from(input)
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += cut) yield bytes.subarray(at, at + cut)
  }
  const remarks: string[] = []
  let output = ''
  for await (const text of decodeLines(chunks(), protocol, (remark) => remarks.push(remark))) output += text
  assert.ok(output === '' || output.endsWith('\n'))
  return { answers: output.split('\n').slice(0, -1).map((line) => JSON.parse(line)), remarks }
}
async function* one(chunk: Uint8Array) {
  yield chunk
}
const answerTo = async (protocol: Protocol, line: string) => (await answersTo(protocol, line)).answers[0]!

const location = '7e0200002c00160128561400030000000000040007005de13c065c6cdb00160000000017011710054201040000a9002a02000030011b310104e47e'
const heartbeat = '7e0002000004304832546500b7ca7e'
const fix = { fixAt: '2017-01-17T02:05:42.000Z', lon: 106.720475, lat: -6.152508, speedKmh: 0, courseDeg: 0, altitudeM: 22, valid: true }

test('decode prints exactly the promised fields', async () => {
  assert.deepEqual(await answerTo('jt808', location), { ok: true, protocol: 'jt808', device: '001601285614', type: 'location', fixes: [fix], alarms: [] })
  assert.deepEqual(await answerTo('gt06', '787819100b031a0b1b31cc027ac7fd0c4657bf0115210001001cc6070d0a'), {
    ok: true, protocol: 'gt06', device: null, type: 'location', alarms: [],
    fixes: [{ fixAt: '2011-03-26T11:27:49.000Z', lon: 114.4092083, lat: 23.1116783, speedKmh: 1, courseDeg: 289, altitudeM: null, valid: true }],
  })
  assert.deepEqual(await answerTo('h02', Buffer.from('*HQ,2705171109,V1,213324,A,5002.5849,N,01433.7822,E,0.00,000,140613,FFFFFFFD#').toString('hex')), {
    ok: true, protocol: 'h02', device: '2705171109', type: 'location', alarms: ['emergency'],
    fixes: [{ fixAt: '2013-06-14T21:33:24.000Z', lon: 14.5630367, lat: 50.0430817, speedKmh: 0, courseDeg: 0, altitudeM: null, valid: true }],
  })
  const query = { method: 'GET', path: '/?id=k7&lat=28.3&lon=117.2&timestamp=1795334400&speed=10&alarm=sos', contentType: null, body: '' }
  assert.deepEqual(await answerTo('osmand', JSON.stringify(query)), {
    ok: true, protocol: 'osmand', device: 'k7', type: 'location', alarms: ['emergency'],
    fixes: [{ fixAt: '2026-11-22T08:00:00.000Z', lon: 117.2, lat: 28.3, speedKmh: 18.52, courseDeg: null, altitudeM: null, valid: true }],
  })
  const post = { method: 'POST', path: '/?u=li&d=phone', contentType: 'application/json', body: '{"_type":"location","lat":28.3,"lon":117.2,"tst":1795334400,"vel":9,"SSID":"home"}' }
  assert.deepEqual(await answerTo('owntracks', JSON.stringify(post)), {
    ok: true, protocol: 'owntracks', device: 'owntracks/li/phone', type: 'location', alarms: [],
    fixes: [{ fixAt: '2026-11-22T08:00:00.000Z', lon: 117.2, lat: 28.3, speedKmh: 9, courseDeg: null, altitudeM: null, valid: true }],
  })
})

test('a form and JSON of Traccar Client; a payload of MQTT', async () => {
  const form = { method: 'POST', path: '/', contentType: 'application/x-www-form-urlencoded', body: 'id=k7&lat=28.3&lon=117.2' }
  assert.equal((await answerTo('osmand', JSON.stringify(form))).fixes[0].fixAt, null)
  const json = { method: 'POST', path: '/', contentType: 'application/json', body: { device_id: 'k7', location: { coords: { latitude: 28.3, longitude: 117.2 }, extras: { alarm: 'sos' }, mock: true } } }
  const made = await answerTo('osmand', JSON.stringify(json))
  assert.deepEqual([made.fixes[0].valid, made.alarms], [false, ['emergency']])
  assert.equal((await answerTo('owntracks', '{"topic":"owntracks/li/phone","payload":{"_type":"lwt","tst":1}}')).type, 'lwt')
})

test('a link of H02 without its end, a JT/T 808 device between e7, and a batch that counts too low with a remark', async () => {
  assert.equal((await answerTo('h02', Buffer.from('*HQ,1700086468,LINK,180902,15,0,84,0,0,240517,FFFFFBFF').toString('hex'))).type, 'status')
  const [content] = encodeMessage({ phone: '01391234567890', version: '2013', delimiter: 0xe7 }, 0x0002, new Uint8Array(), 1)
  assert.equal((await answerTo('jt808', Buffer.from(content!).toString('hex'))).device, '01391234567890')
  const item = Buffer.from(location, 'hex').subarray(13, 41)
  const batch = Buffer.concat([Buffer.of(0, 1, 1), ...[item, item].map((one) => Buffer.concat([Buffer.of(0, 28), one]))])
  const { answers, remarks } = await answersTo('jt808', Buffer.from(encodeMessage({ phone: '1', version: '2013' }, 0x0704, batch, 1)[0]!).toString('hex'))
  assert.deepEqual(answers[0]!['fixes'], [fix, fix])
  assert.match(remarks[0]!, /counts another number of fixes than the 2/)
})

test('what cannot be read in a batch of a phone is left out with a remark; alone it is an error', async () => {
  const place = { _type: 'location', lat: 28.3, lon: 117.2, tst: 1795334400 }
  const { answers, remarks } = await answersTo('owntracks', JSON.stringify({ body: [place, { ...place, lat: 128 }] }))
  assert.deepEqual([answers.length, answers[0]!.fixes.length], [1, 1])
  assert.deepEqual(remarks, ['line 1: a part is left out: 1/lat: found 128, expected degrees'])
  for (const body of [{ ...place, lat: 128 }, { _type: 'encrypted', data: 'x' }]) assert.equal((await answerTo('owntracks', JSON.stringify({ body }))).ok, false)
  const location = (latitude: number | null) => ({ coords: { latitude, longitude: 117.2 } })
  const many = await answersTo('osmand', JSON.stringify({ body: { device_id: 'k7', location: [location(null), location(28.3)] } }))
  assert.deepEqual([many.answers[0]!.fixes.length, many.remarks.length], [1, 1])
  assert.equal((await answerTo('osmand', JSON.stringify({ path: '/?id=k&lat=north&lon=1' }))).ok, false)
})

test('a registration gives neither plate nor anything else that is to be kept quiet', async () => {
  const body = Buffer.concat([Buffer.alloc(36, 0x31), Buffer.of(2), Buffer.from('PLATE1')])
  const { answers } = await answersTo('jt808', Buffer.from(encodeMessage({ phone: '1', version: '2013' }, 0x0100, body, 1)[0]!).toString('hex'))
  assert.deepEqual(answers, [{ ok: true, protocol: 'jt808', device: '000000000001', type: 'register', fixes: [], alarms: [] }])
})

test('as many lines out as in, in order, however they end and whatever they hold', async () => {
  const { answers } = await answersTo('jt808', `${location}\r\n\n  \n${heartbeat.toUpperCase()}\nzz\n7e0\n7e 00 02 00 00 04 30 48 32 54 65 00 b7 ca 7e\n\0\n7e7e\n${location}`, 7)
  assert.deepEqual(answers.map(({ ok, type }) => (ok ? type : 'no')), ['location', 'no', 'no', 'heartbeat', 'no', 'no', 'heartbeat', 'no', 'no', 'location'])
  for (const { ok, error } of answers) if (!ok) assert.match(error, /: found .*, expected /)
  assert.deepEqual((await answersTo('jt808', '')).answers, [])
  assert.equal((await answersTo('jt808', '\n')).answers.length, 1)
})

test('a line of ten megabytes is answered and forgotten, and the next is read', async () => {
  const { answers } = await answersTo('jt808', `${'7e'.repeat(5_000_000)}\n${location}\n`, 65_536)
  assert.deepEqual(answers.map(({ ok }) => ok), [false, true])
  assert.match(answers[0]!.error, new RegExp(`more than ${LINE_BYTES_MAX} bytes`))
})

test('several frames in one line are one answer: the fixes of all, and a remark for what is left out', async () => {
  const { answers, remarks } = await answersTo('jt808', `${heartbeat}${location}ff${location.slice(0, 40)}007e${location}`)
  assert.equal(answers.length, 1)
  assert.deepEqual([answers[0]!.device, answers[0]!.type, answers[0]!.fixes], ['043048325465', 'heartbeat+location', [fix, fix]])
  assert.match(remarks[0]!, /^line 1: a frame is left out: /)
  const login = '78780d01012345678901234500018cdd0d0a'
  const { answers: [glued] } = await answersTo('gt06', `${login}787819100b031a0b1b31cc027ac7fd0c4657bf0115210001001cc6070d0a`)
  assert.deepEqual([glued!.device, glued!.type, glued!.fixes.length], ['123456789012345', 'login+location', 1])
})

test('a message in parts, one a line: the last part prints the fixes of all', async () => {
  const one = Buffer.from('0000000000040007005de13c065c6cdb001600000000170117100542', 'hex')
  assert.equal(one.length, 28)
  const body = Buffer.concat([Buffer.of(0, 50, 1), ...Array.from({ length: 50 }, () => Buffer.concat([Buffer.of(0, 28), one]))])
  const frames = encodeMessage({ phone: '1', version: '2019' }, 0x0704, body, 1).map((frame) => Buffer.from(frame).toString('hex'))
  const { answers } = await answersTo('jt808', frames.join('\n'))
  assert.deepEqual(answers.map(({ type, fixes }) => [type, fixes.length]), [['part', 0], ['location-batch', 50]])
})

test('coordinates that say they were moved are printed as sent, with a remark', async () => {
  const moved = encodeMessage({ phone: '1', version: '2013' }, 0x0200, Buffer.from('0000000000000023015a30b006c869f8000000000000230505062034', 'hex'), 1)[0]!
  const { answers, remarks } = await answersTo('jt808', Buffer.from(moved).toString('hex'))
  assert.deepEqual([answers[0]!.fixes[0].lon, answers[0]!.fixes[0].lat], [113.797624, 22.68792])
  assert.match(remarks[0]!, /GCJ-02/)
})

test('whatever a line holds, each protocol gives one answer', async () => {
  const line = fc.oneof(fc.string(), fc.json(), fc.stringMatching(/^(7e|78|79|24|2a|0d0a|[0-9a-f]{2}){0,80}$/), fc.record({ method: fc.string(), path: fc.webPath({ size: 'small' }), body: fc.oneof(fc.json(), fc.string()) }).map((value) => JSON.stringify(value)))
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...protocols), fc.array(line.map((text) => text.replaceAll('\n', ' ')), { minLength: 1, maxLength: 8 }), async (protocol, lines) => {
      const { answers } = await answersTo(protocol, `${lines.join('\n')}\n`, 11)
      assert.equal(answers.length, lines.length)
      for (const { ok, error, fixes } of answers) assert.ok(ok ? Array.isArray(fixes) : error.length > 5)
    }),
    { seed: 5, numRuns: 500 },
  )
})

test('an answer is one line also for readers to whom U+0085, U+2028 and U+2029 end one', async () => {
  for (const character of ['\u0085', '\u2028', '\u2029']) {
    const chunk = Buffer.from(`${JSON.stringify({ method: 'GET', path: `/?id=a${character}b&lat=1&lon=2` })}\n`)
    let output = ''
    for await (const text of decodeLines(one(chunk), 'osmand', () => {})) output += text
    assert.doesNotMatch(output.trimEnd(), /[\n\r\u0085\u2028\u2029]/)
    assert.equal(JSON.parse(output).device, `a${character}b`)
  }
})
