/** Terminals at work: ports, what is said on them, what is answered, what they are told. One server for every protocol. */
import type { Entry } from '#kernel/journal.ts'
import type { Instant } from '#kernel/names.ts'
import { alarmBits } from '#gateways/jt808/alarms.ts'
import type { Version } from '#gateways/jt808/codec.ts'
import type { Command } from '#gateways/jt808/downlink.ts'
import { jt808Talk, type Jt808Talk } from '#gateways/jt808/talk.ts'
import { gt06Talk } from '#gateways/gt06/talk.ts'
import { h02Talk } from '#gateways/h02/talk.ts'
import type { Asked, Heard, Said, Talk, TerminalProfile, Verdict } from '#gateways/talk.ts'
import { aloneBus } from '#platform/bus/bus.ts'
import type { Sql } from '#platform/db/sql.ts'
import { followJournal } from '#platform/journal/follow.ts'
import { listenForTerminals, type Ear, type Link, type TerminalLimits, type TerminalPort } from '#platform/terminals/listen.ts'
import { alarmEdges, saysStates, type SaidAlarm } from './alarm.ts'
import { keepAlarmIncident, keepAlarms, loadAlarms, loadAlarmsOf, type AlarmRow } from './alarms-store.ts'
import type { TerminalProtocol } from './contract.ts'
import type { UnitsDeps } from './deps.ts'
import { handOverSeen, noteSkew, remember, type Device } from './device.ts'
import { isTokenInUse, setKey, showToken } from './devices-store.ts'
import { answered, asText, expired, newDownlink, nextStep, sent, type Downlink, type DownlinkCommand } from './downlink.ts'
import { addDownlinks, devicesWaiting, dropDownlinks, expireDownlinks, questionOf, setDownlink, waitingDownlinks, withdrawOrders } from './downlink-store.ts'
import { takeFromDevice } from './take-positions.ts'
import { terminalFences } from './terminal-fences-jobs.ts'

export const terminalProtocols = ['jt808', 'gt06', 'h02'] as const satisfies readonly TerminalProtocol[]

export type Terminals = {
  /** Open the ports that are asked for. @throws the system's error when one is taken */
  listen(host: string, ports: Readonly<Partial<Record<TerminalProtocol, number>>>, limits?: Partial<TerminalLimits>): Promise<void>
  /** Where it listens. */
  ports(): Readonly<Partial<Record<TerminalProtocol, number>>>
  /** An alarm that came through another door, as a phone's. Resolves when it is durable. */
  takeAlarms(device: Device, alarms: readonly SaidAlarm[], at: Instant, place: Place | undefined): Promise<boolean>
  /** Tell a device; sent at once when it is connected here, else when it comes. */
  tell(downlinks: readonly Downlink[]): Promise<void>
  /** The fences are others now: those of whoever is connected are looked at, and of whoever connects later then. */
  lookAtFences(): void
  hear(entries: readonly Entry[]): void
  stop(): Promise<void>
}
type Place = { readonly lon: number; readonly lat: number }

/** One connection: what it speaks and who it has shown itself to be. */
type Session = {
  readonly protocol: TerminalProtocol
  readonly link: Link
  readonly talk: Talk
  device: Device | undefined
  authenticated: boolean
  /** When it last spoke as its device, it might be told what waits. */
  wasTrusted: boolean
  heardAt: Instant
  /** Told and not answered yet, by the serial that the answer will name; `message` is what it will say that it answers. */
  readonly told: Map<number, { readonly message: number; readonly downlink: Downlink }>
}

const talks: Readonly<Record<TerminalProtocol, (profileOf: (number: string) => TerminalProfile | undefined, firstSerial: number) => Talk>> = {
  jt808: jt808Talk,
  gt06: gt06Talk,
  h02: h02Talk,
}
/** JT/T 808 and H02 devices may speak over UDP; a GT06 device says who it is once in a connection. */
const overUdp: Readonly<Record<TerminalProtocol, boolean>> = { jt808: true, gt06: false, h02: true }

const asItsFramesSay: TerminalProfile = {}
const done: Verdict = { result: 'done' }

