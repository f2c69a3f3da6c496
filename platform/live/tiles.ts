/** The newest place of every unit, cut into tiles: what changed in a tile since a tick is encoded once for all who look at it. */
import type { AgencyPath, Instant } from '#kernel/names.ts'
import type { LivePosition, PositionSource } from './contract.ts'
import { encodeTile, handleMax, type Block } from './frame.ts'
import { tileAt, type TileKey } from './grid.ts'

/** Whose units may be seen. Equal keys see the same: what was encoded for one is sent to all of them. */
export type Rights = { readonly key: string; readonly sees: (agency: AgencyPath) => boolean }

export type Tiles = {
  /** Take in what changed since the last call; a new tick begins. */
  advance(now: Instant): void
  readonly tick: () => number
  readonly now: () => Instant
  /**
   * What those rights may know of a tile that changed after tick `since`; all of it where that is undefined, or longer
   * ago than is remembered. Undefined: nothing.
   */
  block(level: number, tile: TileKey, rights: Rights, since: number | undefined): Block | undefined
}

/** A unit, its newest place, and at which tick that changed last. Lives as long as the program, so that a tile's log can name it. */
type Known = { readonly handle: number; readonly index: number; position: LivePosition | undefined; changedAt: number }

/** `agency`: whose the unit was before, for those who saw it then; undefined where it had no place in the tile. */
type Change = { readonly tick: number; readonly known: Known; readonly agency: AgencyPath | undefined }

type Tile = {
  readonly members: Set<Known>
  /** Oldest first; whole from after tick `forgotten` on. */
  log: Change[]
  forgotten: number
  /** What was encoded at tick `encodedAt`, by rights and by since when. */
  readonly encoded: Map<string, Block | undefined>
  encodedAt: number
}

type Level = {
  readonly level: number
  readonly tiles: Map<TileKey, Tile>
  /** In which tile each unit is, by its index. */
  readonly tileOf: (Tile | undefined)[]
  readonly builtAt: number
  usedAt: number
}

/** A level that nobody looked at for so many ticks is given up. */
const unusedTicksMax = 1200
/** A log longer than this and twice the tile's units loses its older half; who is further behind gets the tile whole. */
const logMin = 64

export function createTiles(source: PositionSource): Tiles {
  const table = new Map<number, Known>()
  const levels = new Map<number, Level>()
  let tick = 0
  let at: Instant = 0

  function tileAtPlace(level: Level, { lon, lat }: LivePosition): Tile {
    const key = tileAt(level.level, lon, lat)
    let tile = level.tiles.get(key)
    if (!tile) level.tiles.set(key, (tile = { members: new Set(), log: [], forgotten: level.builtAt, encoded: new Map(), encodedAt: 0 }))
    return tile
  }

  function build(number: number): Level {
    const level: Level = { level: number, tiles: new Map(), tileOf: [], builtAt: tick, usedAt: tick }
    for (const known of table.values()) {
      const tile = known.position && tileAtPlace(level, known.position)
      tile?.members.add(known)
      level.tileOf[known.index] = tile
    }
    levels.set(number, level)
    return level
  }

  /** @param agency whose the unit was before; undefined where it had no place */
  function move(level: Level, known: Known, agency: AgencyPath | undefined): void {
    const from = level.tileOf[known.index]
    const to = known.position && tileAtPlace(level, known.position)
    if (from !== to) {
      level.tileOf[known.index] = to
      from?.members.delete(known)
      to?.members.add(known)
      if (from) remember(from, { tick, known, agency })
    }
    if (to) remember(to, { tick, known, agency: from === to ? agency : undefined })
  }

  function remember(tile: Tile, change: Change): void {
    tile.log.push(change)
    if (tile.log.length <= logMin + 2 * tile.members.size) return
    const half = tile.log.length >> 1
    tile.forgotten = tile.log[half - 1]!.tick
    tile.log = tile.log.slice(half)
  }

  function encode({ level, tileOf, builtAt }: Level, key: TileKey, tile: Tile | undefined, rights: Rights, since: number | undefined): Block | undefined {
    const isWhole = since === undefined || since < (tile?.forgotten ?? builtAt)
    const shown: LivePosition[] = []
    if (isWhole) {
      for (const { position } of tile?.members ?? []) if (rights.sees(position!.agency)) shown.push(position!)
      // Of an empty tile there is nothing to say to who held nothing of it.
      return since === undefined && shown.length === 0 ? undefined : encodeTile(level, key, 'whole', shown, [], at)
    }
    const gone = new Set<number>()
    const log = tile?.log ?? []
    for (let n = log.length - 1; n >= 0 && log[n]!.tick > since; n--) {
      const { known, agency, tick: changedAt } = log[n]!
      if (tileOf[known.index] === tile && rights.sees(known.position!.agency)) {
        if (changedAt === known.changedAt) shown.push(known.position!) // else a later line tells it
      } else if (agency !== undefined && rights.sees(agency)) gone.add(known.handle)
    }
    return shown.length === 0 && gone.size === 0 ? undefined : encodeTile(level, key, 'changes', shown, [...gone], at)
  }

  return {
    tick: () => tick,
    now: () => at,
    advance(now) {
      tick++
      at = now
      for (const level of levels.values()) if (tick - level.usedAt > unusedTicksMax) levels.delete(level.level)
      for (const handle of source.takeChanged()) {
        if (handle > handleMax) continue
        let known = table.get(handle)
        if (!known) table.set(handle, (known = { handle, index: table.size, position: undefined, changedAt: tick }))
        const before = known.position
        known.position = source.find(handle)
        known.changedAt = tick
        if (known.position !== before) for (const level of levels.values()) move(level, known, before?.agency)
      }
    },
    block(number, key, rights, since) {
      const level = levels.get(number) ?? build(number)
      level.usedAt = tick
      const tile = level.tiles.get(key)
      if (!tile) return encode(level, key, undefined, rights, since)
      if (tile.encodedAt !== tick) {
        tile.encoded.clear()
        tile.encodedAt = tick
      }
      const name = `${since ?? 'whole'} ${rights.key}`
      if (!tile.encoded.has(name)) tile.encoded.set(name, encode(level, key, tile, rights, since))
      return tile.encoded.get(name)
    },
  }
}
