import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { refusals as dispatchRefusals } from '../dispatch/refusals.ts'
import { refusals as patrolRefusals } from '../patrol/refusals.ts'
import { refusals } from './refusals.ts'

const sources = globSync('*.ts', { cwd: import.meta.dirname })
  .filter((file) => !file.endsWith('.test.ts'))
  .map((file) => readFileSync(`${import.meta.dirname}/${file}`, 'utf8'))
  .join('\n')

test('every refusal has its sentence in both languages, and every sentence has its refusal', () => {
  const used = new Set([...sources.matchAll(/\brefuse\(\s*'([a-z-]+)'/g)].map(([, code]) => code!))
  assert.ok(used.size > 14, 'found too few refusals to be looking at the sources')
  used.delete('not-allowed') // the front door's own
  const own = [...used].filter((code) => !(code in dispatchRefusals || code in patrolRefusals))
  assert.deepEqual(own.sort(), Object.keys(refusals).sort())
  for (const [code, { zh, en }] of Object.entries(refusals)) {
    const gaps = (text: string) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort()
    assert.ok(zh.length > 1 && en.length > 1, code)
    assert.deepEqual(gaps(zh), gaps(en), code)
  }
})
