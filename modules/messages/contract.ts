/** What other rooms and the apps may know of messages: channels, messages, receipts, broadcasts, group bots. */
import { Type, type Static } from 'typebox'
import { At, CommandIdOf, Crs, Id, Latitude, Longitude, Nullable, Path } from '#kernel/contract.ts'

/** A channel's id says what it belongs to: `unit-ID`, `incident-ID`, `agency-ID`; `group-ID` is its own. */
export const ChannelId = Type.String({ minLength: 6, maxLength: 80, pattern: '^(unit|incident|agency|group)-[A-Za-z0-9_-]+$' })
export const ChannelKind = Type.Union([Type.Literal('unit'), Type.Literal('incident'), Type.Literal('agency'), Type.Literal('group')])
export type ChannelKind = Static<typeof ChannelKind>

export const textMax = 2000
export const voiceSecondsMax = 60
export const voiceBytesMax = 1024 * 1024

const FileInfo = Type.Object({
  kind: Type.Union([Type.Literal('picture'), Type.Literal('voice')]),
  mediaType: Type.String(),
  bytes: Type.Integer(),
  seconds: Nullable(Type.Number({ description: 'of a voice note, as its sender measured it' })),
})

/**
 * One message 消息. `of`: so many were in the crews of the channel when it was sent; the receipts count them.
 * `room`: whether a watch room has read it; null when a watch room wrote it.
 */
export const MessageView = Type.Object({
  id: Id,
  channel: ChannelId,
  number: Type.Integer({ description: 'in its channel, from 1 without gaps' }),
  at: At,
  by: Type.String(),
  account: Id,
  callSign: Nullable(Type.String({ description: 'of the crew that wrote; null from a watch room or station' })),
  text: Type.String(),
  file: Nullable(FileInfo),
  of: Type.Integer(),
  delivered: Type.Integer(),
  read: Type.Integer(),
  room: Nullable(Type.Boolean()),
})
export type MessageView = Static<typeof MessageView>

/** A channel 频道, as it is now. */
export const ChannelView = Type.Object({
  id: ChannelId,
  kind: ChannelKind,
  agency: Path,
  name: Type.String({ description: 'call sign, incident number, name of agency or group' }),
  nameEn: Nullable(Type.String()),
  units: Type.Array(Id, { description: 'of a group; the others follow from what they belong to' }),
  crews: Type.Integer({ description: 'people in it now, apart from the watch room' }),
  last: Nullable(MessageView),
  closedAt: Nullable(At),
})
export type ChannelView = Static<typeof ChannelView>

/** A channel with what the caller has not read: of his shift, or for a watch room of the last 24 hours. */
export const OwnChannelView = Type.Object({ ...ChannelView.properties, unread: Type.Integer() })
export type OwnChannelView = Static<typeof OwnChannelView>

/** Who of a message's crews has it. */
export const ReceiptView = Type.Object({ name: Type.String(), callSign: Type.String(), delivered: Type.Boolean(), read: Type.Boolean() })
export type ReceiptView = Static<typeof ReceiptView>

/** Live: the counts of a channel's newest messages, whenever somebody has got further. `id` is the channel's. */
export const ReceiptCounts = Type.Object({
  id: ChannelId,
  items: Type.Array(Type.Object({ number: Type.Integer(), of: Type.Integer(), delivered: Type.Integer(), read: Type.Integer(), room: Nullable(Type.Boolean()) })),
})
export type ReceiptCounts = Static<typeof ReceiptCounts>

const text = Type.String({ minLength: 1, maxLength: textMax })
const base64 = (bytes: number) =>
  Type.String({ minLength: 16, maxLength: Math.ceil(bytes / 3) * 4, pattern: '^[A-Za-z0-9+/]+={0,2}$', description: 'base64 of the file' })

export const SendMessage = Type.Object({ commandId: CommandIdOf, text }, { additionalProperties: false })
/** JPEG, PNG or WebP, at most 8 MiB; what a camera wrote into it is taken out. */
export const SendPicture = Type.Object(
  { commandId: CommandIdOf, data: base64(8 * 1024 * 1024), text: Type.Optional(Type.String({ maxLength: 500 })) },
  { additionalProperties: false },
)
/** WebM or Ogg with Opus, or MP4 with AAC, as browsers record them; at most 60 s and 1 MiB. */
export const SendVoice = Type.Object(
  { commandId: CommandIdOf, data: base64(voiceBytesMax), seconds: Type.Number({ minimum: 0.2, maximum: voiceSecondsMax }) },
  { additionalProperties: false },
)

