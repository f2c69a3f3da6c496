import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { seeded } from '#core/random.ts'
import { readLine } from './command-line.ts'
import { verbs, type Command, type NamedUnit, type Vocabulary } from './line-types.ts'

const unit = (id: string, callSign: string, changes: Partial<NamedUnit> = {}): NamedUnit =>
  ({ id, callSign, state: 'free', stale: false, assignment: null, incident: null, ...changes })

const words: Vocabulary = {
  incidents: [
    { id: 'i12', number: 12, open: true, openedAt: 100, title: '纠纷 雄石路' },
    { id: 'i9', number: 9, open: true, openedAt: 90, title: '交通 贵溪大道' },
    { id: 'old9', number: 9, open: false, openedAt: 1, title: '治安' },
    { id: 'i3', number: 3, open: false, openedAt: 2, title: '求助' },
  ],
  units: [
    unit('u3', '巡3'),
    unit('u31', '巡31', { stale: true }),
    unit('u5', '巡5', { state: 'en-route', assignment: 'a5', incident: 'i9' }),
    unit('t1', '特1', { state: 'off-duty' }),
    unit('car', 'Car 12'),
  ],
  categories: [
    { id: 'dispute', name: '纠纷', nameEn: 'Dispute', pinyin: 'jf' },
    { id: 'traffic', name: '交通', nameEn: 'Traffic', pinyin: 'jt' },
  ],
  stations: [{ path: 'jx.guixi.xiongshi', name: '雄石派出所', nameEn: 'Xiongshi Station' }, { path: 'jx.guixi.huayuan', name: '花园派出所', nameEn: null }],
  channels: [{ id: 'agency-xs', name: '雄石派出所', nameEn: 'Xiongshi Station' }, { id: 'group-1', name: '东片', nameEn: null }],
  closures: [{ id: 'k1', streets: ['建设路'], reason: '路面塌陷' }, { id: 'k2', streets: ['雄石路', '沿河路'], reason: '演习' }],
  selected: null,
  language: 'zh',
}

const send = (incident: string, ...units: [id: string, divert?: boolean][]): Command =>
  ({ verb: 'dispatch', incident, units: units.map(([id, divert = false]) => ({ id, divert })) })

