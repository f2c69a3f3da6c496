import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { VectorTile } from '@mapbox/vector-tile'
import { PbfReader } from 'pbf'
import { Compression, PMTiles, TileType, type Source } from 'pmtiles'
import { seeded } from '#core/random.ts'
import { featuresOf, layers, ZOOM_MAX, type MapFeature } from '../osm/features.ts'
import { readOsm } from '../osm/pbf.ts'
import { tilesOf, type Drawn } from './tile.ts'
import { writePmtiles, type Tile } from './write.ts'

/** The official reader over bytes in memory, counting its requests. */
function reader(bytes: Uint8Array) {
  const asked: number[] = []
  const source: Source = {
    getKey: () => 'memory',
    async getBytes(offset, length) {
      asked.push(offset)
      return { data: bytes.slice(offset, offset + length).buffer }
    },
  }
  return { archive: new PMTiles(source), asked }
}

const header = { bounds: [117.1, 28.2, 117.3, 28.4], zoomMin: 0, zoomMax: 15, centerZoom: 13, metadata: { name: '贵溪' } } as const

test('what is written is what the official reader reads: header, metadata, every tile', async () => {
  const random = seeded(5)
  const tiles: Tile[] = []
  for (let z = 0; z <= 6; z++) {
    for (let i = 0; i < 2 ** z; i++) {
      const [x, y] = [i, Math.floor(random() * 2 ** z)]
      tiles.push({ z, x, y, bytes: Uint8Array.from({ length: 1 + Math.floor(random() * 400) }, () => random() * 256) })
    }
  }
  const { archive, asked } = reader(writePmtiles(tiles, header))
  const read = await archive.getHeader()
  assert.equal(read.specVersion, 3)
  assert.equal(read.tileType, TileType.Mvt)
  assert.equal(read.tileCompression, Compression.Gzip)
  assert.ok(read.clustered)
  assert.deepEqual([read.minLon, read.minLat, read.maxLon, read.maxLat], [117.1, 28.2, 117.3, 28.4])
  assert.deepEqual([read.minZoom, read.maxZoom, read.centerZoom], [0, 15, 13])
  assert.deepEqual([read.numAddressedTiles, read.numTileContents], [tiles.length, tiles.length])
  assert.equal(asked.length, 1, 'header and root directory come with one request')
  assert.deepEqual(await archive.getMetadata(), { name: '贵溪' })
  for (const { z, x, y, bytes } of tiles) {
    const found = await archive.getZxy(z, x, y)
    assert.ok(found, `${z}/${x}/${y}`)
    assert.deepEqual(new Uint8Array(found.data), bytes, `${z}/${x}/${y}`)
  }
  assert.equal(await archive.getZxy(7, 0, 0), undefined)
})

test('equal tiles are kept once, and neighbours of one content are one entry', async () => {
  const same = Uint8Array.of(1, 2, 3)
  const tiles: Tile[] = []
  for (let x = 0; x < 8; x++) for (let y = 0; y < 8; y++) tiles.push({ z: 3, x, y, bytes: same })
  tiles.push({ z: 4, x: 9, y: 9, bytes: same }, { z: 4, x: 1, y: 1, bytes: Uint8Array.of(9) })
  const { archive } = reader(writePmtiles(tiles, header))
  const read = await archive.getHeader()
  assert.deepEqual([read.numAddressedTiles, read.numTileEntries, read.numTileContents], [66, 3, 2])
  assert.deepEqual(new Uint8Array((await archive.getZxy(3, 7, 7))!.data), same)
  assert.deepEqual(new Uint8Array((await archive.getZxy(4, 1, 1))!.data), Uint8Array.of(9))
})

