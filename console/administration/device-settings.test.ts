import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DeviceView } from '#modules/units/contract.ts'
import { changesOf, followed, valuesOf } from './device-settings.ts'

const settings: DeviceView['settings'] = { crs: null, zoneMinutes: null, version: null, requiresToken: false, leftOut: ['visits'], vehiclePlate: null, keepsFences: true, asksCrew: false }
const opened = valuesOf({ label: '车载', settings })

test('only what is not as the form opened with it is sent', () => {
  const sent = (values: Partial<typeof opened>) => changesOf(opened, { ...opened, ...values }, settings.leftOut)
  assert.deepEqual(sent({}), {})
  assert.deepEqual(sent({ label: ' 车载 ' }), {})
  assert.deepEqual(sent({ label: '手台', vehiclePlate: ' ' }), { label: '手台' })
  assert.deepEqual(sent({ crs: 'gcj02', keepsFences: false }), { settings: { crs: 'gcj02', keepsFences: false } })
  assert.deepEqual(sent({ zoneMinutes: undefined as never }), {}, 'an emptied number is none')
  assert.deepEqual(sent({ vehiclePlate: ' 赣L0001 ' }), { settings: { vehiclePlate: '赣L0001' } })
  const plated = { ...opened, vehiclePlate: '赣L0001', zoneMinutes: 480 }
  assert.deepEqual(changesOf(plated, { ...plated, vehiclePlate: '', zoneMinutes: undefined as never }, []), { settings: { vehiclePlate: null, zoneMinutes: null } })
})

test('of two people who leave out different steps both are done', () => {
  const through = { ...opened.through, time: false }
  assert.deepEqual(changesOf(opened, { ...opened, through }, ['outlier', 'visits']), { settings: { leftOut: ['time', 'outlier', 'visits'] } })
  assert.deepEqual(changesOf(opened, { ...opened, through: { ...opened.through, visits: true } }, ['outlier', 'visits']), { settings: { leftOut: ['outlier'] } })
})

test('the form follows what others change, except where somebody is changing it here', () => {
  const shown = { ...opened, label: '手台', through: { ...opened.through, time: false } }
  const present = valuesOf({ label: '车载二', settings: { ...settings, crs: 'gcj02', leftOut: ['outlier'] } })
  const after = followed(opened, shown, present)
  assert.deepEqual(after.shown, { ...present, label: '手台', through: { ...present.through, time: false } })
  assert.deepEqual(changesOf(after.opened, after.shown, ['outlier']), { label: '手台', settings: { leftOut: ['time', 'outlier'] } })
  const saved = followed(after.opened, after.shown, valuesOf({ label: '手台', settings: { ...settings, crs: 'gcj02', leftOut: ['time', 'outlier'] } }))
  assert.deepEqual(changesOf(saved.opened, saved.shown, ['time', 'outlier']), {}, 'once saved, nothing is left to send')
})
