/** Small maps for tests: drawn by hand, as data or as the bytes of a file. */
import { deflateSync } from 'node:zlib'
import type { OsmData, OsmMember, OsmRelation, OsmWay, Tags } from './pbf.ts'

export type Drawing = {
  /** By letter: metres east and north of 117° E 28° N, and tags. */
  readonly nodes: Readonly<Record<string, readonly [x: number, y: number, tags?: Tags]>>
  /** By id: the nodes' letters in order ("a b c"), and tags. */
  readonly ways: Readonly<Record<number, readonly [nodes: string, tags: Tags]>>
  /** Members as "from=1", "via=b" (a node), "via=2" (a way), "to=3". */
  readonly relations?: readonly (readonly [members: string, tags: Tags])[]
}

const METERS_PER_DEGREE = 111_195
const PER_LON = METERS_PER_DEGREE * Math.cos((28 * Math.PI) / 180)

/** Where a point of a drawing lies, degrees. */
export const pointOf = (x: number, y: number): [lon: number, lat: number] => [
  Math.round((117 + x / PER_LON) * 1e7) / 1e7,
  Math.round((28 + y / METERS_PER_DEGREE) * 1e7) / 1e7,
]

export function smallMap({ nodes, ways, relations = [] }: Drawing): OsmData {
  const letters = Object.keys(nodes)
  const idOf = (letter: string) => {
    const place = letters.indexOf(letter)
    return place < 0 ? 999_999 : 1000 + place // an unknown letter is a node that the extract does not have
  }
  const nodeTags = new Map<number, Tags>()
  letters.forEach((letter, i) => nodes[letter]![2] && nodeTags.set(i, nodes[letter]![2]!))
  return {
    nodeIds: Float64Array.from(letters, idOf),
    nodeLonLat: Int32Array.from(letters.flatMap((letter) => pointOf(nodes[letter]![0], nodes[letter]![1]).map((degrees) => Math.round(degrees * 1e7)))),
    nodeTags,
    ways: Object.entries(ways).map(([id, [refs, tags]]): OsmWay => ({ id: Number(id), refs: Float64Array.from(refs.split(' '), idOf), tags })),
    relations: relations.map(
      ([members, tags], i): OsmRelation => ({
        id: 1 + i,
        tags,
        members: members.split(' ').map((member): OsmMember => {
          const [role, what] = member.split('=') as [string, string]
          return /^\d+$/.test(what) ? { type: 'way', ref: Number(what), role } : { type: 'node', ref: idOf(what), role }
        }),
      }),
    ),
    dataAt: undefined,
  }
}

/** How to write a file: the format leaves a writer many choices, and a reader must know them all. */
export type Writing = {
  readonly dense?: boolean
  readonly compress?: boolean
  /** Ways and relations before the nodes, as an unsorted file may have them. */
  readonly waysFirst?: boolean
  readonly features?: readonly string[]
  /** Seconds since 1970 UTC. */
  readonly replicatedAt?: number
}

/** The bytes of an .osm.pbf file. */
export function encodeOsm(data: OsmData, { dense = true, compress = true, waysFirst = false, features = ['OsmSchema-V0.6', 'DenseNodes'], replicatedAt }: Writing = {}): Uint8Array {
  const strings: string[] = ['']
  const place = (text: string) => (strings.includes(text) ? strings.indexOf(text) : strings.push(text) - 1)
  const keys = (tags: Tags) => packed(Object.keys(tags).map(place))
  const values = (tags: Tags) => packed(Object.values(tags).map(place))

  const nodeGroup: number[][] = []
  const { nodeIds, nodeLonLat, nodeTags } = data
  if (dense) {
    const steps = (list: readonly number[]) => packed(list.map((value, i) => zigzag(value - (list[i - 1] ?? 0))))
    const tagList = [...nodeIds.keys()].flatMap((i) => [...Object.entries(nodeTags.get(i) ?? {}).flatMap(([key, value]) => [place(key), place(value)]), 0])
    nodeGroup.push(field(2, [...field(1, steps([...nodeIds])), ...field(8, steps([...nodeIds.keys()].map((i) => nodeLonLat[2 * i + 1]!))), ...field(9, steps([...nodeIds.keys()].map((i) => nodeLonLat[2 * i]!))), ...field(10, packed(tagList))]))
  } else {
    nodeIds.forEach((id, i) => {
      const tags = nodeTags.get(i) ?? {}
      nodeGroup.push(field(1, [...number(1, zigzag(id)), ...field(2, keys(tags)), ...field(3, values(tags)), ...number(8, zigzag(nodeLonLat[2 * i + 1]!)), ...number(9, zigzag(nodeLonLat[2 * i]!))]))
    })
  }
  const stepsOf = (list: readonly number[]) => packed(list.map((value, i) => zigzag(value - (list[i - 1] ?? 0))))
  const wayGroup = data.ways.map(({ id, refs, tags }) => field(3, [...number(1, id), ...field(2, keys(tags)), ...field(3, values(tags)), ...field(8, stepsOf([...refs]))]))
  const relationGroup = data.relations.map(({ id, members, tags }) =>
    field(4, [
      ...number(1, id), ...field(2, keys(tags)), ...field(3, values(tags)), ...field(8, packed(members.map(({ role }) => place(role)))),
      ...field(9, stepsOf(members.map(({ ref }) => ref))), ...field(10, packed(members.map(({ type }) => ['node', 'way', 'relation'].indexOf(type)))),
    ]),
  )
  const groups = waysFirst ? [relationGroup, wayGroup, nodeGroup] : [nodeGroup, wayGroup, relationGroup]
  const table = strings.flatMap((text) => field(1, [...new TextEncoder().encode(text)]))
  const block = [...field(1, table), ...groups.filter((group) => group.length > 0).flatMap((group) => field(2, group.flat()))]
  const header = [...features.flatMap((feature) => field(4, [...new TextEncoder().encode(feature)])), ...(replicatedAt === undefined ? [] : number(32, replicatedAt))]
  return Uint8Array.from([...blob('OSMHeader', header, compress), ...blob('OSMData', block, compress)])
}

function blob(type: string, content: readonly number[], compress: boolean): number[] {
  const bytes = Uint8Array.from(content)
  const body = compress ? [...number(2, bytes.length), ...field(3, [...deflateSync(bytes)])] : field(1, [...bytes])
  const head = [...field(1, [...new TextEncoder().encode(type)]), ...number(3, body.length)]
  return [head.length >>> 24, (head.length >>> 16) & 255, (head.length >>> 8) & 255, head.length & 255, ...head, ...body]
}

function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  while (rest > 127) {
    bytes.push((rest % 128) | 128)
    rest = Math.floor(rest / 128)
  }
  return [...bytes, rest]
}
const zigzag = (value: number) => (value < 0 ? -2 * value - 1 : 2 * value)
const packed = (values: readonly number[]) => values.flatMap(varint)
const number = (key: number, value: number) => [...varint(key * 8), ...varint(value)]
const field = (key: number, content: readonly number[]) => [...varint(key * 8 + 2), ...varint(content.length), ...content]