/** How far a client has got: it had everything up to `delivered`, its person opened everything up to `read`. */
export const NewReceipts = Type.Object(
  {
    items: Type.Array(
      Type.Object(
        {
          channel: Type.String({ minLength: 6, maxLength: 80, pattern: '^(unit|incident|agency|group|broadcast)-[A-Za-z0-9_-]+$' }),
          delivered: Type.Integer({ minimum: 0 }),
          read: Type.Optional(Type.Integer({ minimum: 0 })),
        },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: 100 },
    ),
  },
  { additionalProperties: false },
)
export type NewReceipts = Static<typeof NewReceipts>

const groupName = Type.String({ minLength: 1, maxLength: 40 })
const groupUnits = Type.Array(Id, { minItems: 1, maxItems: 200 })
export const NewGroup = Type.Object({ commandId: CommandIdOf, agency: Type.Optional(Path), name: groupName, units: groupUnits }, { additionalProperties: false })
export const ChangeGroup = Type.Object(
  { commandId: CommandIdOf, name: Type.Optional(groupName), units: Type.Optional(groupUnits), closed: Type.Optional(Type.Boolean()) },
  { additionalProperties: false },
)

// ——— broadcasts ———

export const minutesMax = 60
export const Answer = Type.Union([Type.Literal('yes'), Type.Literal('no')])
export type Answer = Static<typeof Answer>

export const kilometersMax = 50
/** Whom a broadcast reaches: within so many minutes by road, or kilometres as the crow flies, of an incident or point; inside a drawn area or a fence; an agency with all below it. */
const Reaching = {
  incident: Type.Optional(Id),
  lon: Type.Optional(Longitude),
  lat: Type.Optional(Latitude),
  crs: Type.Optional(Crs),
  minutes: Type.Optional(Type.Integer({ minimum: 1, maximum: minutesMax })),
  kilometers: Type.Optional(Type.Number({ minimum: 0.1, maximum: kilometersMax })),
  fence: Type.Optional(Id),
  area: Type.Optional(Type.Array(Type.Array(Type.Number({ minimum: -180, maximum: 180 }), { minItems: 2, maxItems: 2 }), { minItems: 3, maxItems: 500, description: 'ring of lon, lat' })),
  agency: Type.Optional(Path),
}
export const BroadcastReach = Type.Object({ ...Reaching }, { additionalProperties: false })
export type BroadcastReach = Static<typeof BroadcastReach>

export const NewBroadcast = Type.Object(
  {
    commandId: CommandIdOf,
    ...Reaching,
    text: Type.String({ minLength: 1, maxLength: 500 }),
    asks: Type.Optional(Type.Boolean({ description: 'whether yes or no is enoughYes; it is, when absent' })),
    enoughYes: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, description: 'so many yes are enough; 1 when absent' })),
    widenMinutes: Type.Optional(Nullable(Type.Integer({ minimum: 1, maximum: 30, description: 'after so long without enough yes the next ring is asked, then the sender told, and after as long again the agency above; null: never' }))),
  },
  { additionalProperties: false },
)
export type NewBroadcast = Static<typeof NewBroadcast>
export const AnswerBroadcast = Type.Object({ commandId: CommandIdOf, answer: Answer }, { additionalProperties: false })
export const JustCommand = Type.Object({ commandId: CommandIdOf }, { additionalProperties: false })

/** Somebody whom a broadcast reaches, and why. `seconds`: by road from where the unit was. */
export const RecipientView = Type.Object({
  member: Id,
  name: Type.String(),
  unit: Id,
  callSign: Type.String(),
  ring: Type.Integer(),
  because: Type.Union([Type.Literal('minutes'), Type.Literal('area'), Type.Literal('agency')]),
  seconds: Nullable(Type.Number()),
  delivered: Type.Boolean(),
  read: Type.Boolean(),
  answer: Nullable(Answer),
})
export type RecipientView = Static<typeof RecipientView>

/** Whom it would reach if it were sent now. */
export const BroadcastPreview = Type.Object({ units: Type.Integer(), members: Type.Integer(), recipients: Type.Array(Type.Pick(RecipientView, ['name', 'callSign', 'seconds', 'because'])) })
export type BroadcastPreview = Static<typeof BroadcastPreview>

const Counts = { of: Type.Integer(), delivered: Type.Integer(), read: Type.Integer(), yes: Type.Integer(), no: Type.Integer() }

