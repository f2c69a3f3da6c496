import assert from 'node:assert/strict'
import { test } from 'node:test'
import gcoordModule from 'gcoord'
import { seeded } from '../random.ts'
import { distanceMeters } from './distance.ts'
import { fromWgs84, toWgs84, type Crs } from './shifted.ts'

// its types say `default.default`, its CommonJS says `default`
const gcoord = gcoordModule as unknown as typeof gcoordModule.default

/** Places over all of China, from Sanya to Mohe, Kashgar to Fuyuan. */
function* places(seed: number, count: number) {
  const random = seeded(seed)
  for (let i = 0; i < count; i++) yield [75 + random() * 59, 18.5 + random() * 34.5] as const
}

for (const crs of ['gcj02', 'bd09'] as Crs[]) {
  test(`${crs}: there and back is exact to a millimetre at 20,000 places over China`, () => {
    let worst = 0
    for (const [lon, lat] of places(7, 20_000)) {
      const [back, backLat] = toWgs84(crs, ...fromWgs84(crs, lon, lat))
      worst = Math.max(worst, distanceMeters(lon, lat, back, backLat))
    }
    assert.ok(worst < 0.001, `worst ${worst} m`)
  })

  test(`${crs}: back and there is exact to a millimetre too`, () => {
    let worst = 0
    for (const [lon, lat] of places(8, 20_000)) {
      const [forth, forthLat] = fromWgs84(crs, ...toWgs84(crs, lon, lat))
      worst = Math.max(worst, distanceMeters(lon, lat, forth, forthLat))
    }
    assert.ok(worst < 0.001, `worst ${worst} m`)
  })

  test(`${crs}: the forward shift agrees with gcoord, and the way back is within gcoord's own error of a metre`, () => {
    const system = crs === 'gcj02' ? gcoord.GCJ02 : gcoord.BD09
    let moved = 0
    for (const [lon, lat] of places(9, 3_000)) {
      const shifted = gcoord.transform([lon, lat] as [number, number], gcoord.WGS84, system)
      // gcoord leaves points outside its own outline of China where they are: those say nothing about the formula.
      if (distanceMeters(lon, lat, shifted[0], shifted[1]) < 1) continue
      const ours = fromWgs84(crs, lon, lat)
      // gcoord leaves points outside its outline unshifted before BD-09 as well
      if (crs === 'bd09' && distanceMeters(...ours, shifted[0], shifted[1]) > 5) continue
      moved++
      assert.ok(distanceMeters(...ours, shifted[0], shifted[1]) < 0.001, `at ${lon}, ${lat}`)
      const back = gcoord.transform([...ours] as [number, number], system, gcoord.WGS84)
      assert.ok(distanceMeters(...toWgs84(crs, ...ours), back[0], back[1]) < 1, `back at ${lon}, ${lat}`)
    }
    assert.ok(moved > 1_000, `only ${moved} of 3000 places were compared`)
  })
}

test('the shift in Guixi is some hundreds of metres, so leaving it out would be seen', () => {
  const [lon, lat] = fromWgs84('gcj02', 117.21, 28.29)
  const meters = distanceMeters(117.21, 28.29, lon, lat)
  assert.ok(meters > 300 && meters < 800, `${meters} m`)
})

test('WGS-84 is left alone, declared or not', () => {
  assert.deepEqual(toWgs84('wgs84', 117.2, 28.3), [117.2, 28.3])
  assert.deepEqual(toWgs84(undefined, -122.6, 45.5), [-122.6, 45.5])
})
