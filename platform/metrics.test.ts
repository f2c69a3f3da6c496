import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMetrics } from './metrics.ts'

test('two platforms in one process count apart, and the event loop’s delay is among the numbers', async () => {
  const [one, two] = [createMetrics(), createMetrics()]
  one.commands.inc({ outcome: 'accepted' })
  assert.match(await one.registry.metrics(), /gengfu_commands_total\{outcome="accepted"\} 1/)
  assert.doesNotMatch(await two.registry.metrics(), /gengfu_commands_total\{/)
  assert.match(await one.registry.metrics(), /nodejs_eventloop_lag_p99_seconds/)
})
