import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '#core/random.ts'
import { inScope } from '#kernel/actor.ts'
import { readFrame } from '#ui/map/frames.ts'
import type { LivePosition } from './contract.ts'
import { snapshots, unitsInView, type Box } from './view.ts'

test('applying every frame in turn gives exactly what is in view, over 100 random nights', () => {
  for (let seed = 1; seed <= 100; seed++) {
    const random = seeded(seed)
    const town = new Map<number, LivePosition>()
    let sequence = 0
    const source = { sequence: () => sequence, all: () => town.values() }
    const newest = snapshots(source)
    let box: Box | null = [117, 28, 117.5, 28.5]
    let scope = ['cn.east']
    const view = unitsInView(scope)
    view.look(box)
    let drawn = new Map<number, string>() // as a page would hold it

    for (let step = 0; step < 200; step++) {
      const chance = random()
      const handle = Math.floor(random() * 12)
      if (chance < 0.7) {
        const agency = ['cn.east', 'cn.east.box', 'cn.west', 'cn.eastern'][Math.floor(random() * 4)]!
        town.set(handle, { handle, agency, lon: Math.round((116.9 + random()) * 1e6) / 1e6, lat: 27.9 + random(), fixAt: step, speedKmh: null, courseDeg: null, stale: random() < 0.2, sequence: ++sequence })
      } else if (chance < 0.8) {
        if (town.delete(handle)) sequence++
      } else if (chance < 0.85) view.look((box = random() < 0.2 ? null : [116.9 + random() / 4, 28, 117.2 + random() / 2, 28.5]))
      else if (chance < 0.88) view.limit((scope = random() < 0.5 ? ['cn'] : ['cn.east']))
      if (random() < 0.5) continue // frames are conflated: not every change gets its own

      const bytes = view.frame(newest(), 1000)
      if (bytes) {
        const frame = readFrame(bytes.buffer as ArrayBuffer)
        if (frame.full) drawn = new Map()
        for (const one of frame.records) {
          if (one.left) drawn.delete(one.handle)
          else drawn.set(one.handle, `${one.lon.toFixed(6)} ${one.stale}`)
        }
      }
      const wanted = [...town.values()]
        .filter((one) => box && inScope(one.agency, scope) && one.lon >= box[0] && one.lon <= box[2] && one.lat >= box[1] && one.lat <= box[3])
        .map((one) => [one.handle, `${one.lon.toFixed(6)} ${one.stale}`] as const)
      assert.deepEqual([...drawn].sort(), wanted.sort(), `seed ${seed}, step ${step}`)
    }
  }
})

test('nothing new, no frame', () => {
  const town = new Map<number, LivePosition>([[1, { handle: 1, agency: 'cn', lon: 117, lat: 28, fixAt: 0, speedKmh: 1, courseDeg: 1, stale: false, sequence: 1 }]])
  const newest = snapshots({ sequence: () => 1, all: () => town.values() })
  const view = unitsInView(['cn'])
  assert.equal(view.frame(newest(), 0), undefined)
  view.look([0, 0, 180, 80])
  assert.ok(view.frame(newest(), 0))
  assert.equal(view.frame(newest(), 0), undefined)
})

test('a box across the 180th meridian is not empty', () => {
  const at = (handle: number, lon: number): [number, LivePosition] => [handle, { handle, agency: 'cn', lon, lat: 0, fixAt: 0, speedKmh: 0, courseDeg: 0, stale: false, sequence: 1 }]
  const town = new Map([at(1, 179.5), at(2, -179.5), at(3, 0)])
  const view = unitsInView(['cn'])
  view.look([179, -1, -179, 1])
  const frame = readFrame(view.frame(snapshots({ sequence: () => 1, all: () => town.values() })(), 0)!.buffer as ArrayBuffer)
  assert.deepEqual(frame.records.map((one) => one.handle), [1, 2])
})
