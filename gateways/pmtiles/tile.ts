/** Cutting a map's features into vector tiles. */
import { GeoJSONVT, type GeoJSONVTTile } from '@maplibre/geojson-vt'
import { fromGeojsonVt } from '@maplibre/vt-pbf'
import type { Tile } from './write.ts'

export type Drawn = {
  readonly layer: string
  readonly zoomMin: number
  readonly properties: Readonly<Record<string, string | number>>
  readonly geometry: { readonly type: string; readonly coordinates: unknown }
}

const EXTENT = 4096

/**
 * Vector tiles of all features from zoom 0 to `zoomMax`; tiles with nothing in them are left out.
 *
 * @param order  layers in the order they are written
 * @param onTile told the share done, now and then
 */
export function tilesOf(features: readonly Drawn[], order: readonly string[], zoomMax: number, onShare: (share: number) => void = () => {}): Tile[] {
  // one index for all features of a layer that begin at the same zoom: nothing is cut for zooms where it is not drawn
  const groups = new Map<string, { layer: string; zoomMin: number; features: GeoJSON.Feature[] }>()
  for (const { layer, zoomMin, properties, geometry } of features) {
    const key = `${layer} ${zoomMin}`
    let group = groups.get(key)
    if (!group) groups.set(key, (group = { layer, zoomMin, features: [] }))
    group.features.push({ type: 'Feature', properties, geometry: geometry as GeoJSON.Geometry })
  }
  const ordered = [...groups.values()].sort((a, b) => order.indexOf(a.layer) - order.indexOf(b.layer) || a.zoomMin - b.zoomMin)
  const indexes = ordered.map((group) => ({
    ...group,
    index: new GeoJSONVT({ type: 'FeatureCollection', features: group.features }, { maxZoom: zoomMax, indexMaxZoom: 0, tolerance: 3, extent: EXTENT, buffer: 64 }),
  }))

  const tiles: Tile[] = []
  type Part = { layer: string; zoomMin: number; index: GeoJSONVT }
  /** `share`: the part of the whole that this tile and all below it are. */
  const descend = (z: number, x: number, y: number, among: readonly Part[], from: number, share: number) => {
    const present: Part[] = []
    const layers: Record<string, GeoJSONVTTile> = {}
    for (const part of among) {
      const tile = part.index.getTile(z, x, y)
      if (!tile || tile.features.length === 0) {
        // simplified away here, but perhaps not below: only a tile with nothing in its source ends the descent
        if (tile) present.push(part)
        continue
      }
      present.push(part)
      if (z < part.zoomMin) continue
      const layer = layers[part.layer]
      layers[part.layer] = layer ? ({ ...layer, features: [...layer.features, ...tile.features] } as GeoJSONVTTile) : tile
    }
    if (present.length === 0) return onShare(from + share)
    if (Object.keys(layers).length > 0) tiles.push({ z, x, y, bytes: fromGeojsonVt(layers, { version: 2, extent: EXTENT }) })
    if (z === zoomMax) return onShare(from + share)
    for (let child = 0; child < 4; child++) {
      descend(z + 1, 2 * x + (child & 1), 2 * y + (child >> 1), present, from + (child * share) / 4, share / 4)
    }
  }
  descend(0, 0, 0, indexes, 0, 1)
  return tiles
}
