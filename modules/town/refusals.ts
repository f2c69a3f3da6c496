/** What the town room refuses and where imports fail, and what to do about it, in both languages. */
import type { Sentences } from '#kernel/decision.ts'

export const refusals: Sentences = {
  'map-not-found': { zh: '还没有导入地图。请管理员先导入 OpenStreetMap 文件。', en: 'No map has been imported yet. An administrator can import an OpenStreetMap file.' },
  'districts-not-found': { zh: '这张地图没有巡区。', en: 'This map has no patrol districts.' },
  'basemap-not-found': { zh: '没有这个版本的地图，可能已被新地图取代。请刷新页面。', en: 'There is no map of this version; a newer one may have replaced it. Reload the page.' },
  'import-not-found': { zh: '没有这次导入。', en: 'There is no such import.' },
  'import-running': { zh: '另一次地图导入正在进行（进程 {pid}）。请等它结束或先取消。', en: 'Another map import is running (process {pid}). Wait until it ends, or cancel it.' },
  'import-not-running': { zh: '这次导入已经结束，无法取消。', en: 'This import has ended; it cannot be cancelled.' },
  'osm-file-broken': {
    zh: '地图文件在第 {offset} 字节处损坏，无法读取。请重新下载 .osm.pbf 文件后再试。（{what}）',
    en: 'The map file is broken at byte {offset}: {what}. Download the .osm.pbf file again.',
  },
  'osm-file-cut-short': {
    zh: '地图文件不完整，读到第 {offset} 字节就断了。请重新下载 .osm.pbf 文件后再试。',
    en: 'The map file is incomplete, it breaks off after byte {offset}: {what}. Download the .osm.pbf file again.',
  },
  'osm-file-foreign': {
    zh: '这不是 OpenStreetMap 的 .osm.pbf 文件。请从 OpenStreetMap 的下载站取得 .osm.pbf 格式的地图。',
    en: 'This is not an OpenStreetMap .osm.pbf file ({what}). Get your area’s map in the .osm.pbf format.',
  },
  'time-zone-unknown': { zh: '没有“{timeZone}”这个时区，应为 Asia/Shanghai 这样的名称。', en: 'There is no time zone “{timeZone}”; expected a name such as Asia/Shanghai.' },
  'map-without-roads': { zh: '文件里没有可通行的道路，无法用于派警。请换一个包含道路的 OpenStreetMap 文件。', en: 'The file has no roads that can be travelled. Choose an OpenStreetMap extract with roads.' },
  'map-file-missing': { zh: '找不到地图文件：{what}', en: 'The map file cannot be found: {what}' },
  'map-too-large': { zh: '地图太大，内存不够。请只截取本辖区的范围再导入。', en: 'The map is too large for this machine’s memory. Cut it to your own area and import that.' },
  'disk-full': { zh: '磁盘已满，地图没有导入，原来的地图不受影响。请清理空间后重试。', en: 'The disk is full. The map was not imported and the old one is untouched. Free some space and try again.' },
  'upload-incomplete': { zh: '上传中断，文件不完整。请重新上传。', en: 'The upload ended early and the file is incomplete. Send it again.' },
  'import-cancelled': { zh: '导入已取消，原来的地图不受影响。', en: 'The import was cancelled. The old map is untouched.' },
  'import-interrupted': { zh: '服务重启时导入中断，请重新导入。', en: 'The import was interrupted by a restart. Import again.' },
  'import-failed': { zh: '导入失败：{what}', en: 'The import failed: {what}' },
}