const understood: [line: string, command: Command][] = [
  ['d 12 巡3', send('i12', ['u3'])],
  ['d 12 x3', send('i12', ['u3'])],
  ['d.12.x3', send('i12', ['u3'])],
  ['d12 x3 x31', send('i12', ['u3'], ['u31'])],
  ['派12 巡3', send('i12', ['u3'])],
  ['派警 #12 巡3', send('i12', ['u3'])],
  ['/d 12 car12', send('i12', ['car'])],
  ['Ｄ　１２　ｘ３', send('i12', ['u3'])],
  ['d 12 x5', send('i12', ['u5', true])],
  ['d 12 x3 x3', send('i12', ['u3'])],
  ['s x5 到场', { verb: 'state', unit: 'u5', assignment: 'a5', state: 'on-scene' }],
  ['s 巡5 dc', { verb: 'state', unit: 'u5', assignment: 'a5', state: 'on-scene' }],
  ['s x5 clear', { verb: 'state', unit: 'u5', assignment: 'a5', state: 'cleared' }],
  ['c 12 处结 双方和解 已教育', { verb: 'close', incident: 'i12', outcome: 'settled', note: '双方和解 已教育' }],
  ['c 12 wb', { verb: 'close', incident: 'i12', outcome: 'mistake', note: '' }],
  ['c 9 重复', { verb: 'close', incident: 'i9', outcome: 'duplicate', note: '' }],
  ['m 12 报警人在门口等', { verb: 'message', channel: 'incident-i12', to: '#12 纠纷 雄石路', text: '报警人在门口等' }],
  ['m x5 走东门', { verb: 'message', channel: 'unit-u5', to: '巡5', text: '走东门' }],
  ['m 巡3 没有警情也能收到', { verb: 'message', channel: 'unit-u3', to: '巡3', text: '没有警情也能收到' }],
  ['消息 雄石派出所 今晚加强巡逻', { verb: 'message', channel: 'agency-xs', to: '雄石派出所', text: '今晚加强巡逻' }],
  ['m xspcs 今晚加强巡逻', { verb: 'message', channel: 'agency-xs', to: '雄石派出所', text: '今晚加强巡逻' }],
  ['m 东片 集合', { verb: 'message', channel: 'group-1', to: '东片', text: '集合' }],
  ['l 12 报警人来电说已和解', { verb: 'note', incident: 'i12', text: '报警人来电说已和解' }],
  ['记 9 道路已疏通', { verb: 'note', incident: 'i9', text: '道路已疏通' }],
  ['h 12 xs', { verb: 'hand-over', incident: 'i12', station: 'jx.guixi.xiongshi' }],
  ['g 12', { verb: 'go', incident: 'i12', unit: null, place: null }],
  ['g x3', { verb: 'go', incident: null, unit: 'u3', place: null }],
  ['g 雄石路 沿河路', { verb: 'go', incident: null, unit: null, place: '雄石路 沿河路' }],
  ['n', { verb: 'new', category: null, place: '', summary: '' }],
  ['n jf 雄石路 两人争吵 有一人受伤', { verb: 'new', category: 'dispute', place: '雄石路', summary: '两人争吵 有一人受伤' }],
  ['新 交通 贵溪大道', { verb: 'new', category: 'traffic', place: '贵溪大道', summary: '' }],
  ['r 巡3 12', { verb: 'route', from: { unit: 'u3' }, to: { incident: 'i12' } }],
  ['r x3 沿河路', { verb: 'route', from: { unit: 'u3' }, to: { place: '沿河路' } }],
  ['路线 贵溪大道 花园 到 雄石路 沿河路', { verb: 'route', from: { place: '贵溪大道 花园' }, to: { place: '雄石路 沿河路' } }],
  ['route Main St > Car 12', { verb: 'route', from: { place: 'Main St' }, to: { unit: 'car' } }],
  ['i 12', { verb: 'reach', at: { incident: 'i12' }, minutes: null }],
  ['i 12 ', { verb: 'reach', at: { incident: 'i12' }, minutes: null }],
  ['i 10 #12', { verb: 'reach', at: { incident: 'i12' }, minutes: [10] }],
  ['范围 15,5 雄石路 沿河路', { verb: 'reach', at: { place: '雄石路 沿河路' }, minutes: [5, 15] }],
  ['i 8分 x3', { verb: 'reach', at: { unit: 'u3' }, minutes: [8] }],
  ['i 空闲', { verb: 'reach', at: 'units', minutes: null }],
  ['reach 10 units', { verb: 'reach', at: 'units', minutes: [10] }],
  ['b 12', { verb: 'close-road', at: { incident: 'i12' } }],
  ['封路 雄石路 沿河路', { verb: 'close-road', at: { place: '雄石路 沿河路' } }],
  ['o 建设路', { verb: 'open-road', closure: 'k1' }],
  ['o yx', { verb: 'open-road', closure: 'k2' }],
  ['解封 沿河路', { verb: 'open-road', closure: 'k2' }],
  ['u', { verb: 'undo' }],
  ['？', { verb: 'help' }],
]
for (const [line, command] of understood) {
  test(`understands “${line}”`, () => {
    const reading = readLine(line, words)
    assert.equal(reading.status, 'ready', JSON.stringify(reading.saying))
    assert.deepEqual(reading.command, command)
  })
}

const refused: [line: string, key: string][] = [
  ['d 77 x3', 'wrong.no-incident'],
  ['d 3 x3', 'wrong.incident-closed'],
  ['d 12 x9', 'wrong.no-unit'],
  ['d 12 巡', 'wrong.which-unit'],
  ['d 12 特1', 'wrong.off-duty'],
  ['d 9 x5', 'wrong.already-on'],
  ['s x3 dc', 'wrong.no-assignment'],
  ['s x5 睡觉', 'wrong.no-state'],
  ['c 12 天晴', 'wrong.no-outcome'],
  ['h 12 火星', 'wrong.no-station'],
  ['r 12 77', 'wrong.no-incident'],
  ['r 雄石路 沿河路 花园', 'wrong.two-places'],
  ['i 90 雄石路', 'wrong.minutes'],
  ['i 0,5 空闲', 'wrong.minutes'],
  ['b 77', 'wrong.no-incident'],
  ['o 贵溪大道', 'wrong.no-closure'],
  ['xyz 12', 'unknown-verb'],
]
for (const [line, key] of refused) {
  test(`says what is wrong with “${line}”`, () => {
    const reading = readLine(line, words)
    assert.equal(reading.status, 'wrong')
    assert.equal(reading.saying?.key, key)
    assert.equal(reading.command, null)
  })
}

const unfinished: [line: string, key: string][] = [
  ['d', 'missing.incident'],
  ['d 12', 'missing.units-for'],
  ['d 12 ', 'missing.units-for'],
  ['s', 'missing.unit'],
  ['s x5', 'missing.state'],
  ['c 12', 'missing.outcome'],
  ['m 12', 'missing.text'],
  ['h 12', 'missing.station'],
  ['g', 'missing.place'],
  ['r', 'missing.start'],
  ['r x3', 'missing.goal'],
  ['r 雄石路 > ', 'missing.goal'],
  ['i', 'missing.reach'],
  ['i 10分', 'missing.reach'],
  ['b', 'missing.cut'],
  ['o', 'missing.closure'],
]
for (const [line, key] of unfinished) {
  test(`says what “${line}” still wants`, () => {
    const reading = readLine(line, words)
    assert.equal(reading.status, 'unfinished')
    assert.equal(reading.saying?.key, key)
  })
}

