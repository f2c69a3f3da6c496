import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { longest, reaches, readSpent } from './run-files.ts'

const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'gengfu-run-files-'))
after(() => rmSync(folder, { recursive: true, force: true }))

test('a process notes at its end what it and those it started took of the processor', () => {
  const file = join(folder, 'busy.mjs')
  writeFileSync(file, `
    import { spawnSync } from 'node:child_process'
    spawnSync(process.execPath, ['-e', 'while (process.cpuUsage().user < 600_000);'])
    while (process.cpuUsage().user < 300_000);
  `)
  const notes = join(folder, 'notes')
  spawnSync(process.execPath, ['--import', join(import.meta.dirname, 'note-spent.ts'), file], { env: { ...process.env, GENGFU_TEST_SPENT: notes } })
  const [line, ...more] = readFileSync(notes, 'utf8').trim().split('\n').map((text) => JSON.parse(text))
  assert.deepEqual([line.file, more], [file, []])
  assert.ok(line.processor >= 0.85, `${line.processor} s, of at least 0.3 and 0.6`)
})

test('a process that a test file forked is no file', () => {
  const line = (file: string) => JSON.stringify({ file: join(root, file), seconds: 2, processor: 1 })
  assert.deepEqual(
    readSpent(`${line('core/csv.test.ts')}\n${line('core/child.ts')}\n`, ['core/csv.test.ts']),
    [{ file: 'core/csv.test.ts', seconds: 2, processor: 1 }],
  )
})

test('the ten longest are told, the longest first', () => {
  const spent = Array.from({ length: 12 }, (_, n) => ({ file: `file-${n}`, seconds: n, processor: 1 }))
  const lines = longest(spent).split('\n')
  assert.match(lines[0]!, /12 files, which took 66 s one by one and 12 s of processor/)
  assert.deepEqual(lines.slice(1).map((line) => line.split(/\s+/).at(-1)), Array.from({ length: 10 }, (_, n) => `file-${11 - n}`))
})

test('a file reaches what it imports through others, and nothing else', () => {
  assert.ok(reaches('test/crash.test.ts', 'test/serve.ts'))
  assert.ok(reaches('test/two-nodes.test.ts', 'test/serve.ts'))
  assert.ok(!reaches('core/csv.test.ts', 'test/serve.ts'))
})
