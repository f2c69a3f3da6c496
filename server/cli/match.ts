/** `gengfu match --network DIR --track FILE`: the arcs that a track drove, one index a line, in driving order. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildGraph } from '#core/graph/build.ts'
import { lengthStreets, matchTrack } from '#core/graph/match/match.ts'
import { readNetwork, readTrack } from '#gateways/arc-network/codec.ts'
import type { MatchArguments } from '../arguments.ts'

const fault = (message: string) => Object.assign(new Error(message), { code: 'match' })

/** @returns the exit code */
export async function matchTrackFile({ network, track }: Pick<MatchArguments, 'network' | 'track'>): Promise<number> {
  const { input, fileArc } = readNetwork(fileIn(network, '.nodes'), fileIn(network, '.arcs'))
  const fixes = readTrack(textOf(track), track)
  const graph = buildGraph(input)
  const { passes, gaps, counts } = matchTrack(lengthStreets(graph, 'car'), fixes)
  let before = -1
  let lines = ''
  for (const { arc } of passes) {
    const index = fileArc[arc]!
    if (index !== before) lines += `${index}\n`
    before = index
  }
  process.stdout.write(lines)
  process.stderr.write(`${counts.fixes} fixes, ${counts.outliers} outliers, ${counts.late} out of order, ${gaps.length} gaps\n`)
  return 0
}

/** The one file of a kind in a folder. */
function fileIn(folder: string, ending: string): string {
  let names: string[]
  try {
    names = readdirSync(folder).filter((name) => name.endsWith(ending))
  } catch (cause) {
    throw fault(`${folder} cannot be read (${(cause as Error).message}).`)
  }
  if (names.length !== 1) throw fault(`${folder} has ${names.length} files that end in ${ending}, expected one.`)
  return textOf(join(folder, names[0]!))
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw fault(`${path} cannot be read (${(cause as Error).message}).`)
  }
}
