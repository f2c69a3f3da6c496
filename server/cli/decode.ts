/** `gengfu decode PROTOCOL`: frames of terminals and messages of phones, one a line, as one JSON a line. */
import { once } from 'node:events'
import { decodeFrame as decodeGt06 } from '#gateways/gt06/codec.ts'
import { frameSplitter as splitGt06 } from '#gateways/gt06/frame.ts'
import { decodeFrame as decodeH02 } from '#gateways/h02/codec.ts'
import { frameSplitter as splitH02 } from '#gateways/h02/frame.ts'
import { decodeFrame as decodeJt808 } from '#gateways/jt808/codec.ts'
import { frameSplitter as splitJt808 } from '#gateways/jt808/frame.ts'
import { placesOf } from '#gateways/jt808/translate.ts'
import { decodeJson, decodeQuery } from '#gateways/osmand/codec.ts'
import { decodeMessage } from '#gateways/owntracks/codec.ts'
import type { DecodeArguments } from '../arguments.ts'

type Protocol = DecodeArguments['protocol']
type Place = {
  readonly at: number | undefined
  readonly lon: number | undefined
  readonly lat: number | undefined
  readonly speedKmh?: number | undefined
  readonly courseDeg?: number | undefined
  readonly altitudeMeters?: number | undefined
  readonly valid: boolean
}
type Said = { readonly device: string | undefined; readonly type: string; readonly fixes: readonly Place[]; readonly alarms: readonly string[] }
type Malformed = { readonly malformed: { readonly path: string; readonly found: string; readonly expected: string } }

/** A line longer than this is answered with an error and not kept. */
const LINE_CHARACTERS_MAX = 1_000_000

/** @returns the exit code: 0, however many lines were wrong; each says so itself */
export async function decode({ protocol }: DecodeArguments): Promise<number> {
  let gone = false
  process.stdout.on('error', () => (gone = true)) // whoever read has gone
  const answer = async (line: string | undefined) => {
    if (!gone && !process.stdout.write(`${JSON.stringify(answerTo(protocol, line))}\n`)) await Promise.race([once(process.stdout, 'drain'), once(process.stdout, 'close')])
  }
  let rest = ''
  let tooLong = false
  process.stdin.setEncoding('utf8')
  for await (const chunk of process.stdin as AsyncIterable<string>) {
    if (gone) break
    let from = 0
    for (let end = chunk.indexOf('\n'); end >= 0; from = end + 1, end = chunk.indexOf('\n', from)) {
      if (rest.length + end - from > LINE_CHARACTERS_MAX) tooLong = true
      await answer(tooLong ? undefined : rest + chunk.slice(from, end))
      rest = ''
      tooLong = false
    }
    if (tooLong || rest.length + chunk.length - from > LINE_CHARACTERS_MAX) {
      tooLong = true
      rest = ''
    } else rest += chunk.slice(from)
  }
  if (rest !== '' || tooLong) await answer(tooLong ? undefined : rest)
  return 0
}

/** @param line  undefined when it was too long to be kept */
export function answerTo(protocol: Protocol, line: string | undefined): object {
  if (line === undefined) return failed(`the line is longer than ${LINE_CHARACTERS_MAX} characters`)
  const text = line.trim()
  if (text === '') return failed('the line is empty; expected a frame')
  try {
    const said = read(protocol, text)
    if ('malformed' in said) return failed(`${said.malformed.path}: found ${said.malformed.found}, expected ${said.malformed.expected}`)
    return { ok: true, protocol, device: said.device ?? null, type: said.type, fixes: said.fixes.map(fixOf), alarms: said.alarms }
  } catch (error) {
    // a fault of ours; the next line may be read all the same
    return failed(`not read: ${(error as Error).message}`)
  }
}
const failed = (error: string) => ({ ok: false, error })

const fixOf = ({ at, lon, lat, speedKmh, courseDeg, altitudeMeters, valid }: Place) => ({
  fixAt: at === undefined || !(Math.abs(at) <= 8.64e15) ? null : new Date(at).toISOString(),
  lon: rounded(lon, 7),
  lat: rounded(lat, 7),
  speedKmh: rounded(speedKmh, 2),
  courseDeg: rounded(courseDeg, 2),
  altitudeM: rounded(altitudeMeters, 2),
  valid,
})
const rounded = (value: number | undefined, digits: number) => (value === undefined ? null : Number(value.toFixed(digits)))

