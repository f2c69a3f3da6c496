import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildGraph } from '#core/graph/build.ts'
import { gazetteerOf } from './gazetteer.ts'
import { roadsOf } from './roads.ts'
import { pointOf, smallMap, type Drawing } from './small-map.ts'

function crossingsOf(drawing: Drawing): { name: string; lon: number; lat: number }[] {
  const data = smallMap(drawing)
  const roads = roadsOf(data)
  return gazetteerOf(data, roads, buildGraph(roads.input)).entries.filter(({ kind }) => kind === 'crossing').map(({ name, lon, lat }) => ({ name, lon, lat }))
}
const street = (name: string) => ({ highway: 'residential', name })

//        N
//        n
//   W  w   e  E        three streets reach a roundabout of 80 m
//        s
const roundabout = (tags: Record<string, string>): Drawing => ({
  nodes: { n: [0, 40], w: [-40, 0], s: [0, -40], e: [40, 0], W: [-200, 0], E: [200, 0], N: [0, 200], S: [0, -200] },
  ways: { 1: ['e n w s e', { highway: 'tertiary', ...tags }], 2: ['W w', street('雄石路')], 3: ['e E', street('雄石路')], 4: ['s S', street('沿河路')] },
})
for (const [what, tags] of [['without a name', {}], ['with a name of its own', { name: '中心环岛' }], ['with the name of one of the streets', { name: '雄石路' }]] as const) {
  for (const junction of ['roundabout', 'circular']) {
    test(`streets cross at a ${junction} junction ${what}, once, and by their own names`, () => {
      const found = crossingsOf(roundabout({ junction, ...tags }))
      assert.deepEqual(found.map(({ name }) => name), ['雄石路/沿河路'])
      const [lon, lat] = pointOf(0, 0)
      assert.ok(Math.abs(found[0]!.lon - lon) < 0.0005 && Math.abs(found[0]!.lat - lat) < 0.0005, 'in its middle')
    })
  }
}

test('a ring road that is no roundabout crosses by its own name', () => {
  assert.deepEqual(crossingsOf(roundabout({ name: '环路' })).map(({ name }) => name).toSorted(), ['环路/沿河路', '环路/雄石路', '环路/雄石路'])
})

test('a crossing is named after both streets, the more important first', () => {
  const plain: Drawing = { nodes: { a: [-100, 0], b: [0, 0], c: [100, 0], d: [0, 100] }, ways: { 1: ['a b c', { highway: 'primary', name: '建设路' }], 2: ['b d', street('北街')] } }
  assert.deepEqual(crossingsOf(plain).map(({ name }) => name), ['建设路/北街'])
})
