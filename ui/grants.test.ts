import assert from 'node:assert/strict'
import { test } from 'node:test'
import { homeOf, mayAny } from './grants.ts'

const grants = [{ role: 'dispatcher', agency: 'jx.guixi' }] as const

test('a role is held over its agency and everything below, and nowhere else', () => {
  assert.ok(mayAny(grants, ['dispatcher']))
  assert.ok(mayAny(grants, ['dispatcher', 'commander'], 'jx.guixi.xiongshi'))
  assert.ok(!mayAny(grants, ['dispatcher'], 'jx'))
  assert.ok(!mayAny(grants, ['dispatcher'], 'jx.guixi2'))
  assert.ok(!mayAny(grants, ['commander']))
})

test('who watches goes to the room, who walks to the pocket, who administers to administration', () => {
  assert.equal(homeOf([{ role: 'officer', agency: 'a' }]), '/officer/')
  assert.equal(homeOf([{ role: 'officer', agency: 'a' }, { role: 'commander', agency: 'a' }]), '/')
  assert.equal(homeOf([{ role: 'administrator', agency: 'a' }]), '/administration')
  assert.equal(homeOf([]), '/')
})
