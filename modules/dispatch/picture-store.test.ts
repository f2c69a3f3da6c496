import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { pictureStore } from './picture-store.ts'
import { pictureType } from './picture.ts'

test('bytes are kept once by what they are, readable by nobody else, and nothing unfinished is left', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'gengfu-pictures-'))
  context.after(() => rmSync(folder, { recursive: true }))
  let made = 0
  const store = pictureStore(join(folder, 'pictures'), () => `n${++made}`)
  const bytes = Uint8Array.of(0xff, 0xd8, 0xff, 1, 2, 3)
  const [a, b] = await Promise.all([store.save(bytes), store.save(bytes)]) // two phones, one picture
  assert.equal(a.sha256, b.sha256)
  assert.deepEqual(readdirSync(join(folder, 'pictures')), [a.sha256])
  const file = store.file(a.sha256, 'image/jpeg')
  assert.deepEqual(new Uint8Array(readFileSync(file.path)), bytes)
  assert.equal(statSync(file.path).mode & 0o077, 0)
})

const webp = [0x52, 0x49, 0x46, 0x46, 1, 2, 3, 4, 0x57, 0x45, 0x42, 0x50]
for (const [what, bytes, type] of [
  ['a JPEG', [0xff, 0xd8, 0xff, 0xe0], 'image/jpeg'],
  ['a PNG', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], 'image/png'],
  ['a WebP', webp, 'image/webp'],
  ['another RIFF file', [...webp.slice(0, 8), 0x57, 0x41, 0x56, 0x45], undefined],
  ['an SVG', [...Buffer.from('<svg xmlns=')], undefined],
  ['a page', [...Buffer.from('<!doctype html>')], undefined],
  ['nothing', [], undefined],
] as const) {
  test(`${what} is ${type ?? 'not a picture'}`, () => assert.equal(pictureType(Uint8Array.from(bytes)), type))
}
