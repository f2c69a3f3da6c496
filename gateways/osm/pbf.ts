/**
 * OpenStreetMap's PBF files, decoded: blobs, blocks, dense nodes, ways, relations. Bytes in, plain data out.
 *
 * Format: wiki.openstreetmap.org/wiki/PBF_Format (fileformat.proto and osmformat.proto 1.5). Order does not matter: a file
 * may hold its ways before its nodes. Our own reader, because a broken file must be told where it is broken, and
 * because a town's nodes belong in typed arrays (osm-pbf-parser-node makes an object of each, and stops without a word
 * at a cut: it serves as the check in the tests).
 */
import { inflateSync } from 'node:zlib'

/** The file is not a whole OpenStreetMap PBF file: what is wrong, and at which byte. */
export class OsmFileBroken extends Error {
  readonly code: 'osm-file-broken' | 'osm-file-cut-short' | 'osm-file-foreign'
  readonly offset: number
  /**
   * @param offset  the byte at which reading stopped
   * @param code    `cut-short`: it ends too early; `foreign`: it is something else; `broken`: its bytes make no sense
   */
  constructor(what: string, offset: number, code: OsmFileBroken['code'] = 'osm-file-broken', cause?: unknown) {
    super(`The OpenStreetMap file is broken at byte ${offset}: ${what}`, { cause })
    this.code = code
    this.offset = offset
  }
}

export type Tags = Readonly<Record<string, string>>
export type OsmWay = { readonly id: number; readonly refs: Float64Array; readonly tags: Tags }
export type OsmMember = { readonly type: 'node' | 'way' | 'relation'; readonly ref: number; readonly role: string }
export type OsmRelation = { readonly id: number; readonly members: readonly OsmMember[]; readonly tags: Tags }

/** All of a file. Nodes as columns, because there are many and few have tags. */
export type OsmData = {
  readonly nodeIds: Float64Array
  /** [2 × nodes] lon, lat in 1e-7 degrees. */
  readonly nodeLonLat: Int32Array
  /** By place in `nodeIds`; only nodes with tags. */
  readonly nodeTags: ReadonlyMap<number, Tags>
  readonly ways: readonly OsmWay[]
  readonly relations: readonly OsmRelation[]
  /** When the data was taken, ms since 1970 UTC; undefined where the file does not say. */
  readonly dataAt: number | undefined
}

const BLOB_HEADER_MAX = 64 * 1024
const BLOB_MAX = 32 * 1024 * 1024
const KNOWN_FEATURES = new Set(['OsmSchema-V0.6', 'DenseNodes'])

/**
 * Read a whole file.
 *
 * @param onBlock  told the share of the bytes read so far, after each block
 * @throws OsmFileBroken with the place; a cut, a wrong length, a bad block, an unknown required feature
 */
