/** The documents say what is so: rooms, laws, walks and scripts all exist. */
import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { withRooms } from './architecture.ts'

const root = join(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')

test('ARCHITECTURE.md shows the rooms as tools/rooms.ts has them', () => {
  const document = read('ARCHITECTURE.md')
  assert.equal(document, withRooms(document), 'run: node tools/architecture.ts')
})

test('every test that ARCHITECTURE.md names for a law exists', () => {
  const laws = read('ARCHITECTURE.md').split('## Laws')[1]!.split('\n## ')[0]!
  const named = [...laws.matchAll(/`([\w./-]+\.test\.ts)` · “([^”]+)”/g)]
  assert.ok(named.length >= 9, `found ${named.length} laws with a test`)
  for (const [, file, title] of named) {
    assert.ok(existsSync(join(root, file!)), `${file} does not exist`)
    assert.ok(read(file!).includes(title!), `${file} has no test “${title}”`)
  }
})

for (const walk of globSync('docs/walks/*.md', { cwd: root })) {
  test(`${walk}: every file and symbol it names exists`, () => {
    const named = [...read(walk).matchAll(/`([\w./-]+\.(?:tsx?|sql))(?::(\w+))?`/g)]
    assert.ok(named.length > 5, 'a walk names the files it walks through')
    for (const [, file, symbol] of named) {
      assert.ok(existsSync(join(root, file!)), `${file} does not exist`)
      if (symbol) assert.match(read(file!), new RegExp(`\\b${symbol}\\b`), `${file} has no ${symbol}`)
    }
  })
}

test('every npm script that a document names exists', () => {
  const scripts = Object.keys(JSON.parse(read('package.json')).scripts)
  for (const document of globSync(['*.md', 'docs/**/*.md'], { cwd: root })) {
    for (const [, script] of read(document).matchAll(/\bnpm run ([\w:-]+)/g)) {
      assert.ok(scripts.includes(script!), `${document} names npm run ${script}`)
    }
  }
})

test('the decisions are one slug and at most two sentences each', () => {
  for (const line of read('docs/decisions.md').split('\n').filter((line) => line.startsWith('- '))) {
    assert.match(line, /^- \*\*[A-Z][\w-]+\*\* — /, line)
    assert.ok((line.match(/[.!?](?=\s|$)/g) ?? []).length <= 2, `more than two sentences: ${line}`)
  }
})
