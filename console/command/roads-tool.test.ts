import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drawn, geometryOf, readTool, untilOf, withClick, writeTool, type RoadsTool } from './roads-tool.ts'

const tools: RoadsTool[] = [
  { tool: 'route', mode: 'car', from: null, to: null },
  { tool: 'route', mode: 'foot', from: [117.2, 28.3], to: [117.21, 28.31] },
  { tool: 'reach', mode: 'emergency', direction: 'to', at: [117.2, 28.3] },
  { tool: 'reach', mode: 'bike', direction: 'from', at: 'units' },
  { tool: 'reach', mode: 'car', direction: 'from', at: null },
  { tool: 'reach', mode: 'car', direction: 'from', at: [117.2, 28.3], minutes: [5, 12] },
  { tool: 'close' },
  { tool: 'close', at: [117.2, 28.3] },
]
for (const tool of tools) test(`the address keeps ${writeTool(tool)}`, () => assert.deepEqual(readTool(writeTool(tool)), tool))
for (const text of ['', 'route', 'route;plane;;', 'reach;car;sideways;', 'close;', 'reach;car'])
  test(`"${text}" ${text === 'close;' ? 'is the closing tool' : 'opens no tool'}`, () => assert.deepEqual(readTool(text), text === 'close;' ? { tool: 'close' } : undefined))
test('minutes that are none are the usual ones', () => assert.deepEqual(readTool('reach;car;from;units;0,x'), { tool: 'reach', mode: 'car', direction: 'from', at: 'units' }))
test('a place beyond the map is none', () => assert.deepEqual(readTool('route;car;200,10;x,y'), { tool: 'route', mode: 'car', from: null, to: null }))

test('the first click is where one starts, the second where one goes, the third begins again', () => {
  const empty: RoadsTool = { tool: 'route', mode: 'car', from: null, to: null }
  const once = withClick(empty, [1, 2])
  const twice = withClick(once, [3, 4])
  assert.deepEqual([once, twice, withClick(twice, [5, 6])], [
    { ...empty, from: [1, 2] }, { ...empty, from: [1, 2], to: [3, 4] }, { ...empty, from: [5, 6] },
  ])
  assert.deepEqual(withClick({ tool: 'reach', mode: 'car', direction: 'from', at: 'units' }, [1, 2]), { tool: 'reach', mode: 'car', direction: 'from', at: [1, 2] })
})

test('a cut is one point, a line two and more, an area three and more, closed', () => {
  const click = (shape: 'cut' | 'line' | 'area', count: number) => {
    let drawing = { shape, points: [] as readonly (readonly [number, number])[] }
    for (let i = 0; i < count; i++) drawing = drawn(drawing, [i, i * i]) as typeof drawing
    return geometryOf(drawing)
  }
  assert.equal(click('cut', 0), undefined)
  assert.deepEqual(click('cut', 2), { type: 'Point', coordinates: [1, 1] })
  assert.equal(click('line', 1), undefined)
  assert.deepEqual(click('line', 2), { type: 'LineString', coordinates: [[0, 0], [1, 1]] })
  assert.equal(click('area', 2), undefined)
  assert.deepEqual(click('area', 3), { type: 'Polygon', coordinates: [[[0, 0], [1, 1], [2, 4], [0, 0]]] })
})

test('"until morning" is the next six o’clock in the town', () => {
  const at = (text: string) => Date.parse(text)
  assert.equal(untilOf('morning', at('2026-03-01T18:30:00Z'), 'Asia/Shanghai'), at('2026-03-01T22:00:00Z'), 'at half past two in the night')
  assert.equal(untilOf('morning', at('2026-03-01T23:10:07.5Z'), 'Asia/Shanghai'), at('2026-03-02T22:00:00Z'), 'after six')
  assert.equal(untilOf('1h', 1000, 'UTC'), 3_601_000)
  assert.equal(untilOf('open', 1000, 'UTC'), null)
})
