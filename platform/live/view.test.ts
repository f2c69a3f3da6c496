import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '#core/random.ts'
import { inScope } from '#kernel/actor.ts'
import { frameHeaderBytes, tileHeaderBytes } from '#modules/units/contract.ts'
import { frameReader, toTenth } from '#ui/map/frames.ts'
import type { LivePosition } from './contract.ts'
import { coverOf, type Box, type Cover } from './grid.ts'
import { createViews, type View } from './view.ts'

/** A town whose units are rows in a map. */
function paperTown() {
  const rows = new Map<number, LivePosition>()
  let changed = new Set<number>()
  const touch = (handle: number) => void changed.add(handle)
  return {
    rows,
    place: (handle: number, lon: number, lat: number, rest: Partial<LivePosition> = {}) =>
      touch(rows.set(handle, { handle, agency: 'cn', lon, lat, fixAt: 0, speedKmh: null, courseDeg: null, stale: false, ...rest }) && handle),
    remove: (handle: number) => rows.delete(handle) && touch(handle),
    source: {
      find: (handle: number) => rows.get(handle),
      takeChanged() {
        const taken = changed
        changed = new Set()
        return taken
      },
    },
  }
}

/** Everything a page holds, by handle, as words that differ when anything that is drawn differs. */
type Drawn = Map<number, string>
const words = (lon: number, lat: number, one: { fixAt: number; stale: boolean; speedKmh: number | null; courseDeg: number | null }) =>
  `${lon.toFixed(4)} ${lat.toFixed(4)} ${toTenth(one.fixAt)} ${one.stale} ${one.speedKmh} ${one.courseDeg}`

/** A page: it knows what frames told it and nothing else. */
function page(view: View) {
  const reader = frameReader()
  const drawn: Drawn = new Map()
  return {
    view,
    drawn,
    /** Its last frame's bytes; undefined when there was nothing to say. */
    take(): Buffer | undefined {
      const bytes = view.frame()
      if (!bytes) return undefined
      const changes = reader.read(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer)
      for (const one of changes.records) drawn.set(one.handle, words(one.lon, one.lat, one))
      for (const handle of [...changes.gone, ...changes.dropped]) drawn.delete(handle)
      return bytes
    },
  }
}

/** Whether a place is in what a client follows: the obvious way, by the edges of each tile. */
const follows = ({ level, tiles }: Cover, { lon, lat }: { lon: number; lat: number }): boolean =>
  tiles.some((tile) => {
    const side = 360 / 2 ** level
    const west = Math.floor(tile / 65536) * side - 180
    const south = (tile % 65536) * side - 90
    return lon >= west && lat >= south && (lon < west + side || (lon === 180 && west + side === 180)) && (lat < south + side || (lat === 90 && south + side === 90))
  })

