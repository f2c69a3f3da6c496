import { refuse, type Refused } from '#kernel/decision.ts'
import type { Tx } from '#kernel/journal.ts'
import { channelFor, crewsOf } from './access.ts'
import { voiceBytesMax, type Attachment } from './contract.ts'
import { commandOf, type Asked, type MessagesDeps } from './deps.ts'
import { send } from './message.ts'
import { voiceType } from './voice.ts'

type Said = Asked & { readonly channel: string; readonly text: string }
/** Kept when the sender may send, before the journal says that there is a file. */
type Kept = { readonly bytes: Uint8Array; readonly kind: 'picture' | 'voice'; readonly mediaType: string; readonly seconds: number | null }

/** Write into a channel: to the crews in it, or as a crew to the watch room. */
export const sendText = (deps: MessagesDeps, asked: Said) => sendTo(deps, 'send-message', asked, null)

/** Send a picture, without what the phone wrote into it. */
export async function sendPicture(deps: MessagesDeps, { bytes, ...asked }: Said & { readonly bytes: Uint8Array }) {
  const picture = deps.cleanPicture(bytes)
  return 'refused' in picture ? picture : sendTo(deps, 'send-picture', asked, { ...picture, kind: 'picture', seconds: null })
}

/** Send a voice note. Its length is what the recorder measured; its size is what it is. */
export async function sendVoice(deps: MessagesDeps, { bytes, seconds, ...asked }: Asked & { readonly channel: string; readonly bytes: Uint8Array; readonly seconds: number }) {
  const mediaType = voiceType(bytes)
  if (!mediaType) return refuse('voice-unknown')
  if (bytes.length > voiceBytesMax) return refuse('voice-too-large', { megabytes: voiceBytesMax / 1024 / 1024 })
  return sendTo(deps, 'send-voice', { ...asked, text: '' }, { bytes, kind: 'voice', mediaType, seconds })
}

function sendTo(deps: MessagesDeps, verb: string, asked: Said, kept: Kept | null) {
  const at = deps.now()
  const id = deps.newId()
  return deps.journal.act(commandOf(verb, asked, at), async (tx: Tx): Promise<{ answer: { id: string; number: number } } | Refused> => {
    const found = await channelFor(deps, deps.facts.sqlOf(tx), asked.actor, asked.channel)
    if ('refused' in found) return found
    const { channel, standing } = found
    if (!standing.mayWrite) return refuse('channel-is-read', { name: channel.name })
    // The same bytes again when the command is asked again change nothing: files are named by their content.
    const attachment: Attachment | null = kept && {
      kind: kept.kind, mediaType: kept.mediaType, bytes: kept.bytes.length, seconds: kept.seconds,
      ...(await (kept.kind === 'picture' ? deps.pictures : deps.voices).save(kept.bytes)),
    }
    const { member } = asked.actor
    const members = crewsOf(deps, channel).flatMap(({ crew }) => crew.map((each) => each.id)).filter((each) => each !== member)
    const author = standing.as === 'crew' ? (member ?? null) : null
    const facts = { id, channel: channel.id, isClosed: channel.isClosed, isListed: channel.units !== undefined, name: channel.name, callSign: standing.callSign, author, members }
    const decision = send({ ...facts, number: await deps.facts.nextNumber(tx, channel) }, { text: asked.text, attachment }, at)
    if ('refused' in decision) return decision
    tx.append(`channel/${channel.id}`, channel.agency, decision.events)
    return { answer: { id, number: decision.events[0]!.type === 'message-sent' ? decision.events[0].number : 0 } }
  })
}
