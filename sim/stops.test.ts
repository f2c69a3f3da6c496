import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { isInside, stopsOf, type Districts } from './stops.ts'
import { readTownFile } from './town-file.ts'

const town = (name: string) => readTownFile(new URL(`../demo/${name}/town.json`, import.meta.url).pathname)
const districts: Districts = JSON.parse(readFileSync(new URL('../demo/portland/districts.geojson', import.meta.url), 'utf8'))

test('the 60 real districts are there, and every beat of the town has sixteen stops inside it and the map', () => {
  assert.equal(districts.features.length, 60)
  const portland = town('portland')
  const [west, south, east, north] = portland.bounds
  for (const unit of portland.units) {
    const stops = stopsOf(portland, unit, 7, districts)
    assert.equal(stops.length, 16, unit.callSign)
    const { geometry } = districts.features.find(({ properties }) => properties.district === unit.beat)!
    for (const [lon, lat] of stops) {
      assert.ok(lon >= west && lon <= east && lat >= south && lat <= north)
      assert.ok((geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates).some((polygon) => isInside([lon, lat], polygon)))
    }
    assert.deepEqual(stopsOf(portland, unit, 7, districts), stops)
  }
})

test('on foot one stays near; the brigade goes everywhere', () => {
  const guixi = town('guixi')
  const count = (callSign: string) => stopsOf(guixi, guixi.units.find((unit) => unit.callSign === callSign)!, 7).length
  assert.deepEqual([count('雄3'), count('雄2'), count('雄1'), count('巡1')], [5, 8, 14, guixi.places.length])
})

test('refuses a beat that is no district', () => {
  const portland = town('portland')
  assert.throws(() => stopsOf(portland, { ...portland.units[0], beat: '999' }, 7, districts), /no district 999/)
})

test('a point in a hole is outside', () => {
  const square = (from: number, to: number) => [[from, from], [to, from], [to, to], [from, to], [from, from]]
  const ring = [square(0, 10), square(4, 6)]
  assert.deepEqual([isInside([5, 5], ring), isInside([2, 5], ring), isInside([11, 5], ring)], [false, true, false])
})