test('every page holds exactly what its rights and tiles allow, over 150 random nights of moves, ends of duty, views, rights and slow lines', () => {
  const agencies = ['cn.east', 'cn.east.box', 'cn.west', 'cn.eastern', 'cn']
  const scopes = [['cn'], ['cn.east'], ['cn.west', 'cn.eastern'], ['cn.east', 'cn.east.box'], []]
  for (let seed = 1; seed <= 150; seed++) {
    const random = seeded(seed)
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
    const box = (): Box | null => {
      if (random() < 0.1) return null
      if (random() < 0.1) return pick([[-180, -90, 180, 90], [179, -1, -179, 1], [117, 29, 118, 28]] as const)
      const size = 2 ** (random() * 9 - 5)
      const [west, south] = [116.5 + random(), 27.5 + random()]
      return [west, south, west + size, south + size * (0.5 + random())]
    }
    const town = paperTown()
    const views = createViews(town.source)
    const clients = Array.from({ length: 6 }, (_, n) => {
      const scope = pick(scopes)
      return { ...page(views.open(scope)), scope, box: null as Box | null, everyTicks: pick([1, 1, 2, 10]), isSlow: false, n }
    })
    const units = seed % 3 === 0 ? 200 : 12 // few units in a tile: logs are cut short often
    let now = 1_767_225_600_000

    for (let step = 1; step <= 200; step++) {
      now += 100
      for (let n = Math.floor((random() * units) / 4); n >= 0; n--) {
        const handle = 1 + Math.floor(random() * units)
        const chance = random()
        const known = town.rows.get(handle)
        if (chance < 0.1) town.remove(handle)
        // Cells' middles are what pages draw; a place a little off their edges is drawn as it is to four digits at every level from 5 on.
        else if (chance < 0.2 || !known) {
          const far = random() < 0.05
          const [lon, lat] = far ? [pick([180, -180, 179.99, 0]), pick([90, -90, 0, 0.5])] : [116.5 + random() * 2, 27.5 + random() * 2]
          town.place(handle, lon, lat, { agency: pick(agencies), fixAt: now - Math.floor(random() ** 8 * 1e7), speedKmh: pick([null, 0, 30]), courseDeg: pick([null, 0, 270]) })
        } else if (chance < 0.25) town.place(handle, known.lon, known.lat, { ...known, stale: !known.stale })
        else town.place(handle, Math.min(180, known.lon + (random() - 0.5) / 20), Math.min(90, known.lat + (random() - 0.5) / 20), { ...known, fixAt: now - 700, ...(random() < 0.02 ? { agency: pick(agencies) } : {}) })
      }
      for (const client of clients) {
        for (let n = random() < 0.05 ? 1 + Math.floor(random() * 3) : 0; n > 0; n--) client.view.look((client.box = random() < 0.5 ? box() : pick(clients).box))
        if (random() < 0.02) client.view.limit((client.scope = pick(scopes)))
        if (random() < 0.03) client.isSlow = !client.isSlow
      }

      views.advance(now)
      for (const client of clients) {
        if (client.isSlow || (step + client.n) % client.everyTicks !== 0) continue
        client.take()
        const cover = client.box ? coverOf(client.box) : { level: 3, tiles: [] }
        const wanted = [...town.rows.values()].filter((one) => inScope(one.agency, client.scope) && follows(cover, one))
        const where = `seed ${seed}, step ${step}, client ${client.n}`
        assert.deepEqual([...client.drawn.keys()].sort(), wanted.map((one) => one.handle).sort(), where)
        for (const one of wanted) {
          const [lon, lat, ...rest] = client.drawn.get(one.handle)!.split(' ')
          const cell = 360 / 2 ** (22 + cover.level) + 1e-4
          assert.ok(Math.abs(Number(lon) - one.lon) <= cell && Math.abs(Number(lat) - one.lat) <= cell, `${where}: ${one.lon} ${one.lat} drawn at ${lon} ${lat}`)
          assert.deepEqual(rest, words(0, 0, one).split(' ').slice(2), where)
        }
      }
    }
  }
})

test('those who see the same are sent the same bytes, and nobody else’s', () => {
  const town = paperTown()
  const views = createViews(town.source)
  const box: Box = [117, 28, 117.5, 28.5]
  const [one, two, other] = [['cn'], ['cn.east', 'cn'], ['cn.east']].map((scope) => views.open(scope)) as [View, View, View]
  for (const view of [one, two, other]) view.look(box)
  for (let tick = 1; tick <= 5; tick++) {
    town.place(1, 117.1 + tick / 100, 28.2, { agency: 'cn.east' })
    town.place(2, 117.1 + tick / 100, 28.2, { agency: 'cn.west' })
    views.advance(tick * 100)
    const [first, second, third] = [one.frame(), two.frame(), other.frame()]
    assert.equal(first, second, `tick ${tick}`)
    assert.notEqual(first, third)
    assert.equal(first!.length - third!.length, 12, 'one record more')
  }
})

test('a hidden unit’s moves and its end of duty are not even bytes to who may not see it', () => {
  const town = paperTown()
  const views = createViews(town.source)
  const client = page(views.open(['cn.east']))
  client.view.look([117, 28, 117.5, 28.5])
  views.advance(0)
  assert.equal(client.take()?.length, frameHeaderBytes)
  for (let tick = 1; tick <= 500; tick++) {
    if (tick % 7 === 0) town.remove(1)
    else town.place(1, 117.1 + random7(tick), 28.2, { agency: 'cn.west' })
    views.advance(tick * 100)
    assert.equal(client.take(), undefined, `tick ${tick}`)
  }
})
const random7 = (tick: number) => (tick % 5) / 10