/** A call to many 一呼百应, counted. `recipients` is for those who sent it. */
export const BroadcastView = Type.Object({
  id: Id,
  agency: Path,
  incident: Nullable(Id),
  lon: Nullable(Longitude),
  lat: Nullable(Latitude),
  place: Type.String(),
  placeEn: Type.String(),
  kind: Type.Union([Type.Literal('minutes'), Type.Literal('area'), Type.Literal('agency')]),
  minutes: Nullable(Type.Integer({ description: 'of the ring asked last' })),
  kilometers: Nullable(Type.Number()),
  fence: Nullable(Id),
  area: Nullable(Type.Array(Type.Array(Type.Number()), { description: 'ring of lon, lat that was drawn for it' })),
  text: Type.String(),
  asks: Type.Boolean(),
  enoughYes: Type.Integer(),
  ring: Type.Integer(),
  sentAt: At,
  by: Type.String(),
  sender: Nullable(Id),
  widensAt: Nullable(At),
  shortAt: Nullable(Type.Number({ description: 'too few said yes, and there is nobody further to ask: since when the sender is told' })),
  escalatedAt: Nullable(Type.Number({ description: 'nobody took note of that: since when the agency above is told' })),
  seenAt: Nullable(At),
  seenBy: Nullable(Type.String()),
  endedAt: Nullable(At),
  ...Counts,
  recipients: Type.Array(RecipientView),
})
export type BroadcastView = Static<typeof BroadcastView>

/** The same as one of its recipients sees it. */
export const OwnBroadcastView = Type.Object({ ...Type.Omit(BroadcastView, ['recipients', 'agency', 'sender', 'fence', 'area', 'widensAt', 'shortAt', 'escalatedAt', 'seenAt', 'seenBy']).properties, answer: Nullable(Answer), isRead: Type.Boolean() })
export type OwnBroadcastView = Static<typeof OwnBroadcastView>

// ——— group bots ———

export const BotVendor = Type.Union([Type.Literal('wecom'), Type.Literal('dingtalk'), Type.Literal('feishu')])
export type BotVendor = Static<typeof BotVendor>
/** What a bot tells: a new incident, a limit that ran out, a broadcast. Never more of it than a number and a link. */
export const BotTells = Type.Union([Type.Literal('incident'), Type.Literal('limit'), Type.Literal('broadcast')])
export type BotTells = Static<typeof BotTells>

/** A group bot 群机器人. Its webhook and secret are taken and never given back. */
export const BotView = Type.Object({
  id: Id,
  agency: Path,
  vendor: BotVendor,
  label: Type.String(),
  ending: Type.String({ description: 'the last four characters of its key, to tell it from others' }),
  signs: Type.Boolean(),
  linkBase: Type.String(),
  tells: Type.Array(BotTells),
  enabled: Type.Boolean(),
  postedAt: Nullable(At),
  waiting: Type.Integer(),
  problem: Nullable(Type.String({ description: 'why the last post failed, as the vendor or the network said it, without the key' })),
})
export type BotView = Static<typeof BotView>

const webhook = Type.String({ minLength: 20, maxLength: 300, description: 'as the vendor shows it' })
const secret = Nullable(Type.String({ minLength: 1, maxLength: 200, description: 'for signing; null for none' }))
const linkBase = Type.String({ minLength: 8, maxLength: 200, pattern: '^https?://[^/?#@\\s]+$', description: 'where people open this console: https://patrol.example.gov.cn' })
const tells = Type.Array(BotTells, { minItems: 1, maxItems: 3 })
const label = Type.String({ minLength: 1, maxLength: 40 })
export const NewBot = Type.Object(
  { commandId: CommandIdOf, agency: Path, label, webhook, secret: Type.Optional(secret), linkBase, tells },
  { additionalProperties: false },
)
export const ChangeBot = Type.Object(
  { commandId: CommandIdOf, label: Type.Optional(label), webhook: Type.Optional(webhook), secret: Type.Optional(secret), linkBase: Type.Optional(linkBase), tells: Type.Optional(tells), enabled: Type.Optional(Type.Boolean()) },
  { additionalProperties: false },
)

// ——— notices on phones ———

/** What a browser gives for itself when it subscribes (Push API). */
const endpoint = Type.String({ minLength: 20, maxLength: 1000 })
export const NewPushSubscription = Type.Object(
  {
    endpoint,
    keys: Type.Object({ p256dh: Type.String({ minLength: 80, maxLength: 100 }), auth: Type.String({ minLength: 20, maxLength: 30 }) }, { additionalProperties: false }),
  },
  { additionalProperties: false },
)
export type NewPushSubscription = Static<typeof NewPushSubscription>
export const OldPushSubscription = Type.Object({ endpoint }, { additionalProperties: false })

export const PushView = Type.Object({
  isOn: Type.Boolean({ description: 'the caller is on duty in a unit whose agency lets phones be told' }),
  publicKey: Type.String({ description: 'the house’s key towards push services (VAPID), base64url' }),
  browsers: Type.Integer({ description: 'browsers of the caller that are told now' }),
})
export type PushView = Static<typeof PushView>