export function readOsm(bytes: Uint8Array, onBlock: (share: number) => void = () => {}): OsmData {
  const nodes = new Columns()
  const nodeTags = new Map<number, Tags>()
  const ways: OsmWay[] = []
  const relations: OsmRelation[] = []
  let dataAt: number | undefined
  let newest = 0
  let headers = 0

  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let offset = 0
  if (bytes.length === 0) throw new OsmFileBroken('the file is empty', 0, 'osm-file-foreign')
  while (offset < bytes.length) {
    const blobAt = offset
    if (offset + 4 > bytes.length) throw new OsmFileBroken('the file ends inside a block’s length', offset, 'osm-file-cut-short')
    const headerSize = view.getUint32(offset)
    if (headerSize === 0 || headerSize > BLOB_HEADER_MAX) {
      const what = blobAt === 0 ? 'this is not an .osm.pbf file' : `a block header of ${headerSize} bytes, expected 1…${BLOB_HEADER_MAX}`
      throw new OsmFileBroken(what, blobAt, blobAt === 0 ? 'osm-file-foreign' : 'osm-file-broken')
    }
    offset += 4
    if (offset + headerSize > bytes.length) throw new OsmFileBroken('the file ends inside a block header', offset, 'osm-file-cut-short')
    const { type, size } = guarded(blobAt, 'a block header cannot be read', () => readBlobHeader(bytes.subarray(offset, offset + headerSize)))
    offset += headerSize
    if (type === '' || size > BLOB_MAX) {
      if (blobAt === 0) throw new OsmFileBroken('this is not an .osm.pbf file', 0, 'osm-file-foreign')
      throw new OsmFileBroken(`a block of type "${type}" and ${size} bytes`, blobAt)
    }
    if (offset + size > bytes.length) {
      const what = `the file ends ${offset + size - bytes.length} bytes before the end of a block; it was cut short`
      throw new OsmFileBroken(what, offset, 'osm-file-cut-short')
    }
    const blob = bytes.subarray(offset, offset + size)
    const blobOffset = offset
    offset += size
    if (type === 'OSMHeader') {
      headers++
      const header = guarded(blobOffset, 'the file’s header cannot be read', () => readHeaderBlock(inflated(blob)))
      for (const feature of header.required) {
        if (!KNOWN_FEATURES.has(feature)) throw new OsmFileBroken(`the file needs "${feature}", which this reader does not know`, blobOffset)
      }
      if (header.replicatedAt) dataAt = header.replicatedAt
    } else if (type === 'OSMData') {
      if (headers === 0) throw new OsmFileBroken('data before the file’s header', blobAt)
      guarded(blobOffset, 'a block cannot be read', () => {
        newest = Math.max(newest, readPrimitiveBlock(inflated(blob), nodes, nodeTags, ways, relations))
      })
    } // other types may be skipped, says the format
    onBlock(offset / bytes.length)
  }
  if (headers === 0) throw new OsmFileBroken('the file has no header block', 0, 'osm-file-foreign')
  const { ids, lonLat } = nodes.finished()
  return { nodeIds: ids, nodeLonLat: lonLat, nodeTags, ways, relations, dataAt: dataAt ?? (newest > 0 ? newest : undefined) }
}

function guarded<T>(offset: number, what: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    if (cause instanceof OsmFileBroken) throw cause
    throw new OsmFileBroken(`${what} (${cause instanceof Error ? cause.message : String(cause)})`, offset, undefined, cause)
  }
}

/** Node columns that grow by doubling. */
class Columns {
  ids = new Float64Array(1024)
  lonLat = new Int32Array(2048)
  count = 0
  add(id: number, lon: number, lat: number): number {
    if (this.count === this.ids.length) {
      const ids = new Float64Array(2 * this.count)
      ids.set(this.ids)
      const lonLat = new Int32Array(4 * this.count)
      lonLat.set(this.lonLat)
      this.ids = ids
      this.lonLat = lonLat
    }
    this.ids[this.count] = id
    this.lonLat[2 * this.count] = lon
    this.lonLat[2 * this.count + 1] = lat
    return this.count++
  }
  finished = () => ({ ids: this.ids.slice(0, this.count), lonLat: this.lonLat.slice(0, 2 * this.count) })
}

