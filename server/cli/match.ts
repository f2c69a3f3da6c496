/** `gengfu match --network DIR --track FILE`: which arcs of a network a track was driven on. */
import { readdirSync, readFileSync, type Dirent } from 'node:fs'
import { join } from 'node:path'
import { buildGraph } from '#core/graph/build.ts'
import { arcsDriven, matchTrack as matchFixes } from '#core/graph/match/track.ts'
import { streetsOf } from '#core/graph/streets.ts'
import { KubickaProblem, readNetwork, readTrack } from '#gateways/kubicka/read.ts'

/** An arc at the end of a stretch of which less than this was driven is a corner cut by noise, not a street. */
const TOUCHED_MM_MIN = 5_000

/**
 * Print one arc of the network a line, in driving order; what was left out goes to standard error.
 *
 * @returns the exit code: 1 when the network or the track cannot be read, or nothing of the track was driven on the network
 */
export async function matchTrack(words: { readonly network: string; readonly track: string }): Promise<number> {
  try {
    const network = readNetwork(tableOf(words.network, '.nodes'), tableOf(words.network, '.arcs'))
    const fixes = readTrack(words.track, textOf(words.track))
    const streets = streetsOf(buildGraph(network.input), 'car')
    const { matched, counts } = matchFixes(streets, fixes)
    const arcs = arcsDriven(matched, TOUCHED_MM_MIN)
    if (counts.untimely > 0) process.stderr.write(`${counts.untimely} of ${counts.fixes} rows left out: not later than the row before\n`)
    if (counts.wild > 0) process.stderr.write(`${counts.wild} of ${counts.fixes} rows left out: far from where the rest was driven\n`)
    if (counts.offRoad > 0) process.stderr.write(`${counts.offRoad} of ${counts.fixes} rows left out: no road near\n`)
    for (const each of matched) {
      if (each.kind === 'gap') process.stderr.write(`gap from ${each.fromMs / 1000} s to ${each.toMs / 1000} s: ${each.reason}\n`)
    }
    const stands = arcs.length === 0 && matched.some((each) => each.kind === 'passage')
    if (stands) throw new KubickaProblem(`${words.track}: found no movement along the roads of ${words.network}, expected at least ${TOUCHED_MM_MIN / 1000} m`)
    if (arcs.length === 0) throw new KubickaProblem(`${words.track}: found no place on the roads of ${words.network}, expected a track on this network`)
    process.stdout.write(arcs.map((arc) => `${network.fileArc[arc]}\n`).join(''))
    return 0
  } catch (error) {
    if (!(error instanceof KubickaProblem)) throw error
    process.stderr.write(`gengfu: ${error.message}\n`)
    return 1
  }
}

/** The one file of a folder with this ending. */
function tableOf(folder: string, ending: string): { file: string; text: string } {
  const names = entriesOf(folder).filter((entry) => !entry.isDirectory() && entry.name.endsWith(ending)).map((entry) => entry.name)
  if (names.length !== 1) throw new KubickaProblem(`${folder}: found ${names.length === 0 ? 'no file' : names.sort().join(', ')}, expected one file that ends in ${ending}`)
  const file = join(folder, names[0]!)
  return { file, text: textOf(file) }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    throw new KubickaProblem(`${folder}: found ${reasonOf(error)}, expected a folder with .nodes and .arcs`)
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new KubickaProblem(`${file}: found ${reasonOf(error)}, expected a file that can be read`)
  }
}

const reasonOf = (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : String(error))
