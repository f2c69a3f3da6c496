import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { seeded } from '#core/random.ts'
import { answerTo } from './decode.ts'

const root = join(import.meta.dirname, '..', '..')
const hex = (words: string) => Buffer.from(words).toString('hex')
const http = (path: string, contentType = '', body = '') => JSON.stringify({ method: 'POST', path, contentType, body })
const h02 = hex('*HQ,4109179024,V1,121300,A,2820.1234,N,11712.5678,E,010.80,090.00,150326,FFFFFBFF,460,00,10342,4283#')
const gt06 = '787819100b031a0b1b31cc027ac7fd0c4657bf0115210001001cc6070d0a'
const login = '78780d01012345678901234500018cdd0d0a'

const lines: [name: string, protocol: Parameters<typeof answerTo>[0], line: string, expected: object][] = [
  ['a heartbeat of 808', 'jt808', '7e0002000004304832546500b7ca7e', { ok: true, protocol: 'jt808', device: '043048325465', type: 'heartbeat', fixes: [], alarms: [] }],
  ['capital digits, blanks and the end of a Windows line', 'jt808', '7E 00 02 00 00 04 30 48 32 54 65 00 B7 CA 7E\r', { ok: true, type: 'heartbeat' }],
  ['a place of GT06', 'gt06', gt06, { ok: true, device: null, type: 'location' }],
  ['a login glued to a place names its device', 'gt06', login + gt06, { ok: true, device: '123456789012345', type: 'login' }],
  ['a text of H02', 'h02', h02, { ok: true, device: '4109179024', type: 'location', fixes: [{ fixAt: '2026-03-15T12:13:00.000Z', lon: 117.2094633, lat: 28.3353900, speedKmh: 20, courseDeg: 90, altitudeM: null, valid: true }] }],
  ['a query of OsmAnd', 'osmand', http('/?id=7&lat=28.3&lon=117.2&timestamp=1700000000&speed=10'), { ok: true, device: '7', type: 'location', fixes: [{ fixAt: '2023-11-14T22:13:20.000Z', lon: 117.2, lat: 28.3, speedKmh: 18.52, courseDeg: null, altitudeM: null, valid: true }] }],
  ['a form of OsmAnd', 'osmand', http('/', 'application/x-www-form-urlencoded', 'id=7&lat=28.3&lon=117.2'), { ok: true, fixes: [{ fixAt: null, lon: 117.2, lat: 28.3, speedKmh: null, courseDeg: null, altitudeM: null, valid: true }] }],
  ['OwnTracks', 'owntracks', http('/', 'application/json', '{"_type":"location","lat":28.3,"lon":117.2,"tst":1700000000,"topic":"owntracks/a/b"}'), { ok: true, device: 'a/b', type: 'location' }],
  ['nothing', 'gt06', '', { ok: false }],
  ['no hexadecimal', 'gt06', 'zz', { ok: false }],
  ['an odd digit', 'jt808', '7e0', { ok: false }],
  ['a wrong check code', 'jt808', '7e0002000004304832546500b7cb7e', { ok: false }],
  ['no JSON', 'osmand', 'GET /', { ok: false }],
  ['JSON that is no request', 'owntracks', '[1]', { ok: false }],
]
for (const [name, protocol, line, expected] of lines) {
  test(`decode ${protocol}: ${name}`, () => {
    const answer = answerTo(protocol, line) as { ok: boolean; error?: string }
    assert.partialDeepStrictEqual(answer, expected)
    if (!answer.ok) assert.ok(answer.error!.length > 10, 'it says why')
  })
}

test('a registration is read and its number plate is not printed', () => {
  const { messages: _, frames = [] } = JSON.parse(readFileSync(join(root, 'gateways/jt808/frames/captured.json'), 'utf8')) as { messages?: unknown; frames?: readonly { wire?: string }[] }
  for (const { wire } of frames) if (wire) assert.doesNotMatch(JSON.stringify(answerTo('jt808', wire)), /[\u4e00-\u9fff]|plate/)
})

test('no line, however spoilt, stops it: as many answers as lines', () => {
  const random = seeded(5)
  for (const protocol of ['jt808', 'gt06', 'h02'] as const) {
    const good = { jt808: '7e0002000004304832546500b7ca7e', gt06, h02 }[protocol]
    for (let i = 0; i < 3000; i++) {
      const bytes = Buffer.from(good, 'hex')
      for (let k = 0; k <= i % 4; k++) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256)
      const answer = answerTo(protocol, bytes.subarray(0, Math.ceil(random() * bytes.length)).toString('hex')) as { ok: boolean; error?: string }
      assert.ok(answer.ok || !answer.error!.startsWith('not read'), `${protocol}: ${answer.error}`)
    }
  }
})

/** The command as an integrator runs it. */
async function run(protocol: string, input: string): Promise<{ code: number | null; out: string[] }> {
  const child = spawn(join(root, 'server', 'cli', 'gengfu'), ['decode', protocol], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const [out, [code]] = await Promise.all([text(child.stdout), new Promise<[number | null]>((resolve) => child.once('exit', (code) => resolve([code])))])
  return { code, out: out.split('\n').slice(0, -1) }
}

test('the command answers line by line, blank, endless and last ones too', async () => {
  const input = `${h02}\n\n${'a'.repeat(3_000_000)}\r\n${h02}\r\nnoise\n${h02}`
  const { code, out } = await run('h02', input)
  assert.equal(code, 0)
  assert.deepEqual(out.map((line) => (JSON.parse(line) as { ok: boolean }).ok), [true, false, false, true, false, true])
})

test('an unknown protocol is refused with the known ones', async () => {
  assert.equal((await run('morse', '')).code, 2)
})
