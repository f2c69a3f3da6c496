/** Building a town from a map file, in a thread of its own: it may take seconds, and it may be ended at any moment. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isMainThread, parentPort, workerData } from 'node:worker_threads'
import { mkdir } from 'node:fs/promises'
import { buildGraph } from '#core/graph/build.ts'
import { largestComponentShare } from '#core/graph/components.ts'
import { writeGraph } from '#core/graph/graph-file.ts'
import { boundsOf } from '#core/graph/road-graph.ts'
import { featuresOf, layers, ZOOM_MAX } from '#gateways/osm/features.ts'
import { gazetteerOf } from '#gateways/osm/gazetteer.ts'
import { indexNodes } from '#gateways/osm/node-index.ts'
import { readOsm } from '#gateways/osm/pbf.ts'
import { roadsOf } from '#gateways/osm/roads.ts'
import { tilesOf } from '#gateways/pmtiles/tile.ts'
import { writePmtiles } from '#gateways/pmtiles/write.ts'
import { asMapProblem, MapProblem } from './map-problem.ts'
import { ATTRIBUTION, fileNames, writeDurably, type TownMeta, type WriteFile } from './town-store.ts'

export type BuildRequest = {
  readonly source: string
  /** Where to build; made here. */
  readonly building: string
  readonly about: Omit<TownMeta, 'bounds' | 'dataAt' | 'report' | 'name'> & { readonly name?: string | null }
}
export type Step = 'reading' | 'graph' | 'basemap' | 'gazetteer' | 'installing'
export type OnStep = (step: Step, share: number) => void
export type BuildMessage =
  | { readonly type: 'step'; readonly step: Step; readonly share: number }
  | { readonly type: 'built'; readonly meta: TownMeta }
  | { readonly type: 'failed'; readonly code: string; readonly params: Readonly<Record<string, string | number>> }

/**
 * Read the source and write a whole version into `building`.
 *
 * @throws OsmFileBroken, MapProblem, or what the disk says
 */
export async function buildTown(request: BuildRequest, onStep: OnStep, write: WriteFile = writeDurably): Promise<TownMeta> {
  const startedAt = performance.now()
  onStep('reading', 0)
  const data = readOsm(await readFile(request.source), (share) => onStep('reading', share * 0.2))
  const index = indexNodes(data.nodeIds)

  onStep('graph', 0.2)
  const roads = roadsOf(data, index)
  if (roads.input.edgeFrom.length === 0) throw new MapProblem('map-without-roads')
  const graph = buildGraph(roads.input)
  onStep('graph', 0.4)
  await mkdir(request.building, { recursive: true })
  await write(join(request.building, fileNames.graph), writeGraph(graph))

  onStep('gazetteer', 0.45)
  const gazetteer = gazetteerOf(data, roads, graph, index)
  await write(join(request.building, fileNames.gazetteer), JSON.stringify(gazetteer))

  onStep('basemap', 0.55)
  const bounds = boundsOf(graph)
  const tiles = tilesOf(featuresOf(data, index), layers, ZOOM_MAX, (share) => onStep('basemap', 0.55 + share * 0.35))
  const name = request.about.name ?? gazetteer.townName ?? request.about.file.replace(/(\.osm)?(\.pbf)?$/i, '')
  const basemap = writePmtiles(tiles, {
    bounds,
    zoomMin: 0,
    zoomMax: ZOOM_MAX,
    centerZoom: 13,
    metadata: { name, attribution: ATTRIBUTION, type: 'baselayer', version: request.about.version, vector_layers: layers.map((id) => ({ id, fields: {}, minzoom: 0, maxzoom: ZOOM_MAX })) },
  })
  await write(join(request.building, fileNames.basemap), basemap)

  onStep('installing', 0.95)
  const meta: TownMeta = {
    ...request.about,
    name,
    bounds,
    dataAt: data.dataAt ?? null,
    report: {
      nodes: graph.nodeCount,
      edges: graph.edgeCount,
      turnRestrictions: roads.turnRestrictions,
      largestComponentShare: Math.round(largestComponentShare(graph, graph.networks.car) * 10_000) / 10_000,
      places: gazetteer.entries.length,
      seconds: Math.round(performance.now() - startedAt) / 1000,
    },
  }
  await write(join(request.building, fileNames.meta), `${JSON.stringify(meta, null, 2)}\n`)
  return meta
}

const task = workerData as { buildTown?: BuildRequest } | null
if (!isMainThread && parentPort && task?.buildTown) {
  const port = parentPort
  const say = (message: BuildMessage) => port.postMessage(message)
  let told = { step: '', share: -1 }
  const onStep: OnStep = (step, share) => {
    if (step === told.step && share - told.share < 0.01) return
    told = { step, share }
    say({ type: 'step', step, share })
  }
  await buildTown(task.buildTown, onStep).then(
    (meta) => say({ type: 'built', meta }),
    (error: unknown) => {
      const { code, params } = asMapProblem(error)
      say({ type: 'failed', code, params })
    },
  )
}
