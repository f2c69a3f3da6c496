/**
 * PMTiles, version 3: many map tiles in one file that is read by ranges.
 * Specification: github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md. The official reader is the check in the tests.
 */
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { zxyToTileId } from 'pmtiles'

export type Tile = { readonly z: number; readonly x: number; readonly y: number; readonly bytes: Uint8Array }
export type PmtilesHeader = {
  /** West, south, east, north, degrees. */
  readonly bounds: readonly [number, number, number, number]
  readonly zoomMin: number
  readonly zoomMax: number
  readonly centerZoom: number
  readonly metadata: object
}

const HEADER_BYTES = 127
/** Header and root directory must lie within the first 16 KiB, so that one range request gets both. */
const ROOT_BYTES_MAX = 16_384 - HEADER_BYTES
const GZIP = 2
const MVT = 1

type Entry = { id: number; offset: number; length: number; run: number }

/** Write vector tiles (uncompressed; they are gzipped here) as one PMTiles file. Equal tiles are kept once. */
export function writePmtiles(tiles: readonly Tile[], header: PmtilesHeader): Uint8Array {
  const sorted = tiles.map((tile) => ({ id: zxyToTileId(tile.z, tile.x, tile.y), tile })).sort((a, b) => a.id - b.id)
  const parts: Uint8Array[] = []
  const kept = new Map<string, { offset: number; length: number }>()
  const entries: Entry[] = []
  let dataLength = 0
  for (const { id, tile } of sorted) {
    const key = createHash('sha256').update(tile.bytes).digest('base64')
    let place = kept.get(key)
    if (!place) {
      const bytes = gzipSync(tile.bytes)
      place = { offset: dataLength, length: bytes.length }
      kept.set(key, place)
      parts.push(bytes)
      dataLength += bytes.length
    }
    const last = entries.at(-1)
    if (last && last.offset === place.offset && last.id + last.run === id) last.run++
    else entries.push({ id, ...place, run: 1 })
  }

  const { root, leaves } = directories(entries)
  const metadata = gzipSync(JSON.stringify(header.metadata))
  const rootAt = HEADER_BYTES
  const metadataAt = rootAt + root.length
  const leavesAt = metadataAt + metadata.length
  const dataAt = leavesAt + leaves.length
  const file = new Uint8Array(dataAt + dataLength)
  const view = new DataView(file.buffer)
  file.set(new TextEncoder().encode('PMTiles'))
  view.setUint8(7, 3)
  const longs = [rootAt, root.length, metadataAt, metadata.length, leavesAt, leaves.length, dataAt, dataLength, sorted.length, entries.length, kept.size]
  for (const [i, value] of longs.entries()) view.setBigUint64(8 + 8 * i, BigInt(value), true)
  view.setUint8(96, 1) // clustered: data in the order of tile ids
  view.setUint8(97, GZIP)
  view.setUint8(98, GZIP)
  view.setUint8(99, MVT)
  view.setUint8(100, header.zoomMin)
  view.setUint8(101, header.zoomMax)
  const [west, south, east, north] = header.bounds
  for (const [i, degrees] of [west, south, east, north].entries()) view.setInt32(102 + 4 * i, Math.round(degrees * 1e7), true)
  view.setUint8(118, header.centerZoom)
  view.setInt32(119, Math.round(((west + east) / 2) * 1e7), true)
  view.setInt32(123, Math.round(((south + north) / 2) * 1e7), true)
  file.set(root, rootAt)
  file.set(metadata, metadataAt)
  file.set(leaves, leavesAt)
  let at = dataAt
  for (const part of parts) {
    file.set(part, at)
    at += part.length
  }
  return file
}

/** All entries in the root where they fit; else leaves, with the root pointing to them. */
function directories(entries: readonly Entry[]): { root: Uint8Array; leaves: Uint8Array } {
  const whole = directory(entries)
  if (whole.length <= ROOT_BYTES_MAX) return { root: whole, leaves: new Uint8Array() }
  for (let size = 4096; ; size *= 2) {
    const leaves: Uint8Array[] = []
    const pointers: Entry[] = []
    let offset = 0
    for (let i = 0; i < entries.length; i += size) {
      const leaf = directory(entries.slice(i, i + size))
      pointers.push({ id: entries[i]!.id, offset, length: leaf.length, run: 0 })
      leaves.push(leaf)
      offset += leaf.length
    }
    const root = directory(pointers)
    if (root.length <= ROOT_BYTES_MAX) return { root, leaves: Buffer.concat(leaves) }
  }
}

function directory(entries: readonly Entry[]): Uint8Array {
  const bytes: number[] = []
  const varint = (value: number) => {
    while (value > 127) {
      bytes.push((value % 128) | 128)
      value = Math.floor(value / 128)
    }
    bytes.push(value)
  }
  varint(entries.length)
  let last = 0
  for (const { id } of entries) {
    varint(id - last)
    last = id
  }
  for (const { run } of entries) varint(run)
  for (const { length } of entries) varint(length)
  entries.forEach(({ offset }, i) => {
    const before = entries[i - 1]
    varint(before && before.offset + before.length === offset ? 0 : offset + 1)
  })
  return gzipSync(Uint8Array.from(bytes))
}
