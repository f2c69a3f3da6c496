import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Registry } from 'prom-client'
import { dereference, validate } from '@scalar/openapi-parser'
import { silentLog } from '#platform/log.ts'
import { operationId, templated } from './openapi.ts'
import type { Route } from './route.ts'
import { createHttpServer } from './server.ts'

/** Every room's routes, found by their files so that none is forgotten. */
async function everyRoute(): Promise<Route<never>[]> {
  const root = new URL('../../', import.meta.url).pathname
  const files = globSync(['modules/*/routes.ts', 'modules/*/*-routes.ts', 'platform/*/routes.ts'], { cwd: root }).sort()
  const rooms = await Promise.all(files.map((file) => import(join(root, file)) as Promise<Record<string, unknown>>))
  const found = rooms.flatMap((room) => Object.values(room).flatMap((value) => (Array.isArray(value) ? (value as Route<never>[]) : []))).filter((one) => typeof one?.handle === 'function')
  return [...new Set(found)]
}

const all = await everyRoute()

async function document() {
  const server = await createHttpServer({
    log: silentLog, metrics: { registry: new Registry() }, sentences: {}, authenticate: async () => 'unknown', staticFolder: '/nowhere', version: '1.2.3', now: () => 0,
  })
  server.mount(all, {} as never)
  const reply = await server.app.inject('/api/openapi.json')
  await server.close()
  assert.equal(reply.statusCode, 200)
  return reply.json()
}

test('the description is valid OpenAPI 3.1', async () => {
  const described = await document()
  assert.equal(described.openapi, '3.1.0')
  const { valid, errors } = await validate(described)
  assert.deepEqual(errors ?? [], [])
  assert.ok(valid)
  const { schema } = await dereference(described)
  assert.ok(schema)
})

test('every route is described, once, with what it takes, what it answers and who may call', async () => {
  assert.ok(all.length >= 40, `${all.length} routes found`)
  const described = await document()
  const ids = new Set<string>()
  for (const one of all) {
    const name = `${one.method} ${one.path}`
    const operation = described.paths[templated(one.path)]?.[one.method.toLowerCase()]
    assert.ok(operation, name)
    assert.ok(one.summary.length > 5 && /[.!?。]$/.test(one.summary), `${name}: a sentence of summary`)
    assert.equal(operation.summary, one.summary)
    assert.ok(!ids.has(operation.operationId), `${operation.operationId} twice`)
    ids.add(operation.operationId)
    assert.ok(Object.keys(operation.responses).length > 1, `${name}: an answer of its own beside the problems`)
    assert.equal(operation.security.length === 0, one.access === 'public', name)
    assert.equal(operation.requestBody !== undefined, one.schema.body !== undefined || one.upload === true, `${name}: a body`)
    for (const [, parameter] of one.path.matchAll(/:(\w+)/g)) {
      assert.ok((one.schema.params as { properties?: object } | undefined)?.properties?.hasOwnProperty(parameter!), `${name}: a schema for :${parameter}`)
    }
  }
})

test('no body takes fields that nobody described', () => {
  for (const one of all) {
    const body = one.schema.body as { additionalProperties?: unknown } | undefined
    if (body) assert.equal(body.additionalProperties, false, `${one.method} ${one.path}`)
  }
})

test('names of operations are read off their paths', () => {
  assert.equal(operationId({ method: 'POST', path: '/api/dispatch/incidents/:id/assignments' }), 'postDispatchIncidentsByIdAssignments')
  assert.equal(operationId({ method: 'GET', path: '/api/town/basemap/:version.pmtiles' }), 'getTownBasemapByVersionPmtiles')
})
