/**
 * What one connection of a terminal comes to, whatever its tongue: bytes in, meanings out, and the bytes to answer with.
 * Pure, so that one server serves every protocol and a recorded stream is a test.
 */
import type { Instant } from '#kernel/names.ts'
import type { NewPosition } from '#modules/units/contract.ts'
import { hexOf } from './hex.ts'

/** What was found in bytes or text that cannot be read, and what was expected there. */
export type Malformed = { readonly path: string; readonly found: string; readonly expected: string }

/** A place as a device's message has it, in our units; undefined where it does not say. */
export type SaidFix = {
  /** By the device's clock; undefined for what is no time. */
  readonly at: Instant | undefined
  readonly lon: number
  readonly lat: number
  readonly speedKmh: number | undefined
  readonly courseDeg: number | undefined
  readonly altitudeMeters: number | undefined
}

export type Alarm = { readonly name: string; readonly at: Instant }

/** What a device is known to do, from the registry; what is left out is found in its frames. */
export type TerminalProfile = {
  /** Coordinates that it sends, whatever it says of them. */
  readonly crs?: 'wgs84' | 'gcj02'
  /** Minutes east of UTC that its clock is set to. */
  readonly zoneMinutes?: number
  /** Of a JT/T 808 device that lies in its header. */
  readonly version?: '2013' | '2019'
}

/** A command of ours that is answered: its serial, and the id of its message; 0 of a terminal that does not say which. */
export type Asked = { readonly serial: number; readonly message: number }

export type Said =
  /** It asks to be known. The plate is there to be compared with the agency's own vehicle: never keep it. */
  | { readonly kind: 'registration'; readonly plate: string }
  | { readonly kind: 'authentication'; readonly token: string }
  /** Places and alarms. Answered when they are durable. */
  | {
      readonly kind: 'report'
      readonly positions: readonly NewPosition[]
      readonly alarms: readonly Alarm[]
      /** How many places the device itself says are none. */
      readonly unusable: number
      /** Kept without signal and sent later. */
      readonly isLate: boolean
      /** The command that asked for it. */
      readonly answersTo?: Asked
    }
  /** An answer to a command of ours. */
  | { readonly kind: 'answer'; readonly to: Asked; readonly done: boolean }
  /** Which answer to a question of ours somebody chose, by the question's serial. */
  | { readonly kind: 'choice'; readonly to: number; readonly choice: number }
  /** A picture or a sound, whole. */
  | { readonly kind: 'media'; readonly id: number; readonly media: 'picture' | 'sound' | 'video'; readonly bytes: Uint8Array; readonly positions: readonly NewPosition[] }
  | { readonly kind: 'greeting' | 'logout' | 'part' | 'other' }
  | { readonly kind: 'malformed'; readonly malformed: Malformed }

/** What the room made of it. */
export type Verdict =
  | { readonly result: 'done' }
  /** Registered: what it shall show from now on. */
  | { readonly result: 'registered'; readonly token: string }
  /** Durable, and the alarm is being answered by people: the device may stop sounding it. */
  | { readonly result: 'alarm-taken' }
  /** Not kept: it may try again. */
  | { readonly result: 'failed' }
  /** We do not know this device. */
  | { readonly result: 'stranger' }
  /** It says that it sits in another vehicle. */
  | { readonly result: 'other-vehicle' }
  /** It asks to be registered, and has the token of before in use. */
  | { readonly result: 'has-token' }

export type Heard = {
  /** The message's own name, for people who diagnose. */
  readonly type: string
  /** Of the device that speaks, as the registry has it; undefined while the connection has not said. */
  readonly number: string | undefined
  readonly said: Said
  /** The frame without what may hold identifiers of phones, cells, networks or vehicles: its first bytes, and how many more there were. */
  readonly shown: ShownFrame
  /** The device's dialect, where it shows one: `2013`, `2019`. */
  readonly dialect?: string
  /** Percent, where the message says. */
  readonly battery?: number
  /** What to send back; nothing where the protocol waits for nothing. */
  answer(verdict: Verdict, now: Instant): readonly Uint8Array[]
}

export type Talk = {
  /** What these bytes end. Never throws. */
  hear(bytes: Uint8Array, now: Instant): Heard[]
  /** What to ask for again: parts of messages that have not come for a while. Undefined while nothing is said in parts. */
  remind?(now: Instant): readonly Uint8Array[] | undefined
}

/** A terminal's number as the registry has it: one device may fill 12 digits today and 20 after an update, with zeros before them. */
export const terminalNumber = (said: string): string => said.toLowerCase().replace(/^0+(?=.)/, '')

export type ShownFrame = { readonly bytes: Uint8Array; readonly more: number }

/** The most of one frame that is shown. */
const SHOWN_BYTES_MAX = 64

/** Copied: a frame may lie in a chunk that nobody else holds. */
export function shownBytes(frame: Uint8Array, visible: number): ShownFrame {
  const count = Math.min(visible, frame.length, SHOWN_BYTES_MAX)
  return { bytes: frame.slice(0, count), more: frame.length - count }
}

export const inHex = ({ bytes, more }: ShownFrame): string => (more > 0 ? `${hexOf(bytes)} +${more}` : hexOf(bytes))
