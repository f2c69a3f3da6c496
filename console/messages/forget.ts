/** At sign-out: nothing that was said, drawn or typed and not sent stays at this desk. */
import { callDrafts } from './call-drafts.ts'
import { forgetVoices } from './voice-store.ts'

export function forgetUnsent(): Promise<void> {
  callDrafts.drop()
  return forgetVoices()
}
