/** The world cut into square tiles, level by level, and which of them a view of the map needs. */
import { cellBits } from '#modules/units/contract.ts'

export type Box = readonly [west: number, south: number, east: number, north: number]

/** A level's tile as one number: its column times 2^16 and its row. */
export type TileKey = number

/** What a client follows: these tiles of one level. */
export type Cover = { readonly level: number; readonly tiles: readonly TileKey[] }

/** The coarsest level: the world in 32 tiles of 45°, whose cells are still finer than a receiver's error. */
export const levelMin = 3
/** The finest: 2.4 km. Smaller tiles would be left every other minute. */
export const levelMax = 14
/** A view takes the finest level at which it needs no more tiles than this; at the coarsest it may need all 32. */
export const tilesMax = 16

const cellsInTile = 2 ** cellBits
const keyOf = (column: number, row: number): TileKey => column * 65536 + row
export const columnOf = (tile: TileKey): number => Math.floor(tile / 65536)
export const rowOf = (tile: TileKey): number => tile % 65536

/** By level: how many cells lie in a degree, and how many there are from west to east; half as many from south to north. */
const cellsInDegree = Array.from({ length: levelMax + 1 }, (_, level) => (2 ** level * cellsInTile) / 360)
const cellsInAll = Array.from({ length: levelMax + 1 }, (_, level) => 2 ** level * cellsInTile)

/** Where a place lies among all cells of a level, from 180° W and from 90° S; the last cell has its far edge too. */
const cellEast = (level: number, lon: number): number => Math.min(cellsInAll[level]! - 1, Math.max(0, Math.floor((lon + 180) * cellsInDegree[level]!)))
const cellNorth = (level: number, lat: number): number => Math.min(cellsInAll[level]! / 2 - 1, Math.max(0, Math.floor((lat + 90) * cellsInDegree[level]!)))

/** A place's cell within its tile, 0…2^22 − 1. */
export const eastWithin = (level: number, tile: TileKey, lon: number): number => cellEast(level, lon) - columnOf(tile) * cellsInTile
export const northWithin = (level: number, tile: TileKey, lat: number): number => cellNorth(level, lat) - rowOf(tile) * cellsInTile

export const tileAt = (level: number, lon: number, lat: number): TileKey =>
  keyOf(Math.floor(cellEast(level, lon) / cellsInTile), Math.floor(cellNorth(level, lat) / cellsInTile))

/** The tiles that together hold the box, in order. West beyond east: it crosses the 180th meridian. */
export function coverOf([west, south, east, north]: Box): Cover {
  if (south > north) return { level: levelMin, tiles: [] }
  for (let level = levelMax; ; level--) {
    const column = (lon: number) => Math.floor(cellEast(level, lon) / cellsInTile)
    const row = (lat: number) => Math.floor(cellNorth(level, lat) / cellsInTile)
    const all = 2 ** level
    const first = column(west)
    // Beyond the meridian its last tile may be its first again.
    const columns = Math.min(all, west <= east ? column(east) - first + 1 : all - first + column(east) + 1)
    const rows = row(north) - row(south) + 1
    if (columns * rows > tilesMax && level > levelMin) continue
    const tiles: TileKey[] = []
    for (let n = 0; n < columns; n++) for (let m = 0; m < rows; m++) tiles.push(keyOf((first + n) % all, row(south) + m))
    return { level, tiles: tiles.sort((a, b) => a - b) }
  }
}