test('an open incident is meant before a closed one of the same number', () => {
  assert.deepEqual(readLine('g 9', words).command, { verb: 'go', incident: 'i9', unit: null, place: null })
})

test('without a number the selected incident is meant', () => {
  assert.deepEqual(readLine('d x3', { ...words, selected: 'i12' }).command, send('i12', ['u3']))
  assert.deepEqual(readLine('c 不实', { ...words, selected: 'i12' }).command, { verb: 'close', incident: 'i12', outcome: 'unfounded', note: '' })
})

test('for roads too the selected incident is meant, and the only closure', () => {
  const selected = { ...words, selected: 'i12' }
  assert.deepEqual(readLine('r x3', selected).command, { verb: 'route', from: { unit: 'u3' }, to: { incident: 'i12' } })
  assert.deepEqual(readLine('i', selected).command, { verb: 'reach', at: { incident: 'i12' }, minutes: null })
  assert.deepEqual(readLine('i 5min', selected).command, { verb: 'reach', at: { incident: 'i12' }, minutes: [5] })
  assert.deepEqual(readLine('b', selected).command, { verb: 'close-road', at: { incident: 'i12' } })
  assert.deepEqual(readLine('o', { ...words, closures: words.closures.slice(0, 1) }).command, { verb: 'open-road', closure: 'k1' })
  assert.equal(readLine('o', { ...words, closures: [] }).saying?.key, 'wrong.no-closures')
  assert.deepEqual(readLine('o', words).completions.map(({ line, hint }) => [line, hint]), [['o 建设路 ', '路面塌陷'], ['o 雄石路 ', '演习']])
  assert.equal(readLine(readLine('i ', words).completions[0]!.line, words).status, 'ready')
})

test('warns when a unit leaves another incident, and when its place is old', () => {
  assert.deepEqual(readLine('d 12 x5 x31', words).warnings.map((warning) => warning.key), ['warning.leaves', 'warning.stale'])
  assert.deepEqual(readLine('c 9 处结', words).warnings.map((warning) => warning.key), ['warning.frees'])
})

test('completions, taken one after the other, end in a line that works', () => {
  let line = ''
  for (let step = 0; step < 4; step++) {
    const reading = readLine(line, words)
    const next = reading.completions.find((completion) => step > 0 || completion.label === 'd')
    assert.ok(next, `nothing to take after “${line}”`)
    line = next.line
    if (readLine(line, words).status === 'ready') break
  }
  assert.equal(readLine(line, words).command?.verb, 'dispatch', line)
})

test('free units are offered first, those off duty last', () => {
  const offered = readLine('d 12 ', words).completions.map((completion) => completion.label)
  assert.equal(offered[0], '巡3')
  assert.equal(offered.at(-1), '特1')
})

test('no line breaks it: whatever is typed is read, and what is ready names only things that are there', () => {
  const pieces = ['d', '派', ' ', '.', '12', '#', '巡', 'x3', 's', 'c', '处结', '?', '/', 'm', 'g', '　', '\\', '(', '9', 'n', 'jf', 'r', 'i', 'b', 'o', '>', '到', '10,5', '分', '空闲', '建设路']
  for (let seed = 1; seed <= 3000; seed++) {
    const random = seeded(seed)
    const line = Array.from({ length: 1 + Math.floor(random() * 7) }, () => pieces[Math.floor(random() * pieces.length)]).join('')
    const reading = readLine(line, words)
    assert.equal(reading.status === 'ready', reading.command !== null, `seed ${seed}: ${line}`)
    if (reading.command?.verb === 'dispatch') {
      assert.ok(words.incidents.some(({ id, open }) => open && id === (reading.command as { incident: string }).incident), `seed ${seed}: ${line}`)
    }
  }
})

test('everything that is said has its sentence in both languages, and every verb its name and example', () => {
  for (const language of ['zh-CN', 'en']) {
    const catalogue = JSON.parse(readFileSync(new URL(`../../ui/locales/${language}/command.json`, import.meta.url), 'utf8'))
    const sentence = (key: string) => key.split('.').reduce((at, part) => at?.[part], catalogue.line)
    for (const [line] of [...understood, ...refused, ...unfinished]) {
      const { saying, warnings } = readLine(line, words)
      for (const { key, params } of [...(saying ? [saying] : []), ...warnings]) {
        assert.equal(typeof sentence(key), 'string', `${language}: ${key}`)
        for (const [, name] of sentence(key).matchAll(/{{(\w+)}}/g)) assert.ok(name in params, `${language}: ${key} wants ${name}`)
      }
    }
    for (const verb of verbs) assert.ok(catalogue.line.verb[verb] && catalogue.help.line[verb], `${language}: ${verb}`)
  }
})
