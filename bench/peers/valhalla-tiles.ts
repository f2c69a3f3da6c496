/** Valhalla's tiles of a map, by its own builder, and the configuration that its calls are answered with. */
import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

export type Tiles = {
  readonly config: string
  /** Wall time of the builder as a process, from the first byte read to the last tile written. */
  readonly buildSeconds: number
  /** The same once more, from nothing, into a folder that is thrown away. */
  buildAgain(): number
  /** OpenStreetMap's id of a way that the tiles name. */
  wayId(way: number): number
}

type Config = {
  mjolnir: Record<string, unknown>
  service_limits: { auto: object; trace: object }
  [part: string]: object
}

const root = () => dirname(createRequire(import.meta.url).resolve('@valhallajs/valhallajs'))

export const versionOf = (): string => (JSON.parse(readFileSync(join(root(), 'package.json'), 'utf8')) as { version: string }).version

/**
 * @param map     an .osm.pbf
 * @param folder  an empty folder, for the tiles and whatever else the builder drops where it is started
 * @throws Error with the builder's last words
 */
export async function buildTiles(map: string, folder: string): Promise<Tiles> {
  const { getConfig } = await import('@valhallajs/valhallajs')
  const config = (await getConfig({ tileDir: join(folder, 'tiles') })) as Config
  delete config.mjolnir.tile_extract // there is none: tiles are read from their folder
  // by default it refuses more than 50 × 50 pairs, and tracks of over 16,000 points or 200 km
  Object.assign(config.service_limits.auto, { max_matrix_location_pairs: 1_000_000 })
  Object.assign(config.service_limits.trace, { max_shape: 100_000, max_distance: 1_000_000 })
  for (const part of ['mjolnir', 'loki', 'thor', 'odin', 'meili']) Object.assign(config[part]!, { logging: { type: '' } })
  const text = JSON.stringify(config)
  const path = join(folder, 'config.json')
  writeFileSync(path, text)

  // the builder itself, not the package's command: that one ends with 0 when the builder is aborted
  const { getBinaryDir } = createRequire(import.meta.url)(join(root(), 'lib', 'binary-path.js')) as { getBinaryDir(root: string): string }
  const builder = join(getBinaryDir(root()), 'valhalla_build_tiles')
  const build = (file: string, by = path) => {
    const from = performance.now()
    run(builder, ['-c', by, file], folder)
    return (performance.now() - from) / 1000
  }
  const againFrom = (file: string) => () => {
    const tiles = join(folder, 'tiles-again')
    const other = join(folder, 'config-again.json')
    writeFileSync(other, JSON.stringify({ ...config, mjolnir: { ...config.mjolnir, tile_dir: tiles } }))
    try {
      return build(file, other)
    } finally {
      rmSync(tiles, { recursive: true, force: true })
    }
  }
  try {
    return { config: text, buildSeconds: build(map), buildAgain: againFrom(map), wayId: (way) => way }
  } catch (cause) {
    if (!(cause as Error).message.includes('unsorted')) throw cause
  }
  // It takes sorted files of positive ids only. Making one is not counted; the ids of the map are kept beside it.
  const sorted = join(folder, 'sorted.osm.pbf')
  const renumbered = join(folder, 'renumbered.osm.pbf')
  run('osmium', ['sort', '-o', sorted, map], folder)
  run('osmium', ['renumber', '--index-directory', folder, '-o', renumbered, sorted], folder)
  const ids = new BigInt64Array(new Uint8Array(readFileSync(join(folder, 'way.idx'))).buffer) // from 1 on
  return { config: text, buildSeconds: build(renumbered), buildAgain: againFrom(renumbered), wayId: (way) => Number(ids[way - 1]) }
}

function run(command: string, words: string[], cwd: string): void {
  try {
    execFileSync(command, words, { cwd, stdio: ['ignore', 'ignore', 'pipe'] })
  } catch (cause) {
    const { code, stderr } = cause as { code?: string; stderr?: Buffer }
    if (code === 'ENOENT') throw new Error(`${command} is not installed`, { cause })
    const last = stderr?.toString().trim().split('\n').at(-1)?.trim()
    throw new Error(`${command.split('/').at(-1)}: ${last || (cause as Error).message}`, { cause })
  }
}