const contact = Type.String({ maxLength: 200, pattern: '^(mailto:[^@\\s]+@[^@\\s]+\\.[^@\\s]+|https://[^/?#@\\s]+\\.[^/?#@\\s]+)$', description: 'whom a browser’s maker may write to: mailto:room@patrol.example or https://patrol.example' })
export const ChangePush = Type.Object({ commandId: CommandIdOf, agency: Path, contact: Nullable(contact) }, { additionalProperties: false })
/** An agency that lets phones be told, for itself and all below it. */
export const PushAgencyView = Type.Object({
  agency: Path,
  contact: Type.String(),
  browsers: Type.Integer(),
  failing: Type.Integer({ description: 'of these, how many the last notice did not reach' }),
  problem: Nullable(Type.String({ description: 'why, as a status; never where' })),
})
export type PushAgencyView = Static<typeof PushAgencyView>

// ——— events ———

export type Attachment = { readonly kind: 'picture' | 'voice'; readonly sha256: string; readonly mediaType: string; readonly bytes: number; readonly seconds: number | null }

/** Events of channels. Streams are `channel/ID`. */
export type ChannelEvent =
  | {
      readonly type: 'message-sent'
      readonly at: number
      readonly id: string
      readonly channel: string
      readonly number: number
      readonly text: string
      readonly attachment: Attachment | null
      readonly callSign: string | null
      /** Who of the crew wrote; null from a desk. Absent in messages of earlier versions. */
      readonly author?: string | null
      /** Who was in the crews of the channel, without the sender: whose receipts are counted. */
      readonly members: readonly string[]
      /** Of an agency's channel: how many they were. They may be thousands, and are not named: the shifts say who was on duty. */
      readonly reached?: number
    }
  | { readonly type: 'group-created'; readonly at: number; readonly id: string; readonly name: string; readonly units: readonly string[] }
  | { readonly type: 'group-changed'; readonly at: number; readonly name: string; readonly units: readonly string[] }
  | { readonly type: 'group-closed'; readonly at: number }
  | { readonly type: 'group-opened'; readonly at: number }

/** Whom a broadcast reached, and why. */
export type Recipient = {
  readonly member: string
  readonly name: string
  readonly unit: string
  readonly callSign: string
  readonly because: 'minutes' | 'area' | 'agency'
  readonly seconds: number | null
}

/** Events of broadcasts. Streams are `broadcast/ID`. */
export type BroadcastEvent =
  | {
      readonly type: 'broadcast-sent'
      readonly at: number
      readonly id: string
      readonly incident: string | null
      readonly lon: number | null
      readonly lat: number | null
      readonly place: string
      readonly placeEn: string
      readonly kind: 'minutes' | 'area' | 'agency'
      readonly minutes: number | null
      /** Absent in broadcasts of earlier versions, as is `fence`. */
      readonly kilometers?: number | null
      readonly fence?: string | null
      readonly area: readonly (readonly number[])[] | null
      readonly text: string
      readonly asks: boolean
      readonly enoughYes: number
      readonly widenMinutes: number | null
      /** Among whose units it looks for people, now and when it is widened. */
      readonly scope: readonly string[]
      readonly recipients: readonly Recipient[]
      readonly dueAt: number | null
    }
  | { readonly type: 'broadcast-widened'; readonly at: number; readonly ring: number; readonly minutes: number; readonly recipients: readonly Recipient[]; readonly dueAt: number | null }
  | { readonly type: 'broadcast-answered'; readonly at: number; readonly member: string; readonly name: string; readonly callSign: string; readonly answer: Answer; /** Enough said yes: nobody else is asked by itself. */ readonly enough: boolean }
  /** Not enough said yes, and there is nobody further to ask: the sender is told. `dueAt`: when the agency above is, unless somebody takes note. */
  | { readonly type: 'broadcast-short'; readonly at: number; readonly yes: number; readonly enoughYes: number; readonly dueAt?: number | null }
  | { readonly type: 'broadcast-escalated'; readonly at: number; readonly yes: number; readonly enoughYes: number }
  | { readonly type: 'broadcast-seen'; readonly at: number }
  | { readonly type: 'broadcast-ended'; readonly at: number }

/** Events of group bots, without webhook and secret. Streams are `bot/ID`. */
export type BotEvent =
  | { readonly type: 'bot-set'; readonly at: number; readonly vendor: BotVendor; readonly label: string; readonly tells: readonly BotTells[]; readonly enabled: boolean; readonly signs: boolean }
  | { readonly type: 'bot-removed'; readonly at: number }

/** Whether an agency's phones are told through push services. Streams are `push/AGENCY`, the agency by its path. */
export type PushEvent = { readonly type: 'push-set'; readonly at: number; /** Null: no more. */ readonly contact: string | null }
