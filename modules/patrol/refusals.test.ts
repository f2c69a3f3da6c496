import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { refusals } from './refusals.ts'

test('every refusal of patrol has its sentence in both languages, and every sentence has its refusal', () => {
  const sources = globSync('*.ts', { cwd: import.meta.dirname }).filter((file) => !file.endsWith('.test.ts')).map((file) => readFileSync(`${import.meta.dirname}/${file}`, 'utf8'))
  const used = new Set([...sources.join('\n').matchAll(/\brefuse\(\s*'([a-z-]+)'/g)].map(([, code]) => code!))
  used.delete('agency-not-found') // the organisation's own
  assert.deepEqual([...used].sort(), Object.keys(refusals).sort())
  const gaps = (text: string) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort()
  for (const [code, { zh, en }] of Object.entries(refusals)) assert.deepEqual(gaps(zh), gaps(en), code)
})
