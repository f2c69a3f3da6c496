import assert from 'node:assert/strict'
import { test } from 'node:test'
import { system, type Actor, type Grant } from '#kernel/actor.ts'
import { changeAccount, createAccount, keyOf, mayTouch, type Account, type AccountChanges } from './account.ts'

const T = 1_767_225_600_000 // 2026-01-01T00:00Z
const grant = (role: Grant['role'], agency: string): Grant => ({ role, agency })
const boss: Actor = { account: 'boss', name: 'boss', grants: [grant('administrator', 'cn')] }
const east: Actor = { account: 'east', name: 'east', grants: [grant('administrator', 'cn.east'), grant('dispatcher', 'cn')] }
const desk: Actor = { account: 'desk', name: 'desk', grants: [grant('dispatcher', 'cn')] }
const account = (id: string, agency: string, ...grants: Grant[]): Account => ({ id, name: id, displayName: id, agency, grants, member: null, disabled: false })
const officer = account('officer', 'cn.east', grant('officer', 'cn.east'))
const agencies = ['cn', 'cn.east', 'cn.east.box', 'cn.west']

const touching: [who: Actor, whom: Account | undefined, refusal: string | undefined][] = [
  [boss, officer, undefined],
  [east, officer, undefined],
  [system, officer, undefined],
  [desk, officer, 'account-not-found'],
  [east, undefined, 'account-not-found'],
  [east, account('a', 'cn.west', grant('officer', 'cn.west')), 'account-not-found'],
  [east, account('a', 'cn', grant('officer', 'cn.east')), 'account-not-found'],
  [east, account('a', 'cn.east', grant('officer', 'cn.east'), grant('analyst', 'cn')), 'account-outranks'],
  [east, account('a', 'cn.east.box', grant('administrator', 'cn.east')), undefined],
]
for (const [who, whom, refusal] of touching) {
  const rights = whom?.grants.map((one) => `${one.role} of ${one.agency}`).join(' and ')
  test(`${who.name} and an account of ${whom?.agency ?? 'nowhere'} that is ${rights}: ${refusal ?? 'may'}`, () => assert.equal(mayTouch(who, whom), refusal))
}

const changing: [what: string, who: Actor, whom: Account, changes: AccountChanges, answer: string][] = [
  ['renames', east, officer, { displayName: '新' }, 'account-changed'],
  ['moves within the own part', east, officer, { agency: 'cn.east.box' }, 'account-changed'],
  ['moves nobody out of it', east, officer, { agency: 'cn.west' }, 'agency-not-found'],
  ['moves nobody to an agency that there is not', boss, officer, { agency: 'cn.moon' }, 'agency-not-found'],
  ['grants over the own part', east, officer, { grants: [grant('commander', 'cn.east.box')] }, 'account-changed'],
  ['grants nothing above it', east, officer, { grants: [grant('officer', 'cn')] }, 'grant-outside'],
  ['grants nothing over an agency that there is not', boss, officer, { grants: [grant('officer', 'cn.moon')] }, 'grant-outside'],
  ['disables', boss, officer, { disabled: true }, 'account-changed'],
  ['does not disable itself', boss, account('boss', 'cn', grant('administrator', 'cn')), { disabled: true }, 'own-account'],
  ['gives itself nothing', boss, account('boss', 'cn', grant('administrator', 'cn')), { grants: [grant('auditor', 'cn')] }, 'own-account'],
  ['may rename itself', boss, account('boss', 'cn', grant('administrator', 'cn')), { displayName: '我' }, 'account-changed'],
  ['names no person of elsewhere', east, officer, { member: 'm-west' }, 'member-not-found'],
]
for (const [what, who, whom, changes, answer] of changing) {
  test(`an administrator ${what}`, () => {
    const memberAgency = changes.member === 'm-west' ? 'cn.west' : undefined
    const decision = changeAccount(who, whom, changes, { agencies, memberAgency }, T)
    assert.equal('refused' in decision ? decision.refused : decision.events[0]?.type, answer)
  })
}

test('the same right twice is one right, and a name is kept in one form', () => {
  const wanted = { id: 'n', name: ' ｄｅｓｋ２ ', displayName: 'x', agency: 'cn', grants: [grant('officer', 'cn'), grant('officer', 'cn')], member: null }
  const decision = createAccount(boss, wanted, { nameTaken: false, agencies, memberAgency: undefined }, T)
  assert.ok('events' in decision)
  const [event] = decision.events
  assert.ok(event?.type === 'account-created')
  assert.deepEqual([event.name, event.grants], ['desk2', [grant('officer', 'cn')]])
  assert.equal(keyOf('DESK2'), keyOf(' ｄｅｓｋ２ '))
})
