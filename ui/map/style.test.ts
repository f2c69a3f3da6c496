import assert from 'node:assert/strict'
import { test } from 'node:test'
import { validateStyleMin } from '@maplibre/maplibre-gl-style-spec'
import { basemapStyle, type BasemapOptions } from './style.ts'

const options: BasemapOptions = { tiles: 'https://x.test/town.pmtiles', attribution: '© OpenStreetMap', theme: 'dark', language: 'zh-CN', buildings: true, labels: true, pois: true }

for (const theme of ['dark', 'light'] as const) {
  for (const language of ['zh-CN', 'en'] as const) {
    test(`the ${theme} style in ${language} is a valid style that asks for no glyphs and no sprites`, () => {
      const style = basemapStyle({ ...options, theme, language })
      assert.deepEqual(validateStyleMin(style).map((problem) => problem.message), [])
      assert.equal(style.glyphs, undefined)
      assert.equal(style.sprite, undefined)
    })
  }
}

test('without a map there is only the ground', () => {
  const style = basemapStyle({ ...options, tiles: null })
  assert.deepEqual(Object.keys(style.sources), [])
  assert.deepEqual(style.layers.map((layer) => layer.id), ['ground'])
})

test('layers that were switched off are not there, the others are', () => {
  const ids = (changes: Partial<BasemapOptions>) => basemapStyle({ ...options, ...changes }).layers.map((layer) => layer.id)
  assert.ok(ids({}).includes('building') && ids({}).includes('poi-name'))
  assert.ok(!ids({ buildings: false }).includes('building'))
  assert.ok(!ids({ pois: false }).includes('poi-name') && ids({ pois: false }).includes('road-name'))
  assert.ok(!ids({ labels: false }).some((id) => id.includes('name')))
})

test('the map says where it is from', () => {
  assert.equal((basemapStyle(options).sources['town'] as { attribution: string }).attribution, '© OpenStreetMap')
})
