import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keptParts, mapLayers, readView, writeView, type ViewState } from './view-state.ts'

const at = (path: string) => readView(new URL(path, 'http://console.test'))

test('a link opens what it was made from', () => {
  const views: ViewState[] = [
    { workspace: 'command', page: '', incident: null, unit: null, messages: null, tab: '', layers: mapLayers, at: null, roads: null, fence: null },
    { workspace: 'command', page: '', incident: 'i-1', unit: null, messages: 'unit-7f-3', tab: 'all', layers: ['units', 'incidents'], at: [117.21, 28.29, 14.5], roads: 'reach;car;from;units', fence: 'f-1' },
    { workspace: 'administration', page: 'accounts', incident: null, unit: 'u_2', messages: 'call-at-117.21000,-28.29000', tab: '', layers: mapLayers, at: null, roads: null, fence: null },
  ]
  for (const view of views) assert.deepEqual(at(writeView(view)), view)
})

test('the root is the command room', () => assert.equal(at('/').workspace, 'command'))

test('an incident and a unit in one link: the incident is meant', () => {
  const view = at('/command?incident=i1&unit=u1')
  assert.equal(view.incident, 'i1')
  assert.equal(view.unit, null)
})

for (const bad of ['at=1,2', 'at=x,y,z', 'at=500,1,2', 'at=1,2,99', 'at=', 'incident=../../x', 'unit=%00', 'messages=person-1', 'messages=', 'hide=nothing', 'fence=../x']) {
  test(`a bad link opens the room as it is by default: ${bad}`, () => assert.deepEqual(at(`/command?${bad}`), at('/command')))
}

test('choosing a unit makes no other list of layers: the map would be given a new style', () => {
  const before = at('/command?hide=pois&at=117.2,28.3,14')
  const chosen = keptParts(before, at('/command?unit=u1&hide=pois&at=117.20000,28.3,14'))
  assert.deepEqual(chosen, { ...before, unit: 'u1' })
  assert.equal(chosen.layers, before.layers)
  assert.equal(chosen.at, before.at)
  const changed = keptParts(before, at('/command?hide=pois.labels&at=117.3,28.3,14'))
  assert.deepEqual([changed.layers.includes('labels'), changed.at?.[0]], [false, 117.3])
  assert.equal(keptParts(before, at('/command')).at, null)
})
