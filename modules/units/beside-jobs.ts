/**
 * What only the node knows that heard a device: its counts, its last frames, and who knocked. All nodes are asked when somebody looks, so nothing of
 * it is written anywhere. A phone's key goes from node to node so, and lies in no stream.
 */
import type { Instant } from '#kernel/names.ts'
import type { Bus } from '#platform/bus/bus.ts'
import type { Db } from '#platform/db/sql.ts'
import type { Protocol } from './contract.ts'
import { newestFrames, together, type Device, type Devices, type DeviceStatus, type RawFrame } from './device.ts'
import { bothBriefs, briefOf, nothingHeard, type Brief } from './device-list.ts'
import { loadSeen } from './devices-store.ts'
import { mergedStrangers, type Stranger, type Strangers } from './strangers.ts'

export type Beside = {
  /** What all nodes together know of devices, without frames. @returns `isWhole` false when a node could not be asked */
  statuses(devices: readonly Device[]): Promise<{ readonly of: (number: number) => DeviceStatus; readonly isWhole: boolean }>
  /** What the registry is sorted and filtered by, of all devices: as it was some seconds ago, however many look. */
  briefs(): Promise<{ readonly of: (number: number) => Brief; readonly isWhole: boolean }>
  /** The last frames of a device, newest first. */
  frames(device: Device): Promise<readonly RawFrame[]>
  /** Who knocked at any node and is not known, the one heard last first. */
  strangers(): Promise<{ readonly list: readonly Stranger[]; readonly isWhole: boolean }>
  /** Known now: no node lists them any more. */
  forgetStranger(stranger: Stranger): Promise<void>
}

const subjects = { statuses: 'units.statuses', briefs: 'units.briefs', frames: 'units.frames', strangers: 'units.strangers', adopted: 'units.adopted' } as const
/** A message of NATS may have a megabyte; a status takes some 400 bytes. */
const devicesPerQuestion = 1_000
/** A brief takes some 50 bytes. */
const briefsPerQuestion = 10_000
const briefsFreshMs = 5_000

type Needs = { readonly bus: Bus; readonly db: Db; readonly devices: Devices; readonly strangers: Strangers; readonly now: () => Instant }

export function openBeside({ bus, db, devices, strangers, now }: Needs): Beside {
  const framesOf = (number: number) => devices.status(number).raw?.list() ?? []
  const own = {
    statuses: (numbers: readonly number[]) => numbers.map((number): [number, DeviceStatus] => [number, { ...devices.status(number), raw: undefined }]),
    briefs: (numbers: readonly number[]) => numbers.map((number): [number, Brief] => [number, briefOf(devices.status(number))]).filter(([, { seenAt, links }]) => seenAt !== null || links > 0),
    frames: (number: number) => framesOf(number).map(({ shown, ...frame }) => ({ ...frame, shown: { more: shown.more, bytes: Buffer.from(shown.bytes).toString('base64') } })),
    forget: ({ protocol, secretOrNumber }: Pick<Stranger, 'protocol' | 'secretOrNumber'>) => strangers.forget(protocol, secretOrNumber),
  }
  bus.answer(subjects.statuses, (question) => inJson(own.statuses(fromJson<number[]>(question))))
  bus.answer(subjects.briefs, (question) => inJson(own.briefs(fromJson<number[]>(question))))
  bus.answer(subjects.frames, (question) => inJson(own.frames(fromJson<number>(question))))
  bus.answer(subjects.strangers, () => inJson(strangers.list()))
  bus.answer(subjects.adopted, (question) => inJson(own.forget(fromJson<{ protocol: Protocol; secretOrNumber: string }>(question)) ?? null))

  async function ask<Answer>(subject: string, question: unknown): Promise<{ answers: Answer[]; isWhole: boolean }> {
    const { answers, isWhole } = await bus.ask(subject, inJson(question))
    return { answers: answers.map(fromJson<Answer>), isWhole }
  }

  async function readBriefs(): ReturnType<Beside['briefs']> {
    const numbers = Array.from(devices.all(), ({ number }) => number)
    const [seen, ...asked] = await Promise.all([loadSeen(db, numbers), ...inParts(numbers, briefsPerQuestion).map((part) => ask<[number, Brief][]>(subjects.briefs, part))])
    const known = new Map(own.briefs(numbers))
    for (const [number, brief] of asked.flatMap(({ answers }) => answers.flat())) known.set(number, bothBriefs(known.get(number) ?? nothingHeard, brief))
    return {
      isWhole: asked.every(({ isWhole }) => isWhole),
      of(number) {
        const brief = known.get(number) ?? nothingHeard
        const before = seen.get(number)
        return before === undefined || (brief.seenAt !== null && brief.seenAt > before) ? brief : { ...brief, seenAt: before }
      },
    }
  }
  let briefs: { readonly at: Instant; readonly read: ReturnType<Beside['briefs']> } | undefined

  return {
    briefs() {
      if (briefs && Math.abs(now() - briefs.at) < briefsFreshMs) return briefs.read // a clock may be set back
      const mine = { at: now(), read: readBriefs() }
      briefs = mine
      // what failed is asked again by whoever comes next
      mine.read.catch(() => void (briefs === mine && (briefs = undefined)))
      return mine.read
    },
    async statuses(wanted) {
      const numbers = wanted.map(({ number }) => number)
      const [seen, ...asked] = await Promise.all([loadSeen(db, numbers), ...inParts(numbers, devicesPerQuestion).map((part) => ask<[number, DeviceStatus][]>(subjects.statuses, part))])
      const known = Map.groupBy([...own.statuses(numbers), ...asked.flatMap(({ answers }) => answers.flat())], ([number]) => number)
      return {
        isWhole: asked.every(({ isWhole }) => isWhole),
        of(number) {
          const status = together((known.get(number) ?? []).map(([, one]) => one))
          // What a node heard that is gone now is in the table, to the minute.
          const before = seen.get(number)
          return before === undefined || (status.seenAt !== null && status.seenAt > before) ? status : { ...status, seenAt: before }
        },
      }
    },
    async frames({ number }) {
      const { answers } = await ask<ReturnType<typeof own.frames>>(subjects.frames, number)
      const others = answers.flat().map(({ shown, ...frame }) => ({ ...frame, shown: { more: shown.more, bytes: new Uint8Array(Buffer.from(shown.bytes, 'base64')) } }))
      return newestFrames([...framesOf(number), ...others])
    },
    async strangers() {
      const { answers, isWhole } = await ask<Stranger[]>(subjects.strangers, null)
      const isKnown = ({ protocol, secretOrNumber }: Stranger) => devices.byTerminal(protocol, secretOrNumber) !== undefined
      return { isWhole, list: mergedStrangers([strangers.list(), ...answers]).filter((stranger) => !isKnown(stranger)) }
    },
    async forgetStranger({ protocol, secretOrNumber }) {
      own.forget({ protocol, secretOrNumber })
      await ask(subjects.adopted, { protocol, secretOrNumber })
    },
  }
}

const inParts = <T>(all: readonly T[], size: number): T[][] => Array.from({ length: Math.ceil(all.length / size) }, (_, n) => all.slice(n * size, (n + 1) * size))
const inJson = (value: unknown) => Buffer.from(JSON.stringify(value))
const fromJson = <Value>(bytes: Uint8Array) => JSON.parse(Buffer.from(bytes).toString()) as Value // what a node of the same program sent
