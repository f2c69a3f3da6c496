/** The newest place of every unit, cut into tiles: what changed in a tile since a tick is encoded once for all who look at it. */
import type { AgencyPath, Instant } from '#kernel/names.ts'
import { handleMax } from '#modules/units/contract.ts'
import type { LivePosition, PositionSource } from './contract.ts'
import { encodeTile, type Block } from './frame.ts'
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

type Tile = {
  readonly key: TileKey
  /** By their index. */
  readonly members: Set<number>
  /** What changed, oldest first; whole from after tick `forgotten` on. */
  readonly log: Log
  forgotten: number
  /** What was encoded at tick `encodedAt`, by rights and by since when. */
  readonly encoded: Map<string, Block | undefined>
  encodedAt: number
}

/**
 * Changes in three numbers each: tick, the unit's index, and whose the unit was before, for those who saw it then (0 where it had no
 * place in the tile). Ten thousand a second as objects would be the collector's work.
 */
type Log = { words: Int32Array; length: number }
const inChange = 3

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
const none: readonly number[] = []

export function createTiles(source: PositionSource): Tiles {
  // Units by the index at which they were first heard of; it is theirs as long as the program lives, so that logs can name it.
  const indexOf = new Map<number, number>()
  const handles: number[] = []
  const positions: (LivePosition | undefined)[] = []
  /** At which tick it changed last. */
  const changedAt: number[] = []
  /** Agencies by number, from 1 on. */
  const agencies: AgencyPath[] = ['']
  const agencyNumbers = new Map<AgencyPath, number>()
  const levels = new Map<number, Level>()
  let tick = 0
  let at: Instant = 0

  function numberOf(agency: AgencyPath): number {
    let number = agencyNumbers.get(agency)
    if (number === undefined) agencyNumbers.set(agency, (number = agencies.push(agency) - 1))
    return number
  }

  function tileWith(level: Level, key: TileKey): Tile {
    let tile = level.tiles.get(key)
    if (!tile) level.tiles.set(key, (tile = { key, members: new Set(), log: { words: new Int32Array(16 * inChange), length: 0 }, forgotten: level.builtAt, encoded: new Map(), encodedAt: 0 }))
    return tile
  }

  function build(number: number): Level {
    const level: Level = { level: number, tiles: new Map(), tileOf: [], builtAt: tick, usedAt: tick }
    for (const [index, position] of positions.entries()) {
      const tile = position && tileWith(level, tileAt(number, position.lon, position.lat))
      tile?.members.add(index)
      level.tileOf[index] = tile
    }
    levels.set(number, level)
    return level
  }

  /** @param agency whose the unit was before; 0 where it had no place */
  function move(level: Level, index: number, position: LivePosition | undefined, agency: number): void {
    const from = level.tileOf[index]
    if (position) {
      const key = tileAt(level.level, position.lon, position.lat)
      if (from?.key === key) return remember(from, index, agency)
      const to = tileWith(level, key)
      level.tileOf[index] = to
      to.members.add(index)
      remember(to, index, 0)
    } else level.tileOf[index] = undefined
    if (!from) return
    from.members.delete(index)
    remember(from, index, agency)
  }

  function remember(tile: Tile, index: number, agency: number): void {
    const { log } = tile
    if (log.length === log.words.length) {
      const longer = new Int32Array(log.length * 2)
      longer.set(log.words)
      log.words = longer
    }
    log.words[log.length] = tick
    log.words[log.length + 1] = index
    log.words[log.length + 2] = agency
    log.length += inChange
    const count = log.length / inChange
    if (count <= logMin + 2 * tile.members.size) return
    const half = (count >> 1) * inChange
    tile.forgotten = log.words[half - inChange]!
    log.words.copyWithin(0, half, log.length)
    log.length -= half
  }

  function encode({ level, tileOf, builtAt }: Level, key: TileKey, tile: Tile | undefined, rights: Rights, since: number | undefined): Block | undefined {
    const isWhole = since === undefined || since < (tile?.forgotten ?? builtAt)
    const shown: LivePosition[] = []
    if (isWhole) {
      for (const index of tile?.members ?? []) if (rights.sees(positions[index]!.agency)) shown.push(positions[index]!)
      // Of an empty tile there is nothing to say to who held nothing of it.
      return since === undefined && shown.length === 0 ? undefined : encodeTile(level, key, 'whole', shown, none, at)
    }
    if (!tile) return undefined
    const { words, length } = tile.log
    let gone: Set<number> | undefined
    for (let n = length - inChange; n >= 0 && words[n]! > since; n -= inChange) {
      const index = words[n + 1]!
      if (tileOf[index] === tile && rights.sees(positions[index]!.agency)) {
        if (words[n] === changedAt[index]) shown.push(positions[index]!) // else a later line tells it
      } else if (words[n + 2] !== 0 && rights.sees(agencies[words[n + 2]!]!)) (gone ??= new Set()).add(handles[index]!)
    }
    return shown.length === 0 && !gone ? undefined : encodeTile(level, key, 'changes', shown, gone ? [...gone] : none, at)
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
        let index = indexOf.get(handle)
        if (index === undefined) {
          indexOf.set(handle, (index = handles.push(handle) - 1))
          positions.push(undefined)
          changedAt.push(tick)
        }
        const before = positions[index]
        const position = source.find(handle)
        positions[index] = position
        changedAt[index] = tick
        if (position === before) continue
        const agency = before ? numberOf(before.agency) : 0
        for (const level of levels.values()) move(level, index, position, agency)
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
