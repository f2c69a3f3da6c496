import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { foreignSchemas, importsOf, pathOf, tidy } from './tidy.ts'

const root = join(import.meta.dirname, '..')
const paths = globSync('{core,kernel,modules,gateways,platform,server,ui,console,officer,sim,bench,examples,test,tools}/**/*.{ts,tsx}', {
  cwd: root,
  exclude: ['**/node_modules/**'],
}).map((path) => path.replaceAll('\\', '/'))
const sources = new Map(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]))

test('every import goes through a door', () => {
  assert.ok(paths.length > 0, 'found no source to check')
  assert.deepEqual(paths.flatMap((path) => tidy(path, sources.get(path)!)), [])
})

test('every file names only its own schema', () => {
  assert.deepEqual(paths.flatMap((path) => foreignSchemas(path, sources.get(path)!)), [])
})

test('every file is imported by something, started by something, a test, a journey or a declaration', () => {
  const started = new Set([
    'server/main.ts',
    'sim/main.ts',
    'bench/main.ts',
    'tools/test.ts',
    'tools/check.ts',
    'tools/journeys.ts',
    'tools/screenshots.ts',
    'tools/architecture.ts',
    'tools/icons.ts',
    'ui/vite.config.ts',
    'console/main.tsx',
    'officer/main.tsx',
    'officer/service-worker.ts',
  ])
  const reached = new Set<string>()
  for (const [path, source] of sources) {
    for (const specifier of importsOf(source)) {
      const target = pathOf(specifier, path)
      if (target) reached.add(target)
    }
    // workers and child processes are named by URL or path
    for (const [, named] of source.matchAll(/'((?:\.{1,2}\/|#)?[\w./-]+\.tsx?)'/g)) {
      reached.add(join(dirname(path), named!))
      reached.add(named!.replace(/^[#/]+/, ''))
    }
  }
  const dead = paths.filter((path) => !reached.has(path) && !started.has(path) && !/\.(test|journey|d)\.tsx?$/.test(path))
  assert.deepEqual(dead, [])
})

test('contracts do not import each other in a circle', () => {
  const contracts = paths.filter((path) => path.endsWith('/contract.ts'))
  const visiting = new Set<string>()
  const visit = (path: string, trail: string[]): void => {
    assert.ok(!visiting.has(path), `circle: ${[...trail, path].join(' → ')}`)
    visiting.add(path)
    for (const specifier of importsOf(sources.get(path) ?? '')) {
      const target = pathOf(specifier, path)
      if (target && contracts.includes(target)) visit(target, [...trail, path])
    }
    visiting.delete(path)
  }
  for (const path of contracts) visit(path, [])
})

test('every link in the documents leads somewhere', () => {
  const documents = globSync(['*.md', 'docs/**/*.md', 'modules/**/*.md', 'gateways/**/*.md', 'sim/**/*.md', 'bench/**/*.md', 'demo/**/*.md'], { cwd: root })
  assert.ok(documents.length > 0)
  const broken: string[] = []
  for (const document of documents) {
    for (const [, link] of readFileSync(join(root, document), 'utf8').matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)) {
      if (/^[a-z]+:/i.test(link!)) continue
      if (!existsSync(join(root, dirname(document), link!))) broken.push(`${document}: ${link}`)
    }
  }
  assert.deepEqual(broken, [])
})

const walls: [what: string, path: string, source: string][] = [
  ['core reaching out', 'core/geo/near.ts', "import { pool } from '#platform/db.ts'"],
  ['core using a package', 'core/geo/near.ts', "import flatbush from 'flatbush'"],
  ['core using Node', 'core/geo/near.ts', "import { readFileSync } from 'node:fs'"],
  ['one module inside another', 'modules/patrol/plan.ts', "import { x } from '../dispatch/incident.ts'"],
  ['a rule touching the database', 'modules/dispatch/incident.ts', "import { db } from '#platform/db/sql.ts'"],
  ['the console past the contract', 'console/board.tsx', "import { x } from '#modules/dispatch/incident.ts'"],
  ['one app inside the other', 'officer/inbox.tsx', "import { Board } from '../console/board.tsx'"],
  ['a type-only import', 'core/a.ts', "import type { Route } from '#platform/http/route.ts'"],
  ['an import over many lines', 'core/a.ts', "import {\n  a,\n  b,\n} from '#kernel/names.ts'"],
  ['a rule reading the clock', 'modules/dispatch/incident.ts', 'const at = Date.now()'],
  ['a platform file knowing the police', 'platform/http/server.ts', "import { incident } from '#modules/dispatch/incident.ts'"],
]
for (const [what, path, source] of walls) {
  test(`tidy catches ${what}`, () => assert.equal(tidy(path, source).length, 1))
}

const doors: [what: string, path: string, source: string][] = [
  ['a store on the platform', 'modules/dispatch/store.ts', "import { sqlOf } from '#platform/db/sql.ts'"],
  ['the console on a contract', 'console/board.tsx', "import { x } from '#modules/dispatch/contract.ts'"],
  ['a rule on another contract', 'modules/patrol/plan.ts', "import type { x } from '#modules/units/contract.ts'"],
  ['a clock named in a comment', 'modules/dispatch/incident.ts', '// never Date.now() here'],
]
for (const [what, path, source] of doors) {
  test(`tidy allows ${what}`, () => assert.deepEqual(tidy(path, source), []))
}

test('foreign tables are caught', () => {
  assert.equal(foreignSchemas('modules/dispatch/store.ts', 'const q = `select 1 from units.unit`').length, 1)
  assert.equal(foreignSchemas('modules/units/store.ts', 'const q = `select 1 from units.unit`').length, 0)
})
