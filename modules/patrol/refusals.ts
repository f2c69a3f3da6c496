/** Why the patrol room says no, in both languages. */
import type { Sentences } from '#kernel/decision.ts'

export const refusals: Sentences = {
  'fence-not-found': { zh: '没有这个电子围栏。', en: 'There is no such fence.' },
  'fence-event-not-found': { zh: '没有这条围栏记录。', en: 'There is no such event of a fence.' },
  'fence-event-quiet': { zh: '这条围栏记录不是告警，无需签收。', en: 'This event is no alarm; nobody has to take note of it.' },
  'fence-is-retired': { zh: '该围栏已停用，不能再修改；请重新绘制。', en: 'The fence is retired and cannot be changed; draw a new one.' },
  'fence-without-name': { zh: '请填写围栏名称。', en: 'The fence needs a name.' },
  'fence-name-taken': { zh: '本单位已有名为“{name}”的围栏，请换一个名称。', en: 'The agency has a fence called “{name}” already; choose another name.' },
  'fence-many-corners': { zh: '顶点过多：共 {found} 个，最多 {most} 个，请简化边界。', en: 'Too many corners: {found}, at most {most}. Draw it simpler.' },
  'fence-few-corners': { zh: '第 {ring} 圈边界只有 {found} 个点，至少要 4 个（首尾相同）。', en: 'Ring {ring} has {found} points; it needs 4 or more, the last the same as the first.' },
  'fence-unclosed': { zh: '第 {ring} 圈边界没有闭合：最后一点须与第一点相同。', en: 'Ring {ring} is not closed: its last point must be the same as its first.' },
  'fence-crosses-itself': { zh: '边界自相交：第 {first} 条边与第 {second} 条边相交，请重新绘制。', en: 'The outline crosses itself: side {first} meets side {second}. Draw it without crossing.' },
  'fence-rings-cross': { zh: '第 {first} 圈与第 {second} 圈边界相交，挖空部分须完全在围栏之内。', en: 'Rings {first} and {second} cross; a hole must lie wholly inside.' },
  'fence-hole-outside': { zh: '第 {ring} 圈（挖空部分）在围栏之外。', en: 'Ring {ring}, a hole, lies outside the fence.' },
  'fence-swapped': { zh: '坐标疑似颠倒：读到经度 {lon}、纬度 {lat}。请按“经度, 纬度”的顺序填写。', en: 'Coordinates look swapped: found longitude {lon}, latitude {lat}. Longitude comes first.' },
  'fence-too-small': { zh: '围栏太小，定位误差内无法判断：半径至少 10 米，面积至少 200 平方米。', en: 'The fence is too small to be told from the receivers’ error: at least 10 m of radius, or 200 m² of area.' },
  'fence-too-large': { zh: '围栏太大：跨度不得超过 {kilometers} 公里。', en: 'The fence is too large: it may span {kilometers} km at most.' },
  'fence-tells-nothing': { zh: '请至少选择一项：进入、离开、停留或超速。', en: 'Choose at least one thing to tell: entering, leaving, staying or speeding.' },
  'fence-hours-empty': { zh: '起止时间相同，请填写一段时间，或选择全天。', en: 'From and until are the same; give a span, or choose all day.' },
  'fence-units-not-of-it': { zh: '所选警力单元不属于该围栏的单位或其下级：{units}。', en: 'These units are not of the fence’s agency or below: {units}.' },
  'fence-import-wrong': { zh: '文件第 {feature} 个要素有误：{because}', en: 'Feature {feature} of the file: {because}' },
  'fence-no-outline': { zh: '应为多边形（Polygon）、带 radiusMeters 的点（Point），或带 widthMeters 的线（LineString），读到的是 {found}。', en: 'Expected a Polygon, a Point with radiusMeters, or a LineString with widthMeters; found {found}.' },
  'fence-route-narrow': { zh: '路线太窄，定位误差内无法判断：宽度至少 {least} 米。', en: 'The route is too narrow to be told from the receivers’ error: at least {least} m of width.' },
  'fence-route-short': { zh: '路线太短：全长至少 {least} 米。', en: 'The route is too short: at least {least} m of length.' },
  'fence-property-wrong': { zh: '属性 {property} 的值 {found} 无效。', en: 'Property {property}: {found} is not valid.' },
}
