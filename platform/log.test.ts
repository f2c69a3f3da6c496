import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLog } from './log.ts'

const logged = (write: (log: ReturnType<typeof createLog>) => void, level = 'info') => {
  const lines: string[] = []
  write(createLog({ level, destination: { write: (line) => void lines.push(line) } }))
  return lines
}

test('secrets do not reach the log, however they are wrapped', () => {
  const secret = 'hunter2-hunter2'
  const lines = logged((log) => {
    for (const name of ['password', 'newPassword', 'token', 'setupToken', 'csrf', 'authorization', 'cookie', 'databaseUrl']) {
      log.info({ [name]: secret }, 'plain')
      log.info({ body: { [name]: secret } }, 'wrapped')
      log.info({ request: { headers: { [name]: secret } } }, 'twice')
      log.child({ [name]: secret }).info('child')
    }
    log.info({ headers: { 'set-cookie': secret } }, 'answer')
  })
  assert.equal(lines.length, 33)
  assert.deepEqual(lines.filter((line) => line.includes(secret)), [])
})

test('what is no secret is there: time, level, sentence, fields, and an error whole', () => {
  const [line] = logged((log) => log.error({ err: new Error('it broke'), url: '/api/units' }, 'a request failed'))
  const entry = JSON.parse(line!) as Record<string, never>
  assert.equal(entry.level, 'error')
  assert.equal(entry.msg, 'a request failed')
  assert.equal(entry.url, '/api/units')
  assert.match(String((entry.err as { stack: string }).stack), /it broke[\s\S]*log\.test\.ts/)
  assert.match(String(entry.time), /^\d{4}-\d\d-\d\dT/)
})

test('lines under the level are not written', () => {
  assert.equal(logged((log) => (log.debug('no'), log.info('no'), log.warn('yes')), 'warn').length, 1)
})
