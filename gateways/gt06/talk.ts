/** One connection of a GT06 tracker: what it says, and our answers to it. */
import type { Instant } from '#kernel/names.ts'
import type { Heard, Said, Talk, TerminalProfile } from '../talk.ts'
import { shownBytes, terminalNumber } from '../talk.ts'
import { decodeFrame, encodeAnswer, encodeTime, type Gt06Message } from './codec.ts'
import { frameSplitter } from './frame.ts'
import { translate } from './translate.ts'

/** Marker, length, kind, and the block of time and place; cells follow. */
const SHOWN_BYTES = 22
/** Marker, length, kind: a damaged frame may be one of identifiers. */
const headBytes = (frame: Uint8Array) => (frame[0] === 0x79 ? 5 : 4)

/** @param profileOf what the registry knows of a number, asked at every frame: a change counts at once */
export function gt06Talk(profileOf: (number: string) => TerminalProfile | undefined): Talk {
  const splitter = frameSplitter()
  let number: string | undefined
  let saidZone: number | undefined

  function hearFrame(frame: Uint8Array, now: Instant): Heard {
    const decoded = decodeFrame(frame)
    if ('malformed' in decoded) {
      return { type: 'malformed', number, said: { kind: 'malformed', malformed: decoded.malformed }, shown: shownBytes(frame, headBytes(frame)), answer: () => [] }
    }
    const { message } = decoded
    if (message.device !== undefined) number = terminalNumber(message.device)
    if (message.type === 'login') saidZone = message.zoneMinutes
    const { zoneMinutes = saidZone, ...profile } = (number !== undefined && profileOf(number)) || {}
    return {
      type: message.type === 'other' ? `message-${message.kind.toString(16).padStart(2, '0')}` : message.type,
      number,
      ...(message.battery !== undefined && { battery: message.battery }),
      said: meaning(message, now, { ...profile, ...(zoneMinutes !== undefined && { zoneMinutes }) }),
      // A login and a status are short and hold no place; behind a place stand cells, among modules anything in any order.
      shown: shownBytes(frame, message.fixes.length > 0 && message.kind !== 0x70 ? SHOWN_BYTES : headBytes(frame)),
      answer: ({ result }, at) => (result === 'done' || result === 'alarm-taken' ? answerTo(message, at) : []),
    }
  }

  return {
    hear: (bytes, now) => splitter.push(bytes).map((frame) => hearFrame(frame, now)),
  }
}

function meaning(message: Gt06Message, now: Instant, profile: TerminalProfile): Said {
  if (message.type === 'login') return { kind: 'greeting' }
  const { positions, alarms, unusable } = translate(message, now, profile)
  if (positions.length + alarms.length + unusable.length === 0) return { kind: message.type === 'status' ? 'greeting' : 'other' }
  return { kind: 'report', positions, alarms, unusable: unusable.length, isLate: false }
}

/** Login, status and alarm wait for an answer, a place does not. */
function answerTo(message: Gt06Message, now: Instant): Uint8Array[] {
  switch (message.type) {
    case 'login':
    case 'status':
    case 'alarm':
      return [encodeAnswer(message)]
    case 'time-request':
      return [encodeTime(message, now)]
    default:
      return []
  }
}
