/** The call that is being written in this tab. */
import { openCallDrafts } from './call-draft.ts'

function tabStorage(): Storage | undefined {
  try {
    return sessionStorage
  } catch {
    return undefined // forbidden
  }
}

export const callDrafts = openCallDrafts(tabStorage())
