/** One connection of a JT/T 808 terminal, or one address of UDP: what it says, and our answers to it. */
import type { Instant } from '#kernel/names.ts'
import type { Asked, Heard, Said, Talk, TerminalProfile, Verdict } from '../talk.ts'
import { shownBytes, terminalNumber } from '../talk.ts'
import { decodeBody, splitFrame, type Body, type Dialect, type Header, type Jt808Message, type Version } from './codec.ts'
import { encodeCommand, messageId, type Command, type Terminal } from './downlink.ts'
import { frameSplitter, type Delimiter } from './frame.ts'
import { reassembly, type Stalled } from './reassembly.ts'
import { translate } from './translate.ts'

export type Jt808Talk = Talk & {
  /**
   * The frames of a command for the terminal that speaks here, and what its answer will name: the serial of the last frame, and the message.
   * Undefined while it has said nothing.
   */
  command(command: Command): (Asked & { readonly frames: readonly Uint8Array[] }) | undefined
  /** As the terminal spoke last; undefined while it has said nothing. */
  version(): Version | undefined
}

type Cutting = { readonly dialect: Dialect & { readonly delimiter: Delimiter }; readonly splitter: ReturnType<typeof frameSplitter> }
const cuttingAt = (delimiter: Delimiter): Cutting => ({ dialect: { delimiter }, splitter: frameSplitter(delimiter) })

/** Headers are 12 to 21 bytes, the block of time and place 28: what follows may be anything a maker likes. */
const PLACE_BYTES = 28

/**
 * @param profileOf    what the registry knows of a number, asked at every frame: a change counts at once
 * @param firstSerial  any number: so that an answer to what an earlier connection asked is not taken for one to this
 */