const tickMs = 1_000
const keptMs = 90 * 86_400_000
const HOUR_MS = 3_600_000
/** A question may be answered so long after it was asked: by then its order is over, and the answer says so. */
const askedMs = 24 * HOUR_MS
/** The one answer that an order's question has. */
const acknowledgement = { id: 1, text: '签收' }
/** An order that is not spoken by then is spoken by nobody: the crew has it from the phone or the radio. */
export const orderSpokenMs = 10 * 60_000

export async function openTerminals(deps: UnitsDeps): Promise<Terminals> {
  const { db, devices, live, now } = deps
  const ports: TerminalPort[] = []
  const opened: Partial<Record<TerminalProtocol, number>> = {}
  /** By the device's number; a device has one connection that counts: through which it spoke last. */
  const sessions = new Map<number, Session>()
  /** All connections of a device, by its number. */
  const linked = new Map<number, Set<Session>>()
  /** Those that have begun to say something in parts. */
  const inParts = new Set<Session>()
  const openAlarms = new Map<number, Map<string, Instant>>()
  const recentAlarms = new Map<number, Map<string, Instant>>()
  /** Devices that came here from nobody knows where: another node may have begun or ended alarms of theirs. */
  const unreadAlarms = new Set<number>()
  const hasNodesBeside = deps.bus !== undefined && deps.bus !== aloneBus
  /** Devices whose emergency nobody has answered yet, by the incident that it became: two in one car are one call. */
  const calls = new Map<string, Set<number>>()
  const alarmsUnderWay = new Map<number, Promise<boolean>>()
  let stopped = false
  let sweptAt = -Infinity
  let pumping: Promise<void> | undefined
  let lookingAtFences: Promise<void> | undefined
  const fences = terminalFences(deps)
  const orders = await followJournal({
    db,
    name: 'units.spoken-orders',
    types: ['unit-assigned', 'assignment-changed'],
    carryOut: speakOrders,
    onDone: () => pump(),
    onFault: (what, cause) => deps.onFault?.(what, cause),
  })

  const knowAlarms = (rows: readonly AlarmRow[]) => {
    for (const { device, name, beganAt, endedAt, incident } of rows) {
      if (endedAt === null) mapOf(openAlarms, device).set(name, beganAt)
      mapOf(recentAlarms, device).set(name, beganAt)
      if (incident !== null) callsOf(incident).add(device)
    }
  }
  knowAlarms(await loadAlarms(db, now() - HOUR_MS))

  // ——— what is said ———

  function profileOf(protocol: TerminalProtocol) {
    return (number: string): TerminalProfile | undefined => {
      const settings = devices.byTerminal(protocol, number)?.settings
      if (settings && settings.crs === null && settings.zoneMinutes === null && settings.version === null) return asItsFramesSay
      return settings && {
        ...(settings.crs && { crs: settings.crs }),
        ...(settings.zoneMinutes !== null && { zoneMinutes: settings.zoneMinutes }),
        ...(settings.version && { version: settings.version }),
      }
    }
  }

  function begin(protocol: TerminalProtocol, link: Link): Ear {
    const session: Session = { protocol, link, talk: talks[protocol](profileOf(protocol), Buffer.from(deps.randomBytes(2)).readUInt16BE()), device: undefined, authenticated: false, wasTrusted: false, heardAt: -Infinity, told: new Map() }
    return {
      hear(bytes) {
        const heard = session.talk.hear(bytes, now())
        // All at once, so that a burst shares its commits; answered in the order in which it came.
        const verdicts = heard.map((one) => judge(session, one))
        // Most say one thing at a time, and many say it at once: no more promises than are needed.
        if (verdicts.length !== 1) return answerAll(session, heard, verdicts)
        const verdict = verdicts[0]
        if (!(verdict instanceof Promise)) return answerWith(session, heard[0]!, verdict)
        return verdict.then((made) => answerWith(session, heard[0]!, made))
      },
      gone() {
        inParts.delete(session)
        leave(session)
      },
    }
  }

  function answerWith(session: Session, heard: Heard, verdict: Verdict | undefined) {
    if (verdict) send(session, heard.answer(verdict, now()))
  }

  async function answerAll(session: Session, heard: readonly Heard[], verdicts: readonly (Verdict | undefined | Promise<Verdict | undefined>)[]) {
    const answers: Uint8Array[] = []
    for (const [index, verdict] of verdicts.entries()) {
      const made = await verdict
      if (made) answers.push(...heard[index]!.answer(made, now()))
    }
    send(session, answers)
  }

  /** Over TCP in one write: what a write costs is more than what it carries. A datagram holds one. */
  function send({ link }: Session, answers: readonly Uint8Array[]) {
    if (link.over === 'tcp' && answers.length > 1) link.send(Buffer.concat(answers))
    else for (const answer of answers) link.send(answer)
  }

  /** What becomes of one message; undefined where nothing is to be answered. */
  function judge(session: Session, heard: Heard): Verdict | undefined | Promise<Verdict | undefined> {
    const { number, said } = heard
    if (number === undefined) return undefined
    const device = devices.byTerminal(session.protocol, number)
    if (!device) {
      deps.strangers.note(session.protocol, number, heard.type)
      devices.stop(0, 'authenticate', placesIn(said))
      return { result: 'stranger' }
    }
    const at = now()
    settle(session, device, at)
    const status = devices.status(device.number)
    status.frames++
    if (heard.dialect) status.dialect = heard.dialect
    if (heard.battery !== undefined) status.battery = heard.battery
    devices.noteSeen(device.number, at)
    if (said.kind === 'part') inParts.add(session)
    const because = said.kind === 'malformed' ? `${said.malformed.path}: ${said.malformed.found} ≠ ${said.malformed.expected}` : null
    remember(status, at, heard.type, heard.shown, because)

    const failed = (cause: unknown): Verdict => {
      deps.onFault?.('a terminal’s message', cause)
      // Told that it failed, or cut off, it keeps what it has and tries again.
      if (session.protocol !== 'jt808') session.link.close()
      return { result: 'failed' }
    }
    try {
      const verdict = verdictOn(session, device, said)
      return verdict instanceof Promise ? verdict.catch(failed) : verdict
    } catch (cause) {
      return failed(cause)
    }
  }

  function settle(session: Session, device: Device, at: Instant) {
    session.heardAt = at
    if (session.device?.number !== device.number) {
      leave(session)
      session.device = device
      session.authenticated = false
      session.wasTrusted = false
      if (hasNodesBeside) unreadAlarms.add(device.number)
      const all = linked.get(device.number) ?? new Set()
      linked.set(device.number, all.add(session))
      devices.status(device.number).links = all.size
    }
    count(session, device)
  }

  /** What reports is the connection that counts: a newer one may be another's, or gone without a word. */
  function count(session: Session, device: Device) {
    if (!isTrusted(session, device)) return void (session.wasTrusted = false)
    sessions.set(device.number, session)
    if (session.wasTrusted) return
    session.wasTrusted = true
    session.link.settle()
    fences.look([device.number])
    pump()
  }

  /** Anybody can say a number: who must show our token is heard, and told anything, only with it. */
  const isTrusted = ({ authenticated }: Session, { settings }: Device) => authenticated || !settings.requiresToken

  /** The connection through which a device may be told something. */
  function reachedBy(number: number): Session | undefined {
    const [session, device] = [sessions.get(number), devices.byNumber(number)]
    return session && device && isTrusted(session, device) ? session : undefined
  }

  function leave(session: Session) {
    const number = session.device?.number
    if (number === undefined) return
    session.device = undefined
    const all = linked.get(number)
    all?.delete(session)
    if (all?.size === 0) linked.delete(number)
    if (devices.byNumber(number)) devices.status(number).links = all?.size ?? 0
    if (sessions.get(number) === session) sessions.delete(number)
  }

  devices.onRemoved(({ number }) => {
    for (const session of linked.get(number) ?? []) {
      leave(session)
      session.link.close()
    }
  })

  function verdictOn(session: Session, device: Device, said: Said): Verdict | undefined | Promise<Verdict | undefined> {
    const status = devices.status(device.number)
    if (!isTrusted(session, device) && said.kind !== 'registration' && said.kind !== 'authentication' && said.kind !== 'malformed') {
      devices.stop(device.number, 'authenticate', placesIn(said))
      return { result: 'failed' }
    }
    switch (said.kind) {
      case 'registration':
        return register(session, device, said.plate)
      case 'authentication':
        return authenticate(session, device, said.token)
      case 'report':
        return takeReport(session, device, said)
      case 'media':
        return takeMedia(device, said)
      case 'answer':
        return answer(session, device, said.to, said.done).then(() => undefined)
      case 'choice':
        return chosen(device, said.to, said.choice).then(() => ({ result: 'done' }))
      case 'malformed':
        status.malformed++
        return { result: 'failed' }
      default:
        return done
    }
  }

  async function register(session: Session, device: Device, plate: string): Promise<Verdict> {
    const { vehiclePlate } = device.settings
    if (vehiclePlate !== null && plain(vehiclePlate) !== plain(plate)) return { result: 'other-vehicle' }
    // Whoever knows a number could have a token for it, and the terminal's own would be dead.
    if (!isTrusted(session, device) && vehiclePlate === null && (await isTokenInUse(db, device.id))) {
      countRefused(device)
      return { result: 'has-token' }
    }
    const token = Buffer.from(deps.randomBytes(8)).toString('hex')
    await setKey(db, device.id, token, now())
    return { result: 'registered', token }
  }

  async function authenticate(session: Session, device: Device, token: string): Promise<Verdict> {
    // A terminal that served elsewhere shows the token of there and never registers anew: only who must is held to ours.
    const isOurs = !device.settings.requiresToken || (await showToken(db, device.id, token, now()))
    if (session.device?.number !== device.number) return { result: 'failed' } // gone or removed meanwhile
    session.authenticated = isOurs
    if (isOurs) count(session, device)
    else countRefused(device)
    return { result: isOurs ? 'done' : 'failed' }
  }

  function countRefused({ number }: Device) {
    devices.status(number).tokenRefused++
    devices.stop(number, 'authenticate')
  }

  /** Resolves when what it says is durable. Positions that can never be right are answered well: sent again they would not be better. */
  function takeReport(session: Session, device: Device, said: Said & { readonly kind: 'report' }): Promise<Verdict> {
    const { positions, alarms, unusable, isLate, answersTo } = said
    const status = devices.status(device.number)
    status.taken.unusable += unusable
    const newest = positions.at(-1)
    if (newest && !isLate) noteSkew(status, newest.fixAt, now())
    return takeFromDevice(deps, 'zh', device, positions).then(({ rejected }) => {
      // Where our own clock is behind it is right, and is taken when that is set.
      const isKept = session.protocol === 'jt808' && rejected.some(({ code }) => code === 'fix-in-future') && deps.clockDoubt.isDoubted()
      const verdict: Verdict = isKept ? { result: 'failed' } : done
      // Asked now: what one message of a segment began may be what the next one ends.
      if (answersTo === undefined && !hasAlarms(device, alarms)) return verdict
      return afterPositions(session, device, said).then((made) => (made === done ? verdict : made))
    })
  }

  async function afterPositions(session: Session, device: Device, { positions, alarms, isLate, answersTo }: Said & { readonly kind: 'report' }): Promise<Verdict> {
    const newest = positions.at(-1)
    const isCalling = await takeAlarms(device, alarms, isLate ? (newest?.fixAt ?? now()) : now(), newest, isLate)
    if (answersTo !== undefined) await answer(session, device, answersTo, true)
    return isCalling ? { result: 'alarm-taken' } : done
  }

  async function takeMedia(device: Device, { positions, media, bytes }: Said & { readonly kind: 'media' }): Promise<Verdict> {
    if (positions.length > 0) await takeFromDevice(deps, 'zh', device, positions)
    return { result: (await deps.onPicture?.({ unit: device.unit, device: device.id, media, bytes })) === false ? 'failed' : 'done' }
  }

  /** What we told it was heard. */
  async function answer(session: Session, device: Device, { serial, message }: Asked, isDone: boolean) {
    const told = session.told.get(serial)
    // Serials come again, and what is no command has one, too: an answer to another message answers nothing of this one.
    if (!told || (message !== told.message && message !== 0)) return
    const one = told.downlink
    // Forgotten when it is durable: what waits in the database and is not told here counts as lost, and would be said again.
    const isNews = await setDownlink(db, answered(one, isDone, now()))
    session.told.delete(serial)
    const { assignment, incident } = one
    if (isNews && one.command.type === 'area') await fences.answered(one, isDone).then(pump)
    const instead = isNews && !isDone ? asText(one, now()) : undefined
    if (instead) await tell([instead])
    if (isNews && isDone && assignment && incident) await deps.onOrderSpoken?.({ assignment, incident, unit: device.unit, at: now() })
  }

  /** Somebody in the car answered what an order asked. */
  async function chosen(device: Device, serial: number, choice: number) {
    const one = await questionOf(db, device.number, serial, now() - askedMs)
    if (!one?.assignment || !one.incident || choice !== acknowledgement.id) return
    const { assignment, incident } = one
    const commandId = `acknowledged/${one.id}`
    const sorry = await deps.onOrderAcknowledged?.({ commandId, assignment, incident, unit: device.unit })
    if (sorry !== undefined) await tell([newDownlink({ id: `${one.id}/over`, device: device.number, command: { type: 'text', text: sorry, urgent: true } }, now(), orderSpokenMs)])
  }

  // ——— alarms ———

  /** Whether there is anything to begin or to end. */
  const hasAlarms = ({ number }: Device, alarms: readonly SaidAlarm[]) => alarms.length > 0 || (openAlarms.get(number)?.size ?? 0) > 0 || alarmsUnderWay.has(number) || unreadAlarms.has(number)

  async function readAlarms(device: number) {
    unreadAlarms.delete(device) // first: it may leave and come again meanwhile
    try {
      const rows = await loadAlarmsOf(db, device, now() - HOUR_MS)
      openAlarms.delete(device)
      recentAlarms.delete(device)
      knowAlarms(rows)
    } catch (cause) {
      unreadAlarms.add(device)
      throw cause
    }
  }

  /** Two messages of one device are looked at in turn: each must know what the other began. */
  function takeAlarms(device: Device, alarms: readonly SaidAlarm[], at: Instant, place: Place | undefined, isLate = false): Promise<boolean> {
    const { number } = device
    if (!hasAlarms(device, alarms)) return Promise.resolve(false)
    const before = alarmsUnderWay.get(number) ?? Promise.resolve()
    const mine = before.catch(() => {}).then(() => keepEdges(device, alarms, at, place, isLate))
    const settled = mine.finally(() => alarmsUnderWay.get(number) === settled && alarmsUnderWay.delete(number))
    alarmsUnderWay.set(number, settled)
    return settled
  }

  /** Keep what begins and ends. True when an emergency is known to those who answer it: begun now or before. */
  async function keepEdges(device: Device, alarms: readonly SaidAlarm[], at: Instant, place: Place | undefined, isLate: boolean): Promise<boolean> {
    if (unreadAlarms.has(device.number)) await readAlarms(device.number)
    const open = mapOf(openAlarms, device.number)
    const isCalling = alarms.some(({ name }) => name === 'emergency')
    const duty = live.find(device.unit)
    if (!duty) return false
    const recent = mapOf(recentAlarms, device.number)
    const edges = alarmEdges(open, recent, alarms, at, { states: saysStates[device.protocol], isLate })
    if (edges.began.length + edges.ended.length === 0) return isCalling
    // Whoever is off duty is not watched: of the alarms only the call for help is heard.
    const began = live.view(device.unit)?.state === 'off-duty' ? edges.began.filter(({ name }) => name === 'emergency') : edges.began
    await keepAlarms(db, device.number, duty.handle, now(), { ...edges, began })
    deps.alarmsLive.changed(device.unit)
    for (const one of began) {
      if (one.name !== 'emergency' || !deps.onEmergency) continue
      const incident = await deps.onEmergency({ commandId: `emergency/${device.id}/${one.at}`, unit: device.unit, callSign: duty.callSign, agency: duty.agency, at: one.at, place: place && { lon: place.lon, lat: place.lat } })
      if (incident === undefined) continue
      callsOf(incident).add(device.number)
      await keepAlarmIncident(db, device.number, one.name, one.at, incident)
    }
    // Remembered when it is durable: what failed half-way is tried again with the terminal's next message.
    for (const one of edges.ended) open.delete(one.name)
    for (const one of began) {
      if (one.endedAt === null) open.set(one.name, one.at)
      recent.set(one.name, Math.max(recent.get(one.name) ?? -Infinity, one.at))
    }
    return isCalling
  }

  function callsOf(incident: string): Set<number> {
    const known = calls.get(incident) ?? new Set<number>()
    calls.set(incident, known)
    return known
  }

  /** Somebody answers the call: the terminals may stop sounding it. */
  function answerCall(incident: string, command: string) {
    const callers = calls.get(incident)
    if (!callers) return
    calls.delete(incident)
    const told = [...callers].filter((number) => devices.byNumber(number)?.protocol === 'jt808')
    void tell(told.map((device) => newDownlink({ id: `confirm/${command}/${device}`, device, command: { type: 'confirm-alarm', alarms: ['emergency'] } }, now(), HOUR_MS))).catch((cause: unknown) =>
      deps.onFault?.('confirming an alarm', cause),
    )
  }

  // ——— what terminals are told ———

  async function tell(downlinks: readonly Downlink[]) {
    if (downlinks.length === 0) return
    await addDownlinks(db, downlinks)
    pump()
  }

  /** Read out what was ordered to the crews whose cars can speak; not what was answered meanwhile, nor what is too old. */
  async function speakOrders(sql: Sql, entries: readonly Entry[]) {
    const answeredBy = entries.flatMap(({ type, data }) => (type === 'assignment-changed' && data['state'] !== 'ordered' ? [data['assignment'] as string] : []))
    if (answeredBy.length > 0) await withdrawOrders(sql, answeredBy, now())
    for (const entry of entries) {
      if (entry.type !== 'unit-assigned' || entry.at <= now() - orderSpokenMs || answeredBy.includes(entry.data['assignment'] as string)) continue
      const unit = entry.data['unit'] as string
      const speakers = devices.of(unit).filter(({ protocol }) => protocol === 'jt808')
      if (speakers.length === 0) continue
      const incident = entry.stream.slice('incident/'.length)
      const assignment = entry.data['assignment'] as string
      const text = await deps.orderInWords?.(incident)
      if (text === undefined) continue
      await addDownlinks(
        sql,
        speakers.map(({ number, settings }) => {
          const command = settings.asksCrew ? ({ type: 'question', text } as const) : ({ type: 'text', text, urgent: true } as const)
          return newDownlink({ id: `order/${assignment}/${number}`, device: number, command, assignment, incident }, entry.at, orderSpokenMs)
        }),
      )
    }
  }

  /** One at a time: what is wanted while it runs is done by its next round. */
  function pump() {
    if (stopped || pumping) return
    pumping = pumpOnce()
      .catch((cause: unknown) => deps.onFault?.('telling terminals', cause))
      .finally(() => (pumping = undefined))
  }

  async function pumpOnce() {
    if (sessions.size === 0) return
    // Asked for what waits, not for who is here: ten thousand numbers a second are work for both sides, and hardly ever is there anything.
    const spokenTo = (await devicesWaiting(db)).filter((number) => reachedBy(number)?.protocol === 'jt808')
    if (spokenTo.length === 0) return
    /** Sets of fences of which a part waits for its answer: the parts after it wait, too. */
    const begun = new Set<string>()
    for (const one of await waitingDownlinks(db, spokenTo)) {
      if (one.command.type === 'area') {
        const set = `${one.device}/${one.command.series ?? one.id}`
        if (begun.has(set)) continue
        begun.add(set)
      }
      const session = reachedBy(one.device)
      const at = now()
      const step = nextStep(one, at)
      const isLost = one.state === 'sent' && session !== undefined && !isUnderWay(session, one)
      if (step === 'expire') await giveUp(one, at)
      else if (session && (step === 'send' || isLost)) await deliver(session, one, at)
    }
  }

  /** What was sent through a connection that is gone was not heard; nor through one that said nothing since and does not count any more. */
  const isUnderWay = (session: Session, one: Downlink) =>
    [...(linked.get(one.device) ?? [])].some((each) => (each === session || each.heardAt > one.changedAt) && [...each.told.values()].some(({ downlink }) => downlink.id === one.id))

  async function giveUp(one: Downlink, at: Instant) {
    if (!(await setDownlink(db, expired(one, at)))) return
    await fences.unanswered(one)
    const instead = asText(one, at)
    if (instead) await tell([instead])
  }

  async function deliver(session: Session, one: Downlink, at: Instant) {
    const talk = session.talk as Jt808Talk // sessions of this protocol only are pumped
    const command = talk.command(asCommand(one.command, talk.version()))
    if (!command) return
    for (const { told } of linked.get(one.device) ?? []) for (const [serial, { downlink }] of told) if (downlink.id === one.id) told.delete(serial)
    const next = sent(one, at, command.serial)
    // Kept first: the answer may be faster than our own database.
    session.told.set(command.serial, { message: command.message, downlink: next })
    if (!(await setDownlink(db, next))) return void session.told.delete(command.serial)
    for (const frame of command.frames) session.link.send(frame)
  }

  // ——— the clock's work ———

  async function sweep() {
    await handOverSeen(devices, deps.keepSeen)
    if (Math.abs(now() - sweptAt) < HOUR_MS) return // a clock may be set back
    sweptAt = now()
    await dropDownlinks(db, now() - keptMs)
  }
  let ticks = 0
  const ticking = setInterval(() => {
    pump()
    lookingAtFences ??= fences
      .round((number) => reachedBy(number) !== undefined)
      .then((isNews) => void (isNews && pump()))
      .catch((cause: unknown) => deps.onFault?.('looking at the fences of terminals', cause))
      .finally(() => (lookingAtFences = undefined))
    const at = now()
    for (const session of inParts) {
      try {
        const frames = session.talk.remind?.(at)
        for (const frame of frames ?? []) session.link.send(frame)
        if (frames) continue
      } catch (cause) {
        deps.onFault?.('asking a terminal for what it lost', cause)
      }
      inParts.delete(session)
    }
    if (++ticks % 60 !== 0) return
    expireDownlinks(db, now())
      .then(sweep)
      .catch((cause: unknown) => deps.onFault?.('keeping terminals', cause))
  }, tickMs).unref()

  return {
    ports: () => opened,
    async listen(host, wanted, limits) {
      for (const protocol of terminalProtocols) {
        const port = wanted[protocol]
        if (port === undefined) continue
        const one = await listenForTerminals({ host, port, udp: overUdp[protocol], onLink: (link) => begin(protocol, link), onFault: (what, cause) => deps.onFault?.(what, cause), ...(limits && { limits }) })
        ports.push(one)
        opened[protocol] = one.port
      }
    },
    takeAlarms,
    tell,
    lookAtFences: () => fences.look(sessions.keys()),
    hear(entries) {
      for (const entry of entries) {
        // Another kind of unit has other fences; a device may keep them from now on.
        if (entry.type === 'unit-changed' || entry.type === 'device-changed') fences.look(devices.of(entry.stream.slice('unit/'.length)).map(({ number }) => number))
        if (entry.actor.account === 'system') continue
        if ((entry.type === 'unit-assigned' || entry.type === 'incident-closed' || entry.type === 'limit-seen') && entry.stream.startsWith('incident/')) {
          answerCall(entry.stream.slice('incident/'.length), entry.command)
        }
      }
      orders.heard(entries)
    },
    async stop() {
      stopped = true
      clearInterval(ticking)
      await Promise.all(ports.map((port) => port.stop()))
      await orders.stop()
      await Promise.all([pumping, lookingAtFences])
      await sweep().catch((cause: unknown) => deps.onFault?.('keeping terminals', cause))
    },
  }
}

