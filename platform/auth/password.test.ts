import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '#core/random.ts'
import { hashPassword, isWeakerThan, oneTimePassword, usualRules, verifyPassword, weakness } from './password.ts'

const cheap = { memoryKib: 64, passes: 1 }

test('a stored password is argon2id at the cost asked for, salted anew each time', async () => {
  const [one, other] = await Promise.all([hashPassword('Night-Watch-2026'), hashPassword('Night-Watch-2026')])
  assert.match(one, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  assert.notEqual(one, other)
  assert.ok(await verifyPassword(one, 'Night-Watch-2026'))
  assert.ok(!(await verifyPassword(one, 'night-watch-2026')))
})

test('the same letters typed in another Unicode form are the same password', async () => {
  const stored = await hashPassword('更夫Caf\u00e9-1234', cheap)
  assert.ok(await verifyPassword(stored, '更夫Cafe\u0301-1234'))
})

test('a password kept at less than today’s cost is known for it', async () => {
  const stored = await hashPassword('x', cheap)
  assert.ok(isWeakerThan(stored, { memoryKib: 65, passes: 1 }))
  assert.ok(isWeakerThan(stored, { memoryKib: 64, passes: 2 }))
  assert.ok(!isWeakerThan(stored, cheap))
})

test('hashing leaves the event loop free', async () => {
  let longest = 0
  let last = performance.now()
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last)
    last = performance.now()
  }, 1)
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: 12 }, () => hashPassword('Night-Watch-2026')))
  const whole = performance.now() - startedAt
  clearInterval(timer)
  // On the loop it would stand still for all of it; beside it, for what a busy machine takes from everybody.
  assert.ok(longest < whole / 2, `the loop stood still for ${longest.toFixed(0)} of ${whole.toFixed(0)} ms`)
})

const cases: [password: string, name: string, flaw: ReturnType<typeof weakness>][] = [
  ['Night-Watch-26', 'desk', undefined],
  ['Night-Wat26', 'desk', 'password-too-short'],
  ['nightwatchman', 'desk', 'password-too-plain'],
  ['nightwatch1234', 'desk', 'password-too-plain'],
  ['nightwatch-1234', 'desk', undefined],
  ['correct horse battery', 'desk', undefined], // 21 characters: length is enough
  ['aaaaaaaaaaaaaaaaaaaaaaaa', 'desk', 'password-too-plain'],
  ['My-DESK-Watch-26', 'desk', 'password-has-name'],
  ['更夫巡夜三更鼓声Aa1', 'desk', 'password-too-short'], // 11 characters
  ['更夫巡夜三更鼓声响Aa1', 'desk', undefined],
]
for (const [password, name, flaw] of cases) {
  test(`"${password}" for ${name}: ${flaw ?? 'good'}`, () => assert.equal(weakness(password, name, usualRules), flaw))
}

test('one-time passwords keep the rules, avoid letters that are mistaken for others, and use the rest evenly', () => {
  const seed = 7
  const random = seeded(seed)
  const bytes = (count: number) => Uint8Array.from({ length: count }, () => Math.floor(random() * 256))
  const counts = new Map<string, number>()
  for (let n = 0; n < 2000; n++) {
    const password = oneTimePassword(bytes)
    assert.match(password, /^[a-zA-Z2-9]{4}(-[a-zA-Z2-9]{4}){3}$/, `seed ${seed}`)
    assert.doesNotMatch(password, /[0O1lI]/)
    assert.equal(weakness(password, '', usualRules), undefined)
    for (const letter of password.replaceAll('-', '')) counts.set(letter, (counts.get(letter) ?? 0) + 1)
  }
  const expected = (2000 * 16) / 56
  for (const [letter, count] of counts) assert.ok(Math.abs(count - expected) < expected * 0.25, `${letter}: ${count}, expected about ${expected}`)
  assert.equal(counts.size, 56)
})
