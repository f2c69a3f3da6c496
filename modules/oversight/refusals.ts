/** Why the oversight room says no, in both languages. */
import type { Sentences } from '#kernel/decision.ts'

export const refusals: Sentences = {
  'playback-not-found': { zh: '没有这次回放。', en: 'There is no such playback.' },
  'playback-of-what': { zh: '请在单元、单位、警情中选且只选一项。', en: 'Say exactly one of units, an agency, or an incident.' },
  'playback-over': { zh: '这次回放已结束，请重新说明事由。', en: 'This playback is over: open another, with its reason.' },
  'playback-backwards': { zh: '起始时间必须早于结束时间。', en: 'The beginning must be before the end.' },
  'playback-in-future': { zh: '起始时间还没有到。', en: 'The beginning is in the future.' },
  'playback-too-long': { zh: '一次最多回放 {hours} 小时；只看一个警力单元时最多 {days} 天。', en: 'At most {hours} hours are played back at once; of a single unit, {days} days.' },
  'playback-too-many': { zh: '一次最多回放 {most} 个警力单元，请选下级单位。', en: 'At most {most} units are played back at once: choose a part of the agency.' },
  'playback-page-unknown': { zh: '翻页标记无效，请从头读取。', en: 'The page marker is not one of ours. Start again without it.' },
  'playback-export-too-large': { zh: '导出的位置超过 {limit} 个，请缩短时间或减少单元。', en: 'There are more than {limit} positions to export: choose a shorter time or fewer units.' },
}
