import assert from 'node:assert/strict'
import { createPublicKey, randomBytes, verify } from 'node:crypto'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { areKeys, encryptPush } from './encrypt.ts'
import { hostsOf, isPushEndpoint } from './endpoint.ts'
import { pushKey, pushKeyOf } from './key.ts'
import { newBrowser, openPush } from '#test/push-browser.ts'

test('the worked example of RFC 8291, byte for byte', () => {
  const given = [Buffer.from('DGv6ra1nlYgDCS1FRnbzlw', 'base64url'), Buffer.from('yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw', 'base64url')]
  const keys = { p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4', auth: 'BTBZMqHH6r4Tts7J_aSIgg' }
  const body = encryptPush('When I grow up, I want to be a watermelon', keys, () => given.shift()!)
  assert.equal(
    Buffer.from(body).toString('base64url'),
    'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
  )
})

test('a browser opens what was closed for it, and nobody else; the same again looks different', async () => {
  const [own, other] = [await newBrowser(), await newBrowser()]
  const text = JSON.stringify({ what: 'order', number: 7, link: '/officer/' })
  const body = encryptPush(text, own.keys, randomBytes)
  assert.equal(await openPush(body, own), text)
  await assert.rejects(openPush(body, other))
  assert.notDeepEqual(encryptPush(text, own.keys, randomBytes), body)
  assert.throws(() => encryptPush('x'.repeat(4080), own.keys, randomBytes), /at most 4079/)
})

test('keys that nothing can be closed for are known before anything is sent', async () => {
  const { keys } = await newBrowser()
  assert.ok(areKeys(keys, randomBytes))
  const offCurve = Buffer.from(keys.p256dh, 'base64url')
  offCurve[40]! ^= 1
  for (const wrong of [{ ...keys, p256dh: '' }, { ...keys, p256dh: offCurve.toString('base64url') }, { ...keys, auth: 'AAAA' }, { ...keys, p256dh: keys.p256dh.slice(0, -4) }]) {
    assert.ok(!areKeys(wrong, randomBytes), JSON.stringify(wrong))
  }
})

test('the token says to whom, until when and from whom, and the public key proves it', () => {
  const key = pushKey(randomBytes(32))
  const until = 1_767_225_600_500
  const header = key.authorization({ endpoint: 'https://fcm.googleapis.com/fcm/send/abc', contact: 'mailto:room@patrol.example', until })
  const [, head = '', said = '', signature = '', k = ''] = /^vapid t=([\w-]+)\.([\w-]+)\.([\w-]+), k=([\w-]+)$/.exec(header) ?? []
  assert.deepEqual(JSON.parse(Buffer.from(head, 'base64url').toString()), { typ: 'JWT', alg: 'ES256' })
  assert.deepEqual(JSON.parse(Buffer.from(said, 'base64url').toString()), { aud: 'https://fcm.googleapis.com', exp: 1_767_225_600, sub: 'mailto:room@patrol.example' })
  assert.equal(k, key.publicKey)
  const point = Buffer.from(k, 'base64url')
  const jwk = { kty: 'EC', crv: 'P-256', x: point.subarray(1, 33).toString('base64url'), y: point.subarray(33).toString('base64url') }
  assert.ok(verify('sha256', Buffer.from(`${head}.${said}`), { key: createPublicKey({ format: 'jwk', key: jwk }), dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url')))
})

test('the key’s file is made once, for its owner only; one that is spoilt is not replaced', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'push-'))
  try {
    const path = join(folder, 'push.key')
    const [one, other] = await Promise.all([pushKeyOf(path, randomBytes), pushKeyOf(path, randomBytes)])
    assert.equal(one.publicKey, other.publicKey)
    assert.equal((await stat(path)).mode & 0o777, 0o600)
    await writeFile(path, 'nonsense\n')
    await assert.rejects(pushKeyOf(path, randomBytes), /is not a key/)
  } finally {
    await rm(folder, { recursive: true })
  }
})

const endpoints: [what: string, text: string, taken: boolean][] = [
  ['Chrome’s', 'https://fcm.googleapis.com/fcm/send/abc:def', true],
  ['Firefox’s', 'https://updates.push.services.mozilla.com/wpush/v2/abc', true],
  ['Safari’s', 'https://web.push.apple.com/QGx', true],
  ['Edge’s', 'https://wns2-par02p.notify.windows.com/w/?token=abc', true],
  ['one that the operator named', 'https://push.example.org/x', true],
  ['plain http', 'http://fcm.googleapis.com/fcm/send/abc', false],
  ['this machine', 'https://127.0.0.1/fcm', false],
  ['a machine of the house', 'https://db.internal/fcm', false],
  ['another port', 'https://fcm.googleapis.com:8443/x', false],
  ['a name before the host', 'https://fcm.googleapis.com@127.0.0.1/', false],
  ['a known name as a part of another', 'https://fcm.googleapis.com.evil.example/', false],
  ['a host that ends alike', 'https://evilpush.apple.com/', false],
  ['the domain itself', 'https://push.apple.com/', false],
  ['no address', 'nonsense', false],
]
for (const [what, text, taken] of endpoints) {
  test(`endpoint: ${what} is ${taken ? 'taken' : 'refused'}`, () => assert.equal(isPushEndpoint(text, ['push.example.org']), taken))
}

test('hosts of the environment are names of hosts, nothing else', () => {
  assert.deepEqual(hostsOf(' Push.Example.org, .ntfy.example ,*,https://x.example/, localhost,'), ['push.example.org', '.ntfy.example'])
  assert.deepEqual(hostsOf(undefined), [])
})
