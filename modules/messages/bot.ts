/**
 * Group bots 群机器人 of WeCom, DingTalk and Feishu: what their webhooks look like, and the little that is told. Pure.
 *
 * Only the key is kept of a webhook. The address that is asked is put together here from the vendor's own host, so nothing
 * that anybody types can lead our requests elsewhere.
 */
import { refuse, type Refused } from '#kernel/decision.ts'
import type { BotTells, BotVendor } from './contract.ts'
import type { Seal } from './deps.ts'

type Vendor = { readonly host: string; readonly path: string; /** In the query, or the last part of the path when null. */ readonly key: string | null; readonly pattern: RegExp }

// prettier-ignore
const vendors: Readonly<Record<BotVendor, Vendor>> = {
  wecom: { host: 'qyapi.weixin.qq.com', path: '/cgi-bin/webhook/send', key: 'key', pattern: /^[A-Za-z0-9-]{8,100}$/ },
  dingtalk: { host: 'oapi.dingtalk.com', path: '/robot/send', key: 'access_token', pattern: /^[A-Za-z0-9]{8,200}$/ },
  feishu: { host: 'open.feishu.cn', path: '/open-apis/bot/v2/hook/', key: null, pattern: /^[A-Za-z0-9-]{8,100}$/ },
}
export const webhookHosts = Object.values(vendors).map(({ host }) => host)

/** Posts a minute: the vendors take 20, and a few are left for others who use the bot. */
export const postsPerMinute = 15
/** Attempts before a post is given up; the pauses between them double from `retryMs`. */
export const triesMax = 6
export const retryMs = 5_000

export type Bot = { readonly vendor: BotVendor; readonly token: string; readonly secret: string | null; readonly linkBase: string }

type Credentials = Pick<Bot, 'token' | 'secret'>
const about = (id: string, what: keyof Credentials): string => `bot/${id}/${what}`

/** Key and secret as the database keeps them, as those of one bot. */
export const closedIn = (seal: Pick<Seal, 'close'>, id: string, { token, secret }: Credentials): Credentials => ({
  token: seal.close(token, about(id, 'token')),
  secret: secret === null ? null : seal.close(secret, about(id, 'secret')),
})

/** And back; undefined when they were closed with a key that this machine does not have. */
export function openedWith(seal: Pick<Seal, 'open'>, id: string, closed: Credentials): Credentials | undefined {
  const token = seal.open(closed.token, about(id, 'token'))
  const secret = closed.secret === null ? null : seal.open(closed.secret, about(id, 'secret'))
  return token === undefined || secret === undefined ? undefined : { token, secret }
}

/** What a webhook address is of, and its key. */
export function readWebhook(text: string): { readonly vendor: BotVendor; readonly token: string } | Refused<'webhook-unknown'> {
  const url = URL.parse(text.trim())
  if (!url || url.protocol !== 'https:' || url.port !== '' || url.username !== '' || url.password !== '') return refuse('webhook-unknown', { hosts: webhookHosts.join(', ') })
  for (const [vendor, { host, path, key, pattern }] of Object.entries(vendors) as [BotVendor, Vendor][]) {
    if (url.hostname !== host || !(key === null ? url.pathname.startsWith(path) : url.pathname === path)) continue
    const token = key === null ? url.pathname.slice(path.length) : url.searchParams.get(key)
    if (token && pattern.test(token)) return { vendor, token }
  }
  return refuse('webhook-unknown', { hosts: webhookHosts.join(', ') })
}

export type Notice = { readonly what: BotTells; readonly number: number; readonly link: string }

const words: Readonly<Record<BotTells, string>> = { incident: '新警情', limit: '超时提醒', broadcast: '一呼百应' }

/** All that leaves the house: what it is, a number, a link that asks for a sign-in. No text, no place, no name. */
export const noticeText = ({ what, number, link }: Notice): string => `【更夫】${words[what]}${number > 0 ? ` #${number}` : ''}\n${link}`

/**
 * The request that posts a notice.
 *
 * @param at    now, ms
 * @param sign  base64 of HMAC-SHA256 of a text under a key
 */
export function postOf({ vendor, token, secret }: Bot, notice: Notice, at: number, sign: (key: string, text: string) => string): { readonly url: string; readonly body: string } {
  const { host, path, key } = vendors[vendor]
  const content = noticeText(notice)
  const address = `https://${host}${path}${key === null ? token : `?${key}=${encodeURIComponent(token)}`}`
  switch (vendor) {
    case 'wecom':
      return { url: address, body: JSON.stringify({ msgtype: 'text', text: { content } }) }
    case 'dingtalk': {
      // the secret is both the key and a part of what is signed
      const signature = secret === null ? '' : `&timestamp=${at}&sign=${encodeURIComponent(sign(secret, `${at}\n${secret}`))}`
      return { url: address + signature, body: JSON.stringify({ msgtype: 'text', text: { content } }) }
    }
    case 'feishu': {
      // the other way round: time and secret are the key, and nothing is signed
      const timestamp = String(Math.floor(at / 1000))
      const signature = secret === null ? {} : { timestamp, sign: sign(`${timestamp}\n${secret}`, '') }
      return { url: address, body: JSON.stringify({ ...signature, msg_type: 'text', content: { text: content } }) }
    }
  }
}

/** What a vendor answered, in short: undefined when it took the post. All three say 200 also when they did not. */
export function problemOf(status: number, answer: string): string | undefined {
  if (status < 200 || status > 299) return `HTTP ${status}`
  let said: unknown
  try {
    said = JSON.parse(answer)
  } catch {
    return 'no readable answer'
  }
  if (said === null || typeof said !== 'object') return 'no readable answer'
  const { errcode, code, StatusCode } = said as { errcode?: unknown; code?: unknown; StatusCode?: unknown }
  const result = errcode ?? code ?? StatusCode
  if (result === 0) return undefined
  // their words may repeat what was sent: only the number is kept
  return typeof result === 'number' ? `code ${result}` : 'no readable answer'
}