/** A cursor over protocol-buffer fields. Numbers beyond 2^53 do not occur in OpenStreetMap. */
class Fields {
  at = 0
  readonly bytes: Uint8Array
  readonly end: number
  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.end = bytes.length
  }
  /** The next field's number and wire type (`number << 3 | type`), or 0 at the end. */
  tag(): number {
    return this.at < this.end ? this.varint() : 0
  }
  varint(): number {
    const { bytes } = this
    let byte = bytes[this.at++]
    if (byte === undefined) throw new Error('it ends inside a number')
    if (byte < 0x80) return byte
    let low = byte & 0x7f
    let shift = 7
    while (shift < 28) {
      byte = bytes[this.at++]
      if (byte === undefined) throw new Error('it ends inside a number')
      low |= (byte & 0x7f) << shift
      if (byte < 0x80) return low
      shift += 7
    }
    let value = low
    let scale = 2 ** 28
    for (let more = 0; more < 6; more++) {
      byte = bytes[this.at++]
      if (byte === undefined) throw new Error('it ends inside a number')
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
      scale *= 128
    }
    throw new Error('a number of more than ten bytes')
  }
  /** A zigzag number. */
  signed(): number {
    const value = this.varint()
    if (value <= 0x7fffffff) return (value >>> 1) ^ -(value & 1)
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }
  /** A two's-complement number (int64), which negative takes all ten bytes. */
  int64(): number {
    const start = this.at
    // seven bytes and fewer hold no sign: all ids and times that occur
    let length = 0
    while (this.bytes[start + length]! >= 0x80) length++
    if (length < 7) return this.varint()
    let high = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.bytes[this.at++]
      if (byte === undefined) throw new Error('it ends inside a number')
      high |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return this.at - start < 8 ? Number(high) : Number(BigInt.asIntN(64, high))
    }
    throw new Error('a number of more than ten bytes')
  }
  block(): Uint8Array {
    const length = this.varint()
    if (this.at + length > this.end) throw new Error(`a part of ${length} bytes where ${this.end - this.at} are left`)
    this.at += length
    return this.bytes.subarray(this.at - length, this.at)
  }
  text(): string {
    return decoder.decode(this.block())
  }
  skip(tag: number): void {
    switch (tag & 7) {
      case 0:
        this.varint()
        return
      case 1:
        this.at += 8
        break
      case 2:
        this.block()
        return
      case 5:
        this.at += 4
        break
      default:
        throw new Error(`a field of unknown wire type ${tag & 7}`)
    }
    if (this.at > this.end) throw new Error('it ends inside a field')
  }
}
const decoder = new TextDecoder()
const NOTHING: Uint8Array = new Uint8Array()

/** How many numbers a packed list holds: each ends with a byte below 128. */
function countOf(packed: Uint8Array): number {
  let count = 0
  for (let i = 0; i < packed.length; i++) if (packed[i]! < 0x80) count++
  if (packed.length > 0 && packed.at(-1)! >= 0x80) throw new Error('it ends inside a number')
  return count
}

/** Room for many short lists: parts of a few large arrays, because an array of its own for each way costs more than its numbers. */
function roomOf(size: number): (count: number) => Float64Array {
  let whole = new Float64Array(0)
  let used = 0
  return (count) => {
    if (used + count > whole.length) {
      whole = new Float64Array(Math.max(size, count))
      used = 0
    }
    used += count
    return whole.subarray(used - count, used)
  }
}

function readBlobHeader(bytes: Uint8Array) {
  const fields = new Fields(bytes)
  let type = ''
  let size = -1
  for (let tag = fields.tag(); tag !== 0; tag = fields.tag()) {
    if (tag === 0x0a) type = fields.text()
    else if (tag === 0x18) size = fields.varint()
    else fields.skip(tag)
  }
  if (size < 0) throw new Error('it has no size')
  return { type, size }
}

function inflated(bytes: Uint8Array): Uint8Array {
  const fields = new Fields(bytes)
  let raw: Uint8Array | undefined
  let packed: Uint8Array | undefined
  let size = -1
  for (let tag = fields.tag(); tag !== 0; tag = fields.tag()) {
    if (tag === 0x0a) raw = fields.block()
    else if (tag === 0x10) size = fields.varint()
    else if (tag === 0x1a) packed = fields.block()
    else if ((tag & 7) === 2 && tag >>> 3 >= 4 && tag >>> 3 <= 7) throw new Error('compressed in a way other than zlib')
    else fields.skip(tag)
  }
  if (raw) return raw
  if (!packed) throw new Error('it holds no data')
  if (size > BLOB_MAX) throw new Error(`${size} bytes when unpacked, expected at most ${BLOB_MAX}`)
  const whole = inflateSync(packed, { maxOutputLength: BLOB_MAX })
  if (size >= 0 && whole.length !== size) throw new Error(`${whole.length} bytes when unpacked, expected ${size}`)
  return whole
}

function readHeaderBlock(bytes: Uint8Array) {
  const fields = new Fields(bytes)
  const required: string[] = []
  let replicatedAt = 0
  for (let tag = fields.tag(); tag !== 0; tag = fields.tag()) {
    if (tag === 0x22) required.push(fields.text())
    else if (tag === 0x100) replicatedAt = fields.int64() * 1000 // field 32, seconds
    else fields.skip(tag)
  }
  return { required, replicatedAt }
}