function mapOf<Value>(all: Map<number, Map<string, Value>>, device: number): Map<string, Value> {
  const known = all.get(device)
  if (known) return known
  const fresh = new Map<string, Value>()
  all.set(device, fresh)
  return fresh
}

/** How many places a message holds. */
const placesIn = (said: Said): number => ('positions' in said ? said.positions.length : 0)

/** As people write them: with points and blanks, or without. */
const plain = (plate: string) => plate.replace(/[\s·.-]/g, '').toUpperCase()

/** Report interval at rest of location strategy by time: JT/T 808 parameter 0x0029. */
const intervalParameter = 0x0029

/** 2019 dropped questions: there an order is a text. */
function asCommand(command: DownlinkCommand, version: Version | undefined): Command {
  switch (command.type) {
    case 'question':
      if (version !== '2019') return { type: 'question', text: command.text, urgent: true, speak: true, answers: [acknowledgement] }
      return asCommand({ type: 'text', text: command.text, urgent: true }, version)
    case 'text':
      return { type: 'text', text: command.text, urgent: command.urgent === true, display: true, speak: true }
    case 'locate':
      return { type: 'ask-location' }
    case 'track':
      return command
    case 'interval':
      return { type: 'set-parameters', values: [{ id: intervalParameter, u32: command.seconds }] }
    case 'area':
      return command.message as Command // made by `fenceSetOf` and kept as it was
    case 'areas':
      throw new Error('Invariant failed: fences are told one by one')
    case 'confirm-alarm':
      return { type: 'confirm-alarm', event: 0, alarms: alarmBits(command.alarms) }
  }
}