test('a directory too large for the first 16 KiB is put into leaves', async () => {
  const random = seeded(6)
  const tiles: Tile[] = []
  // gaps and lengths at random, so that the directory does not pack well
  for (let x = 0; x < 200; x++) {
    for (let y = 0; y < 160; y++) {
      if (random() < 0.5) tiles.push({ z: 8, x, y, bytes: Uint8Array.from({ length: 1 + Math.floor(random() * 300) }, () => random() * 256) })
    }
  }
  const { archive } = reader(writePmtiles(tiles, header))
  const read = await archive.getHeader()
  assert.ok((read.leafDirectoryLength ?? 0) > 0)
  for (let i = 0; i < 500; i++) {
    const { z, x, y, bytes } = tiles[Math.floor(random() * tiles.length)]!
    assert.deepEqual(new Uint8Array((await archive.getZxy(z, x, y))!.data), bytes)
  }
})

test('an archive without tiles can be read, and has none', async () => {
  const { archive } = reader(writePmtiles([], header))
  assert.equal((await archive.getHeader()).numAddressedTiles, 0)
  assert.equal(await archive.getZxy(0, 0, 0), undefined)
})

test('a feature is in every tile it touches from its own zoom on, and in none before', () => {
  const line: Drawn = { layer: 'road', zoomMin: 9, properties: { name: '路' }, geometry: { type: 'LineString', coordinates: [[117.0, 28.0], [117.2, 28.3]] } }
  const tiles = tilesOf([line], ['road'], 13)
  assert.equal(Math.min(...tiles.map((tile) => tile.z)), 9)
  for (let z = 9; z <= 13; z++) {
    const have = new Set(tiles.filter((tile) => tile.z === z).map((tile) => `${tile.x}/${tile.y}`))
    for (let i = 0; i <= 2_000; i++) {
      const [x, y] = tileAt(117 + 0.2 * (i / 2_000), 28 + 0.3 * (i / 2_000), z)
      // the line is straight on the map, not on the globe: a point beside a border may fall one tile further
      const near = [-1, 0, 1].some((dx) => [-1, 0, 1].some((dy) => have.has(`${x + dx}/${y + dy}`)))
      assert.ok(near, `${z}/${x}/${y}`)
    }
  }
})

function tileAt(lon: number, lat: number, z: number): [number, number] {
  const radians = (lat * Math.PI) / 180
  const n = 2 ** z
  return [Math.floor(((lon + 180) / 360) * n), Math.floor(((1 - Math.log(Math.tan(radians) + 1 / Math.cos(radians)) / Math.PI) / 2) * n)]
}

test('Guixi: every road, building and name of the extract is in the tiles of the highest zoom', async () => {
  const data = readOsm(readFileSync(new URL('../../demo/guixi/guixi.osm.pbf', import.meta.url)))
  const features = featuresOf(data)
  const { archive } = reader(writePmtiles(tilesOf(features, layers, ZOOM_MAX), { ...header, zoomMax: ZOOM_MAX }))
  const decoded = new Map<string, VectorTile>()
  async function tile(x: number, y: number): Promise<VectorTile | undefined> {
    const key = `${x}/${y}`
    if (!decoded.has(key)) {
      const found = await archive.getZxy(ZOOM_MAX, x, y)
      if (!found) return undefined
      decoded.set(key, new VectorTile(new PbfReader(new Uint8Array(found.data))))
    }
    return decoded.get(key)
  }
  const first = ({ geometry }: MapFeature) =>
    (geometry.type === 'Point' ? geometry.coordinates : geometry.type === 'LineString' ? geometry.coordinates[0]! : geometry.coordinates[0]![0]![0]!) as [number, number]
  let checked = 0
  const seen = new Set<string>()
  for (const feature of features) {
    const [x, y] = tileAt(...first(feature), ZOOM_MAX)
    const layer = (await tile(x, y))?.layers[feature.layer]
    assert.ok(layer, `${feature.layer} at ${first(feature)}`)
    const properties = Array.from({ length: layer.length }, (_, i) => layer.feature(i).properties)
    const wanted = JSON.stringify(Object.entries(feature.properties).sort())
    assert.ok(properties.some((found) => JSON.stringify(Object.entries(found).sort()) === wanted), `${feature.layer} ${wanted}`)
    seen.add(feature.layer)
    checked++
  }
  assert.ok(checked > 400, `${checked} features`)
  assert.deepEqual([...seen].sort(), ['boundary', 'building', 'landuse', 'place', 'poi', 'rail', 'road', 'water', 'waterway'])
})
