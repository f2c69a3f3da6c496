/** A road file of `gengfu roads build`, opened for questions. */
import { readFile } from 'node:fs/promises'
import { createEngine, type Engine } from '#core/graph/engine.ts'
import { readGraphFile, RoadFileBroken, type Extras } from '#core/graph/graph-file.ts'
import { travelModes, type TravelMode } from '#core/graph/graph-input.ts'
import { planFrom, type Plan } from '#core/graph/plan.ts'
import type { StreetNames } from '#gateways/osm/roads.ts'
import { roadsFault } from './roads-fault.ts'

type Names = readonly (readonly [name: string, nameEn: string | null])[]
export type RoadFile = { readonly engine: Engine; readonly names: Names }

/** What a road file holds beside graph and plans. */
export const streetExtras = (streets: readonly StreetNames[]): Extras => {
  const names: Names = streets.map(({ name, tags }) => [name, tags['name:en'] ?? null])
  return { streets: new TextEncoder().encode(JSON.stringify(names)) }
}

/** @throws a fault that names the file, what is wrong with it, and what to do */
export async function openRoadFile(path: string): Promise<RoadFile> {
  const bytes = await readBytes(path)
  try {
    const { graph, extras } = readGraphFile(bytes)
    const plans: Partial<Record<TravelMode, Plan>> = {}
    for (const mode of travelModes) {
      const plan = planFrom(extras, mode)
      if (plan) plans[mode] = plan
    }
    const streets = extras.streets as Uint8Array | undefined // as `streetExtras` put it there
    return { engine: createEngine(graph, plans), names: streets ? (JSON.parse(new TextDecoder().decode(streets)) as Names) : [] }
  } catch (cause) {
    if (!(cause instanceof RoadFileBroken)) throw cause
    throw roadsFault(`${path} cannot be used: ${cause.message} Expected a file of "gengfu roads build --osm FILE.osm.pbf --out ${path}" by this version: make it again.`)
  }
}

/** The bytes of a file, at the beginning of their memory. @throws a fault that names the file */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    const bytes = await readFile(path)
    return bytes.byteOffset % 8 === 0 ? bytes : Uint8Array.from(bytes)
  } catch (cause) {
    throw roadsFault(`${path} cannot be read (${(cause as Error).message}). Check the path.`)
  }
}
