/** Why the roads room says no, in both languages. */
import type { Sentences } from '#kernel/decision.ts'

export const refusals: Sentences = {
  'route-not-found': { zh: '两点之间没有可通行的道路。', en: 'No way by road joins these two points.' },
  'place-off-the-roads': { zh: '该地点 1 公里内没有可通行的道路。', en: 'No road that may be used lies within a kilometre of this place.' },
  'minutes-out-of-range': { zh: '时限“{minutes}”无效：请填写 1 到 6 个 1 至 60 之间的分钟数，以逗号分隔。', en: 'Minutes “{minutes}”: expected one to six numbers from 1 to 60, with commas between.' },
  'place-or-units': { zh: '请给出地点（lon、lat），或填写 units=free。', en: 'Give a place (lon, lat), or units=free.' },
  'no-free-units': { zh: '目前没有空闲且定位有效的警力单元。', en: 'No unit is free and has a fresh position.' },
  'closure-not-found': { zh: '没有这条封路记录。', en: 'There is no such closure.' },
  'closure-without-road': { zh: '所画位置没有碰到道路：点须落在道路 15 米以内，线须穿过或沿着道路，面须包含道路。', en: 'The drawing touches no road: a point must lie within 15 m of one, a line must cross one or run along it, an area must hold one.' },
  'closure-too-large': { zh: '涉及 {edges} 段道路，一次最多封闭 {most} 段，请画小一些。', en: 'It touches {edges} pieces of road, at most {most} are closed at once: draw it smaller.' },
  'closure-over-already': { zh: '截止时间已过。', en: 'Its end lies in the past.' },
  'matrix-too-large': { zh: '一次最多计算 {most} 对，本次为 {pairs} 对。', en: 'At most {most} pairs at once, these are {pairs}.' },
  'road-not-found': { zh: '当前地图上没有这段道路，或尚未学到它的车速。', en: 'The present map has no such piece of road, or nothing was learned of it yet.' },
  'not-of-the-top': { zh: '道路属于全域：需要最上级单位的管理员。', en: 'Roads belong to the whole town: this takes an administrator of its topmost agency.' },
}