/** Decodes one block into the lists; returns the newest timestamp in it (ms). */
function readPrimitiveBlock(
  bytes: Uint8Array,
  nodes: Columns,
  nodeTags: Map<number, Tags>,
  ways: OsmWay[],
  relations: OsmRelation[],
): number {
  const fields = new Fields(bytes)
  const strings: string[] = []
  const groups: Uint8Array[] = []
  let granularity = 100
  let lonOffset = 0
  let latOffset = 0
  let dateGranularity = 1000
  let newest = 0
  for (let tag = fields.tag(); tag !== 0; tag = fields.tag()) {
    if (tag === 0x0a) {
      const table = new Fields(fields.block())
      for (let inner = table.tag(); inner !== 0; inner = table.tag()) {
        if (inner === 0x0a) strings.push(table.text())
        else table.skip(inner)
      }
    } else if (tag === 0x12) groups.push(fields.block())
    else if (tag === 0x88) granularity = fields.varint()
    else if (tag === 0x90) dateGranularity = fields.varint()
    else if (tag === 0x98) latOffset = fields.int64()
    else if (tag === 0xa0) lonOffset = fields.int64()
    else fields.skip(tag)
  }
  // nanodegrees to 1e-7 degrees
  const toLon = (value: number) => Math.round((lonOffset + granularity * value) / 100)
  const toLat = (value: number) => Math.round((latOffset + granularity * value) / 100)
  const text = (index: number) => {
    const found = strings[index]
    if (found === undefined) throw new Error(`text ${index} of ${strings.length}`)
    return found
  }
  const addNode = (id: number, lon: number, lat: number) => {
    if (Math.abs(lon) > 180e7 || Math.abs(lat) > 90e7) throw new Error(`node ${id} lies at ${lon / 1e7}, ${lat / 1e7}`)
    return nodes.add(id, lon, lat)
  }
  const packed = (block: Uint8Array, signed: boolean): number[] => {
    const list = new Fields(block)
    const values: number[] = []
    while (list.at < list.end) values.push(signed ? list.signed() : list.varint())
    return values
  }
  const tagsOf = (keys: Uint8Array, values: Uint8Array): Tags => {
    const [keyList, valueList] = [new Fields(keys), new Fields(values)]
    const tags: Record<string, string> = {}
    while (keyList.at < keyList.end && valueList.at < valueList.end) tags[text(keyList.varint())] = text(valueList.varint())
    if (keyList.at < keyList.end || valueList.at < valueList.end) throw new Error(`${countOf(keys)} keys but ${countOf(values)} values`)
    return tags
  }
  const seen = (info: Uint8Array) => {
    const part = new Fields(info)
    for (let tag = part.tag(); tag !== 0; tag = part.tag()) {
      if (tag === 0x10) newest = Math.max(newest, part.int64() * dateGranularity)
      else part.skip(tag)
    }
  }

  const readDense = (block: Uint8Array) => {
    const dense = new Fields(block)
    let [ids, lats, lons, keysValues] = [NOTHING, NOTHING, NOTHING, NOTHING]
    for (let tag = dense.tag(); tag !== 0; tag = dense.tag()) {
      if (tag === 0x0a) ids = dense.block()
      else if (tag === 0x42) lats = dense.block()
      else if (tag === 0x4a) lons = dense.block()
      else if (tag === 0x52) keysValues = dense.block()
      else if (tag === 0x2a) {
        const info = new Fields(dense.block())
        for (let inner = info.tag(); inner !== 0; inner = info.tag()) {
          if (inner !== 0x12) {
            info.skip(inner)
            continue
          }
          const times = new Fields(info.block())
          for (let time = 0; times.at < times.end; ) newest = Math.max(newest, (time += times.signed()) * dateGranularity)
        }
      } else dense.skip(tag)
    }
    const count = countOf(ids)
    if (count !== countOf(lats) || count !== countOf(lons)) throw new Error(`${count} node ids, ${countOf(lats)} latitudes, ${countOf(lons)} longitudes`)
    const [idSteps, latSteps, lonSteps, words] = [new Fields(ids), new Fields(lats), new Fields(lons), new Fields(keysValues)]
    let [id, lat, lon] = [0, 0, 0]
    for (let i = 0; i < count; i++) {
      const place = addNode((id += idSteps.signed()), toLon((lon += lonSteps.signed())), toLat((lat += latSteps.signed())))
      if (words.at >= words.end) continue
      let tags: Record<string, string> | undefined
      // 0 stands between nodes
      for (let key = words.varint(); key !== 0; key = words.at < words.end ? words.varint() : 0) (tags ??= {})[text(key)] = text(words.varint())
      if (tags) nodeTags.set(place, tags)
    }
  }

  const readNode = (block: Uint8Array) => {
    const node = new Fields(block)
    let [id, lat, lon] = [0, 0, 0]
    let [keys, values] = [NOTHING, NOTHING]
    for (let tag = node.tag(); tag !== 0; tag = node.tag()) {
      if (tag === 0x08) id = node.signed()
      else if (tag === 0x12) keys = node.block()
      else if (tag === 0x1a) values = node.block()
      else if (tag === 0x22) seen(node.block())
      else if (tag === 0x40) lat = node.signed()
      else if (tag === 0x48) lon = node.signed()
      else node.skip(tag)
    }
    const place = addNode(id, toLon(lon), toLat(lat))
    if (keys.length > 0) nodeTags.set(place, tagsOf(keys, values))
  }

  const readWay = (block: Uint8Array) => {
    const way = new Fields(block)
    let id = 0
    let [keys, values, steps] = [NOTHING, NOTHING, NOTHING]
    for (let tag = way.tag(); tag !== 0; tag = way.tag()) {
      if (tag === 0x08) id = way.int64()
      else if (tag === 0x12) keys = way.block()
      else if (tag === 0x1a) values = way.block()
      else if (tag === 0x22) seen(way.block())
      else if (tag === 0x42) steps = way.block()
      else way.skip(tag)
    }
    const refs = room(countOf(steps))
    const list = new Fields(steps)
    let ref = 0
    for (let i = 0; i < refs.length; i++) refs[i] = ref += list.signed()
    ways.push({ id, refs, tags: tagsOf(keys, values) })
  }

  const readRelation = (block: Uint8Array) => {
    const relation = new Fields(block)
    let id = 0
    let [keys, values] = [NOTHING, NOTHING]
    let [roles, steps, types]: number[][] = [[], [], []]
    for (let tag = relation.tag(); tag !== 0; tag = relation.tag()) {
      if (tag === 0x08) id = relation.int64()
      else if (tag === 0x12) keys = relation.block()
      else if (tag === 0x1a) values = relation.block()
      else if (tag === 0x22) seen(relation.block())
      else if (tag === 0x42) roles = packed(relation.block(), false)
      else if (tag === 0x4a) steps = packed(relation.block(), true)
      else if (tag === 0x52) types = packed(relation.block(), false)
      else relation.skip(tag)
    }
    if (roles.length !== steps.length || types.length !== steps.length) throw new Error(`relation ${id} has uneven members`)
    let ref = 0
    const members = steps.map((step, i): OsmMember => {
      const type = (['node', 'way', 'relation'] as const)[types[i]!]
      if (!type) throw new Error(`relation ${id} has a member of type ${types[i]}`)
      return { type, ref: (ref += step), role: text(roles[i]!) }
    })
    relations.push({ id, members, tags: tagsOf(keys, values) })
  }

  const room = roomOf(16_384)
  for (const group of groups) {
    const parts = new Fields(group)
    for (let tag = parts.tag(); tag !== 0; tag = parts.tag()) {
      if (tag === 0x0a) readNode(parts.block())
      else if (tag === 0x12) readDense(parts.block())
      else if (tag === 0x1a) readWay(parts.block())
      else if (tag === 0x22) readRelation(parts.block())
      else parts.skip(tag)
    }
  }
  return newest
}
