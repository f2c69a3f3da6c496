/** `gengfu decode PROTOCOL`: one frame a line on standard input, one JSON object a line on standard output. */
import { once } from 'node:events'
import { decodeFrame as decodeGt06 } from '#gateways/gt06/codec.ts'
import { frameSplitter as gt06Splitter } from '#gateways/gt06/frame.ts'
import { decodeFrame as decodeH02 } from '#gateways/h02/codec.ts'
import { frameSplitter as h02Splitter } from '#gateways/h02/frame.ts'
import { decodeBody, splitFrame } from '#gateways/jt808/codec.ts'
import { frameSplitter as jt808Splitter } from '#gateways/jt808/frame.ts'
import { reassembly } from '#gateways/jt808/reassembly.ts'
import { placesOf } from '#gateways/jt808/translate.ts'
import { decodeJson, decodeQuery } from '#gateways/osmand/codec.ts'
import { decodePayload } from '#gateways/owntracks/codec.ts'
import type { Malformed } from '#gateways/talk.ts'
import type { Protocol } from '../arguments.ts'

/** What is printed of a fix; null where the message does not say. */
type PrintedFix = {
  readonly fixAt: string | null
  readonly lon: number
  readonly lat: number
  readonly speedKmh: number | null
  readonly courseDeg: number | null
  readonly altitudeM: number | null
  readonly valid: boolean
}
/** What one line holds. Never a plate, a token, a cell, a network or a number of a SIM card. */
type Read = { readonly device: string | null; readonly type: string; readonly fixes: readonly PrintedFix[]; readonly alarms: readonly string[]; readonly remarks?: readonly string[] }
type Outcome = Read | { readonly error: string }

/** Longer than any stretch of frames that a person pastes; what is longer is answered, not kept. */
export const LINE_BYTES_MAX = 2 ** 20

/**
 * Read standard input to its end. Remarks (frames left out of a line, coordinates that say they were moved) go to standard error.
 *
 * @returns the exit code: 0 whatever the lines hold
 */
export async function decode({ protocol }: { readonly protocol: Protocol }): Promise<number> {
  let gone = false
  // `gengfu decode … | head` closes our output: there is nobody left to answer.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    gone = true
    process.stdin.destroy()
  })
  const outputs = decodeLines(process.stdin, protocol, (remark) => void process.stderr.write(`${remark}\n`))
  try {
    for await (const output of outputs) {
      if (gone) break
      if (!process.stdout.write(output)) await Promise.race([once(process.stdout, 'drain'), once(process.stdout, 'close')])
    }
  } catch (error) {
    if (!gone) throw error
  }
  return 0
}

/**
 * The answers to the lines of a stream, several lines at a time where several came at once.
 *
 * @param remark  is told what the answers leave out, one sentence each
 *
 * O(bytes) time; memory for one line of at most `LINE_BYTES_MAX` and for what one chunk of input gives.
 */
export async function* decodeLines(input: AsyncIterable<Uint8Array>, protocol: Protocol, remark: (sentence: string) => void): AsyncGenerator<string> {
  const read = readers[protocol]()
  let number = 0
  const answer = (line: Buffer | undefined): string => {
    number++
    const outcome = line === undefined ? { error: `line: found more than ${LINE_BYTES_MAX} bytes, expected one frame` } : outcomeOf(read, line)
    if ('error' in outcome) return inOneLine({ ok: false, error: outcome.error })
    const { device, type, fixes, alarms, remarks = [] } = outcome
    for (const sentence of remarks) remark(`line ${number}: ${sentence}`)
    return inOneLine({ ok: true, protocol, device, type, fixes, alarms: [...new Set(alarms)] })
  }

  let parts: Buffer[] = []
  let length = 0
  const keep = (bytes: Buffer) => {
    length += bytes.length
    if (length > LINE_BYTES_MAX) parts = []
    else parts.push(bytes)
  }
  const line = () => {
    const whole = length > LINE_BYTES_MAX ? undefined : parts.length === 1 ? parts[0] : Buffer.concat(parts)
    parts = []
    length = 0
    return whole
  }
  for await (const chunk of input) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    let output = ''
    let from = 0
    for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, from)) {
      keep(bytes.subarray(from, end))
      output += answer(line())
      from = end + 1
    }
    keep(Buffer.from(bytes.subarray(from))) // its own copy: the end of a line must not hold a whole chunk
    if (output !== '') yield output
  }
  if (length > 0) yield answer(line())
}