function read(protocol: Protocol, text: string): Said | Malformed {
  switch (protocol) {
    case 'jt808': {
      const splitter = (bytes: Uint8Array) => splitJt808(bytes[0] === 0xe7 ? 0xe7 : 0x7e)
      return frames(text, splitter, (frame) => {
        const decoded = decodeJt808(frame)
        if ('malformed' in decoded) return decoded
        const { header, body } = decoded.message
        const places = placesOf(body)
        return { device: header.phone, type: body.type === 'other' ? body.name : body.type, fixes: places, alarms: places.flatMap(({ alarms }) => alarms) }
      })
    }
    case 'gt06':
      // some devices lose the very last byte: what is left over is one frame, if it is one
      return frames(text, () => ({ push: (chunk) => wholeOr(splitGt06(), chunk) }), (frame) => {
        const decoded = decodeGt06(frame)
        return 'malformed' in decoded ? decoded : { ...decoded.message, device: decoded.message.device }
      })
    case 'h02':
      return frames(text, () => splitH02(), (frame) => {
        const decoded = decodeH02(frame)
        return 'malformed' in decoded ? decoded : decoded.message
      })
    case 'osmand': {
      const request = requestOf(text)
      if ('malformed' in request) return request
      const { path, contentType, body } = request
      const isJson = contentType.includes('json') || body.trimStart().startsWith('{')
      const decoded = isJson ? decodeJson(body) : decodeQuery(new URLSearchParams([path.split('?')[1] ?? '', body].filter((part) => part !== '').join('&')))
      if ('malformed' in decoded) return decoded
      const { device, fixes } = decoded.message
      return { device, type: fixes.length > 0 ? 'location' : 'other', fixes: fixes.map(({ mock, ...fix }) => ({ ...fix, valid: fix.valid && !mock })), alarms: [] }
    }
    case 'owntracks': {
      const request = requestOf(text)
      if ('malformed' in request) return request
      const decoded = decodeMessage(request.body)
      return 'malformed' in decoded ? decoded : { ...decoded.message, fixes: decoded.message.fixes.map((fix) => ({ ...fix, valid: true })), alarms: [] }
    }
  }
}

/** Several frames may stand in a line, as they come glued on the wire: the first one's type, and the places and alarms of all. */
function frames(text: string, splitter: (bytes: Uint8Array) => { push(chunk: Uint8Array): Uint8Array[] }, readOne: (frame: Uint8Array) => Said | Malformed): Said | Malformed {
  const hex = text.replace(/^0x/i, '').replace(/\s+/g, '')
  if (!/^([0-9a-f]{2})+$/i.test(hex)) return { malformed: { path: 'line', found: JSON.stringify(text.slice(0, 40)), expected: 'bytes in hexadecimal, two digits each' } }
  const bytes = Uint8Array.from(Buffer.from(hex, 'hex'))
  const found = splitter(bytes).push(bytes)
  if (found.length === 0) return { malformed: { path: 'frame', found: `${bytes.length} bytes without a whole one`, expected: 'a frame from its first mark to its last' } }
  const said: Said[] = []
  for (const frame of found) {
    const one = readOne(frame)
    if ('malformed' in one) return one
    said.push(one)
  }
  return { device: said.find(({ device }) => device !== undefined)?.device, type: said[0]!.type, fixes: said.flatMap(({ fixes }) => fixes), alarms: said.flatMap(({ alarms }) => alarms) }
}

function wholeOr(splitter: { push(chunk: Uint8Array): Uint8Array[] }, chunk: Uint8Array): Uint8Array[] {
  const found = splitter.push(chunk)
  return found.length > 0 ? found : [chunk]
}

/** A request as it was captured. */
function requestOf(text: string): { readonly path: string; readonly contentType: string; readonly body: string } | Malformed {
  const wrong = (found: string): Malformed => ({ malformed: { path: 'line', found, expected: 'a JSON object {"method","path","contentType","body"}' } })
  let root: unknown
  try {
    root = JSON.parse(text)
  } catch {
    return wrong(JSON.stringify(text.slice(0, 40)))
  }
  if (typeof root !== 'object' || root === null || Array.isArray(root)) return wrong(JSON.stringify(root)?.slice(0, 40) ?? 'nothing')
  const { path, contentType, body } = root as Record<string, unknown>
  const textOf = (value: unknown) => (typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value))
  return { path: textOf(path), contentType: textOf(contentType).toLowerCase(), body: textOf(body) }
}
