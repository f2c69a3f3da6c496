import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '#core/random.ts'
import type { DeviceQuery } from './contract.ts'
import { newStatus, skewOf, together, usualSettings, type DeviceStatus } from './device.ts'
import { asksBriefs, bothBriefs, briefOf, isOnline, nothingHeard, pageOf, type Listed } from './device-list.ts'

const now = 1_767_225_600_000
const chosen = <T>(random: () => number, from: readonly T[]): T => from[Math.floor(random() * from.length)]!

test('two briefs are the brief of what two nodes know together, over 300 random devices', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = seeded(seed)
    const status = (): DeviceStatus => {
      const heard = { ...newStatus(), seenAt: now - Math.floor(random() * 900_000), links: chosen(random, [0, 0, 1]), battery: chosen(random, [null, 40]), skewsMs: [Math.floor(random() * 9)] }
      heard.taken.accepted = Math.floor(random() * 9)
      return random() < 0.3 ? newStatus() : heard
    }
    const [a, b] = [status(), status()]
    const both = together([a, b])
    assert.deepEqual(bothBriefs(briefOf(a), briefOf(b)), { seenAt: both.seenAt, links: both.links, battery: both.battery, skewMs: skewOf(both), accepted: both.taken.accepted }, `seed ${seed}`)
  }
})

test('a page is the part of everything looked through and sorted, over 300 random registries', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = seeded(seed)
    const listed = Array.from({ length: Math.floor(random() * 60) }, (_, number): Listed => {
      const protocol = chosen(random, ['jt808', 'phone'] as const)
      const device = { id: `d${number}`, number, unit: 'u', label: `${chosen(random, ['车载', '手机', 'Car'])}${Math.floor(random() * 20)}`, registeredAt: 1, protocol, terminal: protocol === 'phone' ? null : `1390${number}`, settings: usualSettings }
      return { device, callSign: `巡${Math.floor(random() * 12)}` }
    })
    const briefs = listed.map(() => ({ ...nothingHeard, seenAt: chosen(random, [null, now - 1, now - 900_000]), links: chosen(random, [0, 0, 1]), accepted: Math.floor(random() * 3), battery: chosen(random, [null, 10, 90]), skewMs: chosen(random, [null, -9, 5]) }))
    const of = (number: number) => briefs[number]!
    const query: DeviceQuery = {
      q: chosen(random, ['', ' 巡1 ', '车', 'CAR1', '1390']),
      ...(random() < 0.3 && { protocol: 'phone' as const }),
      ...(random() < 0.3 && { state: chosen(random, ['online', 'silent', 'never'] as const) }),
      sort: chosen(random, ['number', 'label', 'callSign', 'seen', 'battery', 'clock', 'accepted'] as const),
      order: chosen(random, ['ascending', 'descending'] as const),
      offset: Math.floor(random() * 30),
      limit: 1 + Math.floor(random() * 20),
    }

    const stateOf = (number: number) => (isOnline(of(number), now) ? 'online' : of(number).seenAt === null ? 'never' : 'silent')
    const keys = {
      number: ({ device }: Listed) => device.number,
      label: ({ device }: Listed) => device.label,
      callSign: ({ callSign }: Listed) => callSign,
      seen: ({ device }: Listed) => of(device.number).seenAt ?? 0,
      battery: ({ device }: Listed) => of(device.number).battery ?? 101,
      clock: ({ device }: Listed) => Math.abs(of(device.number).skewMs ?? 0),
      accepted: ({ device }: Listed) => of(device.number).accepted,
    }
    const turn = query.order === 'ascending' ? 1 : -1
    const all = listed
      .filter((one) => [one.device.label, one.callSign, one.device.terminal ?? ''].some((text) => text.toLowerCase().includes(query.q!.trim().toLowerCase())))
      .filter(({ device }) => (query.protocol ?? device.protocol) === device.protocol && (query.state ?? stateOf(device.number)) === stateOf(device.number))
      .toSorted((a, b) => {
        const [x, y] = [keys[query.sort!](a), keys[query.sort!](b)]
        return turn * (typeof x === 'string' ? x.localeCompare(String(y), 'zh-CN', { numeric: true }) : x - Number(y)) || a.device.number - b.device.number
      })
    const page = pageOf(listed, query, of, now)
    assert.deepEqual([page.total, page.items.map(({ id }) => id)], [all.length, all.slice(query.offset, query.offset! + query.limit!).map(({ device }) => device.id)], `seed ${seed}`)
  }
})

test('only what the nodes alone know is asked of them', () => {
  assert.deepEqual([{}, { q: 'x', sort: 'label' as const }, { sort: 'callSign' as const }, { sort: 'seen' as const }, { state: 'never' as const }].map(asksBriefs), [false, false, false, true, true])
})