export function jt808Talk(profileOf: (number: string) => TerminalProfile | undefined, firstSerial = 0): Jt808Talk {
  let cutting: Cutting | undefined
  let tried: readonly Cutting[] | undefined
  const together = reassembly()
  let terminal: Terminal | undefined
  /** What was read of it last: a connection is one terminal's. */
  let last = { phone: '', number: '' }
  let serial = firstSerial & 0xffff
  /** The newest of what we said in parts, by its first serial: a terminal of 2019 asks for what it lost. */
  const saidInParts = new Map<number, readonly Uint8Array[]>()

  function numberOf({ phone }: { readonly phone: string }): string {
    if (last.phone !== phone) last = { phone, number: terminalNumber(phone) }
    return last.number
  }

  const send = (to: Terminal, command: Command): Uint8Array[] => {
    const frames = encodeCommand(to, command, serial)
    if (frames.length > 1) keepParts(frames)
    serial = (serial + frames.length) & 0xffff
    return frames
  }

  function keepParts(frames: readonly Uint8Array[]) {
    saidInParts.delete(serial)
    saidInParts.set(serial, frames)
    for (const oldest of saidInParts.keys()) {
      if (saidInParts.size <= partsKept) break
      saidInParts.delete(oldest)
    }
  }

  /**
   * The frames that end in these bytes. A first byte of e7 may be noise: until a frame has check code and length right, both delimiters
   * are tried, the one that stands first before the other.
   */
  function framesIn(bytes: Uint8Array): { readonly frames: readonly Uint8Array[]; readonly cut: Cutting } {
    if (cutting) return { frames: cutting.splitter.push(bytes), cut: cutting }
    tried ??= bytes[0] === 0xe7 ? [cuttingAt(0xe7), cuttingAt(0x7e)] : [cuttingAt(0x7e), cuttingAt(0xe7)]
    const tries = tried.map((cut) => {
      const frames = cut.splitter.push(bytes)
      const read = frames.map((frame) => splitFrame(frame, cut.dialect)).filter((split) => 'header' in split)
      return { frames, cut, isRead: read.length > 0, isRight: read.some(({ header }) => !header.lengthWrong) }
    })
    cutting = tries.find(({ isRight }) => isRight)?.cut
    if (cutting) tried = undefined
    return tries.find(({ isRight }) => isRight) ?? tries.find(({ isRead }) => isRead) ?? tries[0]!
  }

  function hearFrame(frame: Uint8Array, asItSays: Cutting['dialect'], now: Instant): Heard {
    // The header is read once as it comes, to know who speaks, and again as the registry says that this one means it.
    let split = splitFrame(frame, asItSays)
    const profile = 'malformed' in split ? undefined : profileOf(numberOf(split.header))
    const dialect: Dialect = profile?.version ? { ...asItSays, headerVersion: profile.version, bodyVersion: profile.version } : asItSays
    if (profile?.version) split = splitFrame(frame, dialect)
    if ('malformed' in split) {
      return {
        type: 'malformed',
        number: terminal && numberOf(terminal),
        said: { kind: 'malformed', malformed: split.malformed },
        shown: shownBytes(frame, damagedBytes(frame)),
        answer: () => [],
      }
    }
    const { header } = split
    if (terminal?.phone !== header.phone || terminal.version !== header.version) {
      terminal = { phone: header.phone, version: header.version, delimiter: asItSays.delimiter }
    }
    const from = terminal
    const number = numberOf(header)
    const whole = together.take(split, now)
    if (!whole) return { number, dialect: header.version, shown: shownBytes(frame, headerBytes(header)), type: 'part', said: { kind: 'part' }, answer: () => [] }

    const decoded = decodeBody(whole.header, whole.body, dialect)
    const answered = whole.header.serial === header.serial ? [header.serial] : [whole.header.serial, header.serial]
    if ('malformed' in decoded) {
      return {
        number,
        dialect: header.version,
        shown: shownBytes(frame, headerBytes(header)),
        type: 'malformed',
        said: { kind: 'malformed', malformed: decoded.malformed },
        answer: () => answered.flatMap((to) => send(from, { type: 'answer', to, of: header.id, result: 'wrong' })),
      }
    }
    const { body } = decoded.message
    const hasPlace = (body.type === 'location' || body.type === 'location-answer') && !header.part
    return {
      number,
      dialect: header.version,
      type: body.type === 'other' ? body.name : body.type,
      shown: shownBytes(frame, headerBytes(header) + (hasPlace ? PLACE_BYTES + (body.type === 'location' ? 0 : 2) : 0)),
      ...batteryIn(body),
      said: meaning(decoded.message, now, profile),
      answer(verdict, at) {
        if (body.type === 'parts-request' && verdict.result === 'done') {
          // As they were: a part that has another serial belongs to another message.
          const again = body.parts.flatMap((part) => saidInParts.get(body.of)?.[part - 1] ?? [])
          return again.length > 0 ? again : send(from, { type: 'answer', to: header.serial, of: header.id, result: 'failed' })
        }
        const command = answerTo(decoded.message, verdict, at)
        if (command?.type !== 'answer') return command ? send(from, command) : []
        if (answered.length === 1) return send(from, command)
        return answered.flatMap((to) => send(from, { ...command, to }))
      },
    }
  }

  return {
    hear(bytes, now) {
      const { frames, cut } = framesIn(bytes)
      return frames.map((frame) => hearFrame(frame, cut.dialect, now))
    },
    remind(now) {
      const from = terminal
      if (!from || together.bytes === 0) return undefined
      return together.stalled(now, stalledMs).flatMap((stalled) => send(from, resend(stalled)))
    },
    command(command) {
      if (!terminal) return undefined
      const frames = send(terminal, command)
      return { serial: (serial - 1) & 0xffff, message: messageId(command), frames }
    },
    version: () => terminal?.version,
  }
}

/** Messages in parts that are kept to be sent again: long texts, fences of many areas. */
const partsKept = 4

/** A terminal sends its parts one after another: a pause of this length is a loss. */
const stalledMs = 10_000

