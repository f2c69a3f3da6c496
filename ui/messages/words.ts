/** Channels and messages in words. */
import type { ChannelView, MessageView } from '#modules/messages/contract.ts'

type Say = (key: string, params?: Record<string, unknown>) => string

/** What a channel is called where it stands among others. @param say  words of `messages` */
export function channelName(channel: Pick<ChannelView, 'kind' | 'name' | 'nameEn'>, say: Say, language: 'zh-CN' | 'en'): string {
  const name = (language === 'en' && channel.nameEn) || channel.name
  if (channel.kind === 'incident') return say('incidentName', { number: name })
  return channel.kind === 'agency' ? say('agencyName', { name }) : name
}

/** A message in one line. */
export function inOneLine(message: MessageView, say: Say): string {
  if (message.file?.kind === 'voice') return say('last.voice', { seconds: Math.round(message.file.seconds ?? 0) })
  return message.file?.kind === 'picture' ? `${say('last.picture')} ${message.text}`.trim() : message.text
}
