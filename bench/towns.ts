/** The extracts that benches are run on. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
/** Maps that are not in the repository lie beside it, or where GENGFU_MAPS says. */
export const mapsFolder = process.env.GENGFU_MAPS ?? join(root, '..', 'shared', 'data')

/** Those that are there; of the others a line says that they are skipped. */
export function townsWithMaps(): { name: string; file: string }[] {
  const towns = [
    { name: 'Portland', file: join(root, 'demo/portland/portland-central.osm.pbf') },
    { name: 'Heidelberg', file: join(mapsFolder, 'osm-heidelberg/heidelberg.osm.pbf') },
    { name: 'Monaco', file: join(mapsFolder, 'osm-monaco/monaco.osm.pbf') },
  ]
  return towns.filter(({ name, file }) => {
    if (existsSync(file)) return true
    process.stdout.write(`  ${name}: SKIPPED, there is no ${name.toLowerCase()} extract; name the folder of larger maps in GENGFU_MAPS\n`)
    return false
  })
}