/** Pictures and sounds are asked for by their own number, which stands in their first part; everything else by its serial. */
function resend({ header, firstSerial, missing, first }: Stalled): Command {
  const isMedia = header.id === 0x0801 && first !== undefined && first.length >= 4
  return isMedia ? { type: 'media-answer', media: new DataView(first.buffer, first.byteOffset).getUint32(0), resend: missing } : { type: 'resend-parts', of: firstSerial, parts: missing }
}

/**
 * Of a frame whose check code is wrong the part of the header that all versions have, where id and length say that it is one: a run of
 * bytes may as well begin in the middle of a body, with a plate.
 */
function damagedBytes(frame: Uint8Array): number {
  const [high = 0, low = 0, properties = 0, length = 0] = frame
  const isHeader = (high | low) > 0 && [12, 13, 16, 17, 21].includes(frame.length - 1 - ((properties & 3) * 256 + length))
  return isHeader ? 12 : 2
}

const headerBytes = ({ version, phone, part }: Header) => (version === '2019' ? 7 : 6) + phone.length / 2 + (part ? 4 : 0)

/** As it is now: what was kept without signal is old. */
function batteryIn(body: Body): { readonly battery?: number } {
  const location = body.type === 'location' || body.type === 'location-answer' ? body.location : body.type === 'location-batch' && !body.backfill ? body.locations.at(-1) : undefined
  const battery = body.type === 'battery' ? body.percent : location?.attached.batteryPercent
  return battery === undefined ? {} : { battery }
}

function meaning(message: Jt808Message, now: Instant, profile: TerminalProfile | undefined): Said {
  const { body } = message
  switch (body.type) {
    case 'register':
      return { kind: 'registration', plate: body.plate }
    case 'authenticate':
      return { kind: 'authentication', token: body.token }
    case 'terminal-answer':
      return { kind: 'answer', to: { serial: body.answerTo, message: body.of }, done: body.result === 'done' }
    case 'question-answer':
      return { kind: 'choice', to: body.answerTo, choice: body.choice }
    case 'heartbeat':
      return { kind: 'greeting' }
    case 'logout':
      return { kind: 'logout' }
    case 'part':
      return { kind: 'part' }
  }
  const { positions, alarms, unusable } = translate(message, now, profile)
  if (body.type === 'media') return { kind: 'media', id: body.media.id, media: body.media.kind, bytes: body.data, positions }
  if (positions.length + alarms.length + unusable.length === 0) return { kind: 'other' }
  const isLate = body.type === 'location-batch' && body.backfill
  const report = { kind: 'report', positions, alarms, unusable: unusable.length, isLate } as const
  // 0x0201 answers 0x8201, 0x0500 answers 0x8500.
  return body.type === 'location-answer' ? { ...report, answersTo: { serial: body.answerTo, message: 0x8000 + message.header.id } } : report
}

/** The command that the standard has for an answer to this message. Answers are not answered. */
function answerTo({ header, body }: Jt808Message, verdict: Verdict, now: Instant): Command | undefined {
  const { serial: to, id: of } = header
  switch (body.type) {
    case 'terminal-answer':
    case 'parameters':
    case 'location-answer':
      return undefined
    case 'register': {
      const results = { registered: 'done', 'other-vehicle': 'no-vehicle', 'has-token': 'terminal-taken', stranger: 'no-terminal' } as const
      if (verdict.result === 'registered') return { type: 'register-answer', to, result: 'done', token: verdict.token }
      return { type: 'register-answer', to, result: results[verdict.result as 'stranger' | 'other-vehicle' | 'has-token'] ?? 'no-terminal' }
    }
    case 'media':
      return verdict.result === 'done' ? { type: 'media-answer', media: body.media.id, resend: [] } : { type: 'answer', to, of, result: 'failed' }
    case 'other':
      if (of === 0x0004 && verdict.result === 'done') return { type: 'time', now }
  }
  const result = verdict.result === 'done' ? 'done' : verdict.result === 'alarm-taken' ? 'alarm-acknowledged' : 'failed'
  return { type: 'answer', to, of, result }
}
