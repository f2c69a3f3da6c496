/** What of a map was not used, and why: so that an operator can see what to mend on the map. */
import type { Sentences } from '#kernel/decision.ts'

/** In both languages, for whoever shows the report. */
export const dropReasons = {
  ferry: { zh: '轮渡：不计入路网', en: 'ferries: not part of the network' },
  'under-construction': { zh: '在建、规划或已拆除的道路', en: 'roads under construction, proposed or gone' },
  'closed-to-all': { zh: '任何人都不得通行的道路', en: 'roads that nobody may use' },
  'way-twice': { zh: '文件中重复出现的道路（只计第一次）', en: 'roads that the file has twice (the first counts)' },
  'node-missing': { zh: '地图文件缺少其部分节点的道路（在缺口处断开）', en: 'roads with points that the file lacks (cut there)' },
  'way-without-points': { zh: '少于两个有效点的道路', en: 'roads of fewer than two known points' },
  'conditional-access': { zh: '按时段或条件变化的通行规则：未采用', en: 'access that depends on hours or conditions: left out' },
  'conditional-speed': { zh: '按时段或条件变化的限速：未采用', en: 'speed limits that depend on hours or conditions: left out' },
  'conditional-restriction': { zh: '按时段或条件生效的转向限制：未采用', en: 'turn restrictions that hold at some hours only: left out' },
  'reversible-road': { zh: '潮汐或交替通行的道路：无法确定方向，按封闭处理', en: 'reversible roads: their direction is not known, so they count as closed' },
  'unknown-access': { zh: '含义不明的通行标签', en: 'access tags of unknown meaning' },
  'unknown-restriction': { zh: '类型不明的转向限制', en: 'turn restrictions of unknown kind' },
  'restriction-for-others': { zh: '只针对其他车辆的转向限制', en: 'turn restrictions for other vehicles only' },
  'restriction-member-missing': { zh: '所涉道路不在路网中的转向限制', en: 'turn restrictions whose roads are not in the network' },
  'restriction-not-joined': { zh: '所涉道路互不相接的转向限制', en: 'turn restrictions whose roads do not meet' },
  'area-too-complex': { zh: '出入口过多的步行广场：只沿边通行', en: 'squares with too many entrances: walked along their sides only' },
} as const satisfies Sentences
export type DropReason = keyof typeof dropReasons

export type Dropped = Readonly<Partial<Record<DropReason, { readonly count: number; /** OpenStreetMap ids, at most five. */ readonly examples: readonly number[] }>>>

const EXAMPLES_MAX = 5

/** A report that is being written. */
export function dropReport() {
  const found = new Map<DropReason, { count: number; examples: number[] }>()
  return {
    add(reason: DropReason, id: number): void {
      const row = found.get(reason) ?? { count: 0, examples: [] }
      row.count++
      if (row.examples.length < EXAMPLES_MAX) row.examples.push(id)
      found.set(reason, row)
    },
    /** In the order of `dropReasons`. */
    finished: (): Dropped =>
      Object.fromEntries((Object.keys(dropReasons) as DropReason[]).flatMap((reason) => (found.has(reason) ? [[reason, found.get(reason)!]] : []))),
  }
}