/** JSON leaves three characters as they are at which some readers end a line. */
const inOneLine = (answer: object): string => `${JSON.stringify(answer).replace(/[\u0085\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`

function outcomeOf(read: (line: string) => Outcome, line: Buffer): Outcome {
  const text = line.toString('utf8').trim()
  if (text === '') return { error: 'line: found nothing, expected one frame' }
  try {
    return read(text)
  } catch (error) {
    // a bug of ours; who feeds a day's frames still gets an answer to every other line
    return { error: `frame: found ${(error as Error).message}, which is a fault of gengfu's: please report this line` }
  }
}

// ——— the protocols ———

const readers: Readonly<Record<Protocol, () => (line: string) => Outcome>> = {
  jt808() {
    const together = reassembly()
    return inHex((bytes) => {
      const delimiter = bytes[0] === 0xe7 ? 0xe7 : 0x7e
      return framesOf(jt808Splitter(delimiter), bytes).map((frame) => {
        const split = splitFrame(frame, { delimiter })
        if ('malformed' in split) return refused(split.malformed)
        const { phone: device } = split.header
        const whole = together.take(split, 0)
        if (whole === undefined) return { device, type: 'part', fixes: [], alarms: [] }
        const decoded = decodeBody(whole.header, whole.body)
        if ('malformed' in decoded) return refused(decoded.malformed)
        const { body } = decoded.message
        const places = placesOf(body)
        const moved = places.filter(({ encrypted }) => encrypted).length
        return {
          device,
          type: body.type === 'other' ? body.name : body.type,
          fixes: places.flatMap(printed),
          alarms: places.flatMap(({ alarms }) => alarms),
          remarks: [
            ...(moved > 0 ? [`${moved} of ${places.length} fixes say that they were moved (GCJ-02); printed as sent`] : []),
            ...(body.type === 'location-batch' && body.countWrong ? [`it counts another number of fixes than the ${places.length} that it holds`] : []),
            ...(split.header.lengthWrong ? ['the length in the header is not the body’s'] : []),
          ],
        }
      })
    })
  },
  gt06: () =>
    inHex((bytes) =>
      framesOf(gt06Splitter(), bytes).map((frame) => {
        const decoded = decodeGt06(frame)
        if ('malformed' in decoded) return refused(decoded.malformed)
        const { device = null, type, kind, fixes, alarms } = decoded.message
        return { device, type: type === 'other' ? `message-${kind.toString(16).padStart(2, '0')}` : type, fixes: fixes.flatMap(printed), alarms }
      }),
    ),
  h02: () =>
    inHex((bytes) =>
      framesOf(h02Splitter(), bytes).map((frame) => {
        const decoded = decodeH02(frame)
        if ('malformed' in decoded) return refused(decoded.malformed)
        const { device = null, type, fixes, alarms } = decoded.message
        return { device, type, fixes: fixes.flatMap(printed), alarms }
      }),
    ),
  osmand: () =>
    ofRequest(({ path, body }) => {
      const query = new URLSearchParams(queryOf(path))
      const decoded = body.trimStart().startsWith('{') ? decodeJson(body, query.get('id') ?? query.get('deviceid') ?? undefined) : decodeQuery([...query, ...new URLSearchParams(body.trim())])
      if ('malformed' in decoded) return refused(decoded.malformed)
      const { device, fixes, unreadable, alarms = [] } = decoded.message
      if (fixes.length === 0 && unreadable[0]) return refused(unreadable[0])
      const onMap = fixes.filter(({ lon, lat }) => Math.abs(lat) <= 90 && Math.abs(lon) <= 180)
      if (onMap.length < fixes.length) return { error: 'lat, lon: found a place that lies on no map, expected degrees' }
      return { device, type: fixes.length > 0 ? 'location' : 'report', fixes: fixes.flatMap((fix) => printed({ ...fix, valid: fix.valid && !fix.mock })), alarms, remarks: unreadable.map(leftOut) }
    }),
  owntracks: () =>
    ofRequest(({ path, body, topic }) => {
      const query = new URLSearchParams(queryOf(path))
      const [user, phone] = [query.get('u'), query.get('d')]
      const decoded = decodePayload(body, topic ?? (user && phone ? `owntracks/${user}/${phone}` : undefined))
      if ('malformed' in decoded) return refused(decoded.malformed)
      const { device = null, type, fixes, unreadable } = decoded.message
      if (fixes.length === 0 && unreadable[0]) return refused(unreadable[0])
      return { device, type, fixes: fixes.flatMap((fix) => printed({ ...fix, valid: true })), alarms: [], remarks: unreadable.map(leftOut) }
    }),
}

