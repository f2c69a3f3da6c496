import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sectionOf } from './sections.ts'
import { stepsDone } from './steps-done.ts'

type Known = Parameters<typeof stepsDone>[0]
const nothing: Known = { town: undefined, agencies: undefined, members: undefined, units: undefined, accounts: undefined }
const done = (known: Partial<Known>) => stepsDone({ ...nothing, ...known }).filter((step) => step.done).map((step) => step.id)
const as = <T>(value: unknown) => value as T // only what is read is given

test('nothing known is nothing done', () => assert.deepEqual(done({}), []))

test('a map counts when it is ready, a station when it has a place, a person when still here', () => {
  assert.deepEqual(done({ town: as({ ready: false }) }), [])
  assert.deepEqual(done({ town: as({ ready: true }), agencies: as([{ lon: null }]), members: as([{ active: false }]) }), ['map'])
  assert.deepEqual(done({ agencies: as([{ lon: 1 }]), members: as([{ active: true }]), units: as([{}]) }), ['stations', 'members', 'units'])
})

test('accounts are done when somebody can send and somebody can be sent', () => {
  const account = (role: string, status = 'active') => ({ status, grants: [{ role, agency: 'a' }] })
  assert.deepEqual(done({ accounts: as([account('administrator'), account('dispatcher')]) }), [])
  assert.deepEqual(done({ accounts: as([account('commander'), account('officer', 'disabled')]) }), [])
  assert.deepEqual(done({ accounts: as([account('commander'), account('officer')]) }), ['accounts'])
})

test('an address opens its page, a bad one the first', () => {
  assert.equal(sectionOf('units'), 'units')
  assert.equal(sectionOf('units/u1'), 'units')
  assert.equal(sectionOf(''), 'start')
  assert.equal(sectionOf('nonsense'), 'start')
})
