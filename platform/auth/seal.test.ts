import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { sealKeys, sealWith } from './seal.ts'

const [first, second] = [randomBytes(32), randomBytes(32)]

test('what was closed opens with its key, as what it is of, and says nothing of itself', () => {
  const seal = sealWith([first], randomBytes)
  for (const text of ['', 'a', '0123abcd-4567', '密钥'.repeat(100)]) {
    const closed = seal.close(text, 'bot/1/token')
    assert.ok(seal.isClosed(closed) && !seal.isClosed(text))
    assert.equal(seal.open(closed, 'bot/1/token'), text)
    assert.equal(seal.open(closed, 'bot/2/token'), undefined, 'not in another row')
    assert.notEqual(seal.close(text, 'bot/1/token'), closed, 'the same again looks different')
    if (text.length > 3) assert.ok(!closed.includes(text) && !Buffer.from(closed.split('.')[2]!, 'base64url').includes(text))
  }
})

test('a changed letter, a short text, another key: it stays shut and nothing is thrown', () => {
  const seal = sealWith([first], randomBytes)
  const closed = seal.close('secret', 'x')
  for (let at = closed.lastIndexOf('.') + 1; at < closed.length - 1; at++) {
    const changed = closed.slice(0, at) + (closed[at] === 'A' ? 'B' : 'A') + closed.slice(at + 1)
    assert.equal(seal.open(changed, 'x'), undefined, changed)
  }
  for (const text of ['', 'secret', 'v1.', closed.slice(0, 30)]) assert.equal(seal.open(text, 'x'), undefined)
  assert.equal(sealWith([second], randomBytes).open(closed, 'x'), undefined)
})

test('a new key before the old one: the new one closes, both open', () => {
  const closed = sealWith([first], randomBytes).close('secret', 'x')
  const both = sealWith([second, first], randomBytes)
  assert.equal(both.open(closed, 'x'), 'secret')
  assert.equal(sealWith([second], randomBytes).open(both.close('new', 'x'), 'x'), 'new')
  assert.deepEqual(both.keyNames, [second, first].flatMap((key) => sealWith([key], randomBytes).keyNames))
})

test('the key’s file is made once, for its owner only; one that is spoilt is not replaced', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'seal-'))
  try {
    const path = join(folder, 'seal.key')
    const [one, other] = await Promise.all([sealKeys(path, randomBytes), sealKeys(path, randomBytes)])
    assert.deepEqual(one, other, 'two at once have the same')
    assert.deepEqual(await sealKeys(path, randomBytes), one)
    assert.equal((await stat(path)).mode & 0o777, 0o600)
    const text = await readFile(path, 'utf8')
    for (const spoilt of ['', 'short\n', `${text}nonsense\n`]) {
      await writeFile(path, spoilt)
      await assert.rejects(sealKeys(path, randomBytes), /is not a key/)
      assert.equal(await readFile(path, 'utf8'), spoilt)
    }
  } finally {
    await rm(folder, { recursive: true })
  }
})
