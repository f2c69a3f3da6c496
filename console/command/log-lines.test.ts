import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { LogLine } from '#modules/dispatch/contract.ts'
import { sayLogLine, withdrawnCommands, type LogWords } from './log-lines.ts'

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')
type Catalogue = { readonly [key: string]: string | Catalogue }
const catalogue = (language: string, name: string) => JSON.parse(read(`../../ui/locales/${language}/${name}.json`)) as Catalogue

/** The real catalogue, filled in as i18next does; a missing word throws. */
function say(words: Catalogue) {
  return (key: string, params: Record<string, unknown> = {}) => {
    const found = key.split('.').reduce<string | Catalogue | undefined>((at, part) => (typeof at === 'object' ? at[part] : undefined), words)
    assert.equal(typeof found, 'string', `no word for ${key}`)
    return String(found).replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(params[name] ?? `{{${name}}}`))
  }
}
const wordsIn = (language: 'zh-CN' | 'en'): LogWords => ({
  t: say(catalogue(language, 'command')),
  common: say(catalogue(language, 'common')),
  category: () => '纠纷',
  agency: () => '雄石派出所',
  callSign: () => '巡3',
  language,
})

const line = (type: string, data: Record<string, unknown> = {}): LogLine => ({ position: 1, at: 0, actor: '接警台', type, command: 'c1', data })

const lines: readonly [LogLine, zh: string, en: string][] = [
  [line('incident-opened', { category: 'dispute', priority: 3 }), '接警：纠纷，三级 一般', 'Opened: 纠纷, 3 Normal'],
  [line('incident-opened', { category: 'dispute', priority: 3, report: { panic: false } }), '现场上报：纠纷，三级 一般', 'Reported by an officer: 纠纷, 3 Normal'],
  [line('incident-opened', { category: 'dispute', priority: 3, report: { panic: true } }), '民警求助：纠纷，三级 一般', 'An officer called for help: 纠纷, 3 Normal'],
  [line('incident-changed', { changes: { priority: 1, lon: 1, lat: 2 } }), '修改：等级改为“一级 紧急”，位置'.replace('，', '、'), 'Changed: priority to “1 Emergency”, location'],
  [line('unit-assigned', { callSign: '巡3' }), '派 巡3', 'Sent 巡3'],
  [line('assignment-changed', { assignment: 'a', state: 'on-scene', because: null }), '巡3 到场', '巡3: On scene'],
  [line('assignment-changed', { assignment: 'a', state: 'cancelled', because: 'incident-closed' }), '巡3 取消（警情已结）', '巡3: Cancelled (the incident was closed)'],
  [line('assignment-changed', { assignment: 'a', state: 'refused', because: '车坏了' }), '巡3 无法出警（车坏了）', '巡3: Refused (车坏了)'],
  [line('limit-passed', { kind: 'acknowledge', escalation: 2, assignment: 'a' }), '巡3 签收超时，已上报指挥长', '巡3 Acknowledge: over time. Commander alerted'],
  [line('limit-seen'), '告警已有人处理', 'Alert taken'],
  [line('note-added', { text: '双方和解' }), '双方和解', '双方和解'],
  [line('picture-added', { caption: '' }), '现场图片', 'Picture'],
  [line('order-spoken', { assignment: 'a' }), '巡3车载终端已播报指令', 'The terminal in 巡3 has read the order out'],
  [line('incident-handed-over', { to: 'x', note: '' }), '移交 雄石派出所', 'Handed over to 雄石派出所'],
  [line('incident-joined', { number: 7 }), '#7 并入本警情', '#7 was merged into this one'],
  [line('incident-closed', { outcome: 'settled', note: '' }), '结案：现场处置完毕', 'Closed: Settled on the spot'],
  [line('incident-reopened'), '重新打开', 'Reopened'],
  [line('command-undone', { command: 'c0', what: 'unit-assigned' }), '撤销：派警', 'Undone: sending'],
]
for (const [entry, zh, en] of lines) {
  test(`says ${entry.type} ${JSON.stringify(entry.data)} in both languages`, () => {
    assert.equal(sayLogLine(entry, wordsIn('zh-CN')), zh)
    assert.equal(sayLogLine(entry, wordsIn('en')), en)
  })
}

test('every event of an incident has a sentence, and one to be undone by', () => {
  const source = read('../../modules/dispatch/contract.ts')
  const types = [...source.slice(source.indexOf('export type DispatchEvent')).matchAll(/readonly type: '([a-z-]+)'/g)].map(([, type]) => type!)
  assert.ok(types.length >= 12, `found ${types.length} events in the contract`)
  const data = { category: 'x', priority: 1, callSign: 'x', assignment: 'a', state: 'on-scene', kind: 'send', escalation: 1, text: 'x', caption: 'x', to: 'x', number: 1, outcome: 'settled', what: 'unit-assigned' }
  for (const type of types) assert.notEqual(sayLogLine(line(type, data), wordsIn('en')), type, `${type} has no sentence of its own`)
  for (const what of types.filter((type) => type !== 'command-undone' && type !== 'limit-passed')) sayLogLine(line('command-undone', { what }), wordsIn('zh-CN'))
})

test('an entry of a newer server is shown by its own name', () => assert.equal(sayLogLine(line('drone-launched'), wordsIn('en')), 'drone-launched'))

test('what was taken back is marked by the command that did it', () => {
  assert.deepEqual([...withdrawnCommands([line('unit-assigned'), line('command-undone', { command: 'c1', what: 'unit-assigned' })])], ['c1'])
})
