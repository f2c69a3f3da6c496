/** What a person's grants let them do. Pure; the server decides again on every call. */
import { isWithin, type Grant, type Role } from '#kernel/actor.ts'

/** Whether one of the roles is held: over `agency` where one is named, else over any. */
export const mayAny = (grants: readonly Grant[], roles: readonly Role[], agency?: string): boolean =>
  grants.some((grant) => roles.includes(grant.role) && (agency === undefined || isWithin(agency, grant.agency)))

/** Where a person belongs after signing in: someone who is only an officer goes to the pocket page. */
export function homeOf(grants: readonly Grant[]): '/' | '/officer/' | '/administration' {
  const held = new Set(grants.map((grant) => grant.role))
  const watching: readonly Role[] = ['dispatcher', 'commander', 'station', 'analyst', 'auditor']
  if (watching.some((role) => held.has(role))) return '/'
  if (held.has('officer')) return '/officer/'
  return held.has('administrator') ? '/administration' : '/'
}
