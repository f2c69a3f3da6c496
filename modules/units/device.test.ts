import assert from 'node:assert/strict'
import { test } from 'node:test'
import { devicesInMemory, handOverSeen } from './device.ts'

test('when a device was seen is said until it is kept, and never goes back', async () => {
  const devices = devicesInMemory()
  const kept: object[] = []
  devices.noteSeen(7, 1_000)
  await assert.rejects(
    handOverSeen(devices, async () => {
      devices.noteSeen(7, 2_000) // heard while the database was asked
      throw new Error('the database is away')
    }),
    /away/,
  )
  await handOverSeen(devices, async (seen) => void kept.push(...seen))
  await handOverSeen(devices, async (seen) => void kept.push(...seen))
  assert.deepEqual(kept, [{ number: 7, seenAt: 2_000 }])
})
