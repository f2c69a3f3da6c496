/** What messages refuse, and what to do about it, in both languages. */
import type { Sentences } from '#kernel/decision.ts'

export const refusals: Sentences = {
  'channel-not-found': { zh: '没有这个频道，或者您现在不在其中。', en: 'There is no such channel, or you are not in it now.' },
  'channel-closed': { zh: '群组“{name}”已停用。请先重新启用，或选择其他频道。', en: 'The group {name} is closed. Open it again, or choose another channel.' },
  'channel-is-read': { zh: '“{name}”只接收上级通知；请在本单位或本机组的频道中发言。', en: '{name} is for word from above: write in your own agency’s or unit’s channel.' },
  'message-empty': { zh: '没有内容可发送。', en: 'There is nothing to send.' },
  'message-not-found': { zh: '没有这条消息。', en: 'There is no such message.' },
  'voice-unknown': { zh: '这不是可播放的语音（WebM、Ogg 或 MP4 录音），请重新录制。', en: 'This is not a voice note that can be played (a WebM, Ogg or MP4 recording). Record it again.' },
  'voice-too-large': { zh: '语音超过 {megabytes} MB，请分段录制。', en: 'The voice note is larger than {megabytes} MB. Record it in parts.' },
  'group-nameless': { zh: '请为群组起一个名称。', en: 'Give the group a name.' },
  'broadcast-empty': { zh: '请写明需要大家做什么。', en: 'Say what everybody should do.' },
  'broadcast-reaches-nobody': { zh: '这个范围内没有在勤人员。请扩大范围或换一种方式。', en: 'Nobody on duty is within reach. Reach further, or choose another way.' },
  'broadcast-reach-unclear': {
    zh: '请只选一种范围：地点加分钟数或公里数、划定区域、电子围栏或单位。',
    en: 'Say one reach: a place with minutes or kilometres, an area, a fence, or an agency.',
  },
  'broadcast-not-found': { zh: '没有这次呼叫，或者您不在其中。', en: 'There is no such broadcast, or you were not asked.' },
  'broadcast-ended': { zh: '这次呼叫已经结束，不再统计应答。', en: 'This broadcast has ended; answers are no longer counted.' },
  'broadcast-asks-nothing': { zh: '这次呼叫不需要应答。', en: 'This broadcast asks for no answer.' },
  'broadcast-not-short': { zh: '这次呼叫没有应答不足的提醒。', en: 'Nobody was told that too few came to this broadcast.' },
  'broadcast-not-due': { zh: '这次呼叫尚未到扩大范围的时间。', en: 'This broadcast is not due to be widened.' },
  'bot-not-found': { zh: '没有这个群机器人。', en: 'There is no such group bot.' },
  'push-off-duty': { zh: '上勤后才能接收通知。请先上勤。', en: 'Notices are for crews on duty. Go on duty first.' },
  'push-off': { zh: '本单位没有启用手机通知。请管理员在“管理 · 手机通知”中启用。', en: 'Your agency has not switched notices on. The administrator does so under Administration · Notices.' },
  'push-endpoint-unknown': { zh: '不认识此浏览器的推送服务，无法向它发送通知。请换用 Chrome、Firefox、Edge 或 Safari。', en: 'This browser’s push service is not known here, so it cannot be told. Use Chrome, Firefox, Edge or Safari.' },
  'webhook-unknown': {
    zh: '这不是企业微信、钉钉或飞书的机器人地址（https，主机为 {hosts}）。请从群机器人设置中原样复制。',
    en: 'This is no webhook of WeCom, DingTalk or Feishu (https, one of {hosts}). Copy it from the bot’s settings as it is.',
  },
}