const refused = ({ path, found, expected }: Malformed) => ({ error: `${path}: found ${found}, expected ${expected}` })
const leftOut = (flaw: Malformed) => `a part is left out: ${refused(flaw).error}`

type Splitter = { push(bytes: Uint8Array): Uint8Array[]; rest(): Uint8Array }
/** What has not ended with the line is tried as well: people cut the last delimiter off. */
function framesOf(splitter: Splitter, bytes: Uint8Array): Uint8Array[] {
  const frames = splitter.push(bytes)
  const rest = splitter.rest()
  return rest.length > 0 ? [...frames, rest] : frames
}

/** Hexadecimal digits, in whatever case and with whatever blanks, as bytes and as one answer to all frames in them. */
function inHex(readFrames: (bytes: Uint8Array) => Outcome[]): (line: string) => Outcome {
  return (line) => {
    const digits = line.replace(/\s+/g, '').replace(/^0x/i, '')
    if (!/^[0-9a-f]*$/i.test(digits)) return { error: `line: found ${JSON.stringify(line.slice(0, 40))}, expected hexadecimal digits` }
    if (digits.length % 2 === 1) return { error: `line: found ${digits.length} hexadecimal digits, expected an even count` }
    return together(readFrames(Buffer.from(digits, 'hex')))
  }
}

/** The frames of one line as one: of those that can be read; an error when none can. */
function together(outcomes: readonly Outcome[]): Outcome {
  const read = outcomes.filter((outcome): outcome is Read => 'type' in outcome)
  const errors = outcomes.flatMap((outcome) => ('error' in outcome ? [outcome.error] : []))
  if (read.length === 0) return { error: errors[0] ?? 'frame: found no beginning of one, expected a whole one' }
  return {
    device: read.find(({ device }) => device !== null)?.device ?? null,
    type: [...new Set(read.map(({ type }) => type))].join('+'),
    fixes: read.flatMap(({ fixes }) => fixes),
    alarms: read.flatMap(({ alarms }) => alarms),
    remarks: [...read.flatMap(({ remarks = [] }) => remarks), ...errors.map((error) => `a frame is left out: ${error}`)],
  }
}

type Request = { readonly path: string; readonly body: string; readonly topic: string | undefined }

/** `{"method","path","contentType","body"}`; of MQTT `{"topic","payload"}`. A body that is JSON itself may stand unquoted. */
function ofRequest(read: (request: Request) => Outcome): (line: string) => Outcome {
  return (line) => {
    let said: unknown
    try {
      said = JSON.parse(line)
    } catch {
      return { error: `line: found ${JSON.stringify(line.slice(0, 40))}, expected JSON` }
    }
    if (typeof said !== 'object' || said === null || Array.isArray(said)) return { error: 'line: found no object, expected {"method","path","contentType","body"}' }
    const { path, body, topic, payload } = said as Record<string, unknown>
    const content = body ?? payload
    if (content === undefined && path === undefined) return { error: 'line: found neither path nor body, expected {"method","path","contentType","body"}' }
    return read({
      path: typeof path === 'string' ? path : '',
      body: typeof content === 'string' ? content : content === undefined || content === null ? '' : JSON.stringify(content),
      topic: typeof topic === 'string' ? topic : undefined,
    })
  }
}

const queryOf = (path: string) => (path.includes('?') ? path.slice(path.indexOf('?') + 1) : '').replace(/#.*$/s, '')

type AnyFix = {
  readonly at: number | undefined
  readonly lon: number | undefined
  readonly lat: number | undefined
  readonly speedKmh: number | undefined
  readonly courseDeg: number | undefined
  readonly altitudeMeters: number | undefined
  readonly valid: boolean
}

/** Nothing where the place lies on no map. */
function printed({ at, lon, lat, speedKmh, courseDeg, altitudeMeters, valid }: AnyFix): PrintedFix[] {
  if (lon === undefined || lat === undefined) return []
  return [
    {
      fixAt: at === undefined || Math.abs(at) > LAST_INSTANT ? null : new Date(at).toISOString(),
      lon,
      lat,
      speedKmh: speedKmh === undefined ? null : Math.round(speedKmh * 1000) / 1000,
      courseDeg: courseDeg ?? null,
      altitudeM: altitudeMeters ?? null,
      valid,
    },
  ]
}

/** Beyond it there is no ISO 8601 time of four digits. */
const LAST_INSTANT = Date.UTC(9999, 11, 31)