test('nothing new, no frame; a view that was looked at before costs nothing again', () => {
  const town = paperTown()
  town.place(1, 117, 28)
  const views = createViews(town.source)
  const client = page(views.open(['cn']))
  views.advance(0)
  assert.equal(client.take(), undefined)
  client.view.look([116, 27, 118, 29])
  assert.equal(client.take()?.length, frameHeaderBytes + tileHeaderBytes + 12)
  assert.equal(client.take(), undefined)
  client.view.look([116, 27, 118, 29])
  assert.equal(client.take(), undefined)
  client.view.look(null)
  assert.equal(client.take()?.length, frameHeaderBytes)
  assert.deepEqual([client.take(), client.drawn.size], [undefined, 0])
})

test('a record of a fresh fix is 12 bytes, so a district of 2,000 units at one fix in 10 s is 2.4 kB/s and headers', () => {
  const town = paperTown()
  const views = createViews(town.source)
  const client = page(views.open(['cn']))
  client.view.look([117, 28, 117.2, 28.2])
  for (let unit = 1; unit <= 2000; unit++) town.place(unit, 117.001 + (unit % 50) / 260, 28.001 + Math.floor(unit / 50) / 210, { fixAt: 0 })
  views.advance(0)
  client.take()
  let bytes = 0
  for (let tick = 1; tick <= 100; tick++) {
    for (let unit = tick; unit <= 2000; unit += 100) town.place(unit, 117.002 + (unit % 50) / 260, 28.002 + Math.floor(unit / 50) / 210, { fixAt: tick * 100 })
    views.advance(tick * 100)
    bytes += client.take()!.length
  }
  assert.ok(bytes <= 2000 * 12 + 100 * (frameHeaderBytes + 16 * tileHeaderBytes), `${bytes} bytes`)
})

test('a client that comes over to tiles that another has long held gets them whole, in the same tick as that other gets changes', () => {
  const town = paperTown()
  const views = createViews(town.source)
  const [one, two] = [page(views.open(['cn'])), page(views.open(['cn']))]
  const [left, both]: Box[] = [[112.5, 22.6, 112.7, 22.75], [112.4, 22.6, 112.7, 22.75]]
  assert.equal(coverOf(left).level, coverOf(both).level)
  one.view.look(left)
  two.view.look(both)
  town.place(1, 112.41, 22.65)
  town.place(2, 112.65, 22.65)
  views.advance(100)
  for (const client of [one, two]) client.take()
  assert.deepEqual([one.drawn.size, two.drawn.size], [1, 2])
  one.view.look(both)
  town.place(2, 112.66, 22.65)
  views.advance(200)
  for (const client of [two, one]) client.take()
  assert.deepEqual(one.drawn, two.drawn)
})

test('a client that was away so long that its tiles were given up gets them whole', () => {
  const town = paperTown()
  const views = createViews(town.source)
  const client = page(views.open(['cn']))
  client.view.look([117, 28, 118, 29])
  for (const handle of [1, 2, 3]) town.place(handle, 117.5, 28.5)
  views.advance(0)
  client.take()
  town.remove(1)
  town.place(2, 117.6, 28.5)
  for (let tick = 1; tick <= 1300; tick++) views.advance(tick * 100)
  client.take()
  assert.deepEqual([...client.drawn.keys()].sort(), [2, 3])
  assert.match(client.drawn.get(2)!, /^117.6000/)
})

test('a box across the 180th meridian is not empty', () => {
  const town = paperTown()
  for (const [handle, lon] of [[1, 179.5], [2, -179.5], [3, 0]] as const) town.place(handle, lon, 0)
  const views = createViews(town.source)
  views.advance(0)
  const client = page(views.open(['cn']))
  client.view.look([179, -1, -179, 1])
  client.take()
  assert.deepEqual([...client.drawn.keys()].sort(), [1, 2])
})
