/** One connection of an H02 tracker, or one address of UDP: what it says, and our answers to it. */
import type { Instant } from '#kernel/names.ts'
import type { Heard, Talk } from '../talk.ts'
import { shownBytes, terminalNumber } from '../talk.ts'
import { decodeFrame, encodeAnswer } from './codec.ts'
import { frameSplitter } from './frame.ts'
import { translate } from './translate.ts'

/** Of a text the maker, the device and the word; of a binary frame all that holds the place. */
const SHOWN_BYTES = 32

export function h02Talk(): Talk {
  const splitter = frameSplitter()
  let number: string | undefined

  function hearFrame(frame: Uint8Array, now: Instant): Heard {
    const decoded = decodeFrame(frame)
    if ('malformed' in decoded) {
      return { type: 'malformed', number, said: { kind: 'malformed', malformed: decoded.malformed }, shown: shownBytes(frame, SHOWN_BYTES), answer: () => [] }
    }
    const { message } = decoded
    if (message.device !== undefined) number = terminalNumber(message.device)
    const { positions, alarms, unusable } = translate(message, now)
    const saysSomething = positions.length + alarms.length + unusable.length > 0
    return {
      type: message.type === 'other' ? message.word.toLowerCase() : message.type,
      number,
      ...(message.battery !== undefined && { battery: message.battery }),
      said: saysSomething
        ? { kind: 'report', positions, alarms, unusable: unusable.length, isLate: false }
        : { kind: message.type === 'heartbeat' || message.type === 'status' ? 'greeting' : 'other' },
      shown: shownBytes(frame, message.fixes.length > 0 ? 2 * SHOWN_BYTES : SHOWN_BYTES),
      answer({ result }, at) {
        const bytes = result === 'done' || result === 'alarm-taken' ? encodeAnswer(message, at) : undefined
        return bytes ? [bytes] : []
      },
    }
  }

  return {
    hear: (bytes, now) => splitter.push(bytes).map((frame) => hearFrame(frame, now)),
  }
}
