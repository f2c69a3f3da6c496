/** Why the units room says no, in both languages. */
import type { Sentences } from '#kernel/decision.ts'

export const refusals: Sentences = {
  'unit-not-found': { zh: '没有这个警力单元。', en: 'There is no such unit.' },
  'agency-not-found': { zh: '没有这个单位。', en: 'There is no such agency.' },
  'member-not-found': { zh: '没有这名人员。', en: 'There is no such member.' },
  'device-not-found': { zh: '没有这台定位设备。', en: 'There is no such device.' },
  'device-without-key': { zh: '车载终端以终端号识别，没有密钥。', en: 'A terminal is known by its number and has no key.' },
  'terminal-needed': { zh: '请填写终端号。', en: 'Give the number of the terminal.' },
  'terminal-not-wanted': { zh: '手机以密钥识别，不需要终端号。', en: 'A phone is known by its key and has no terminal number.' },
  'terminal-taken': { zh: '终端号 {terminal} 已登记给另一台设备。', en: 'Terminal {terminal} is registered already.' },
  'terminal-cannot': { zh: '这种设备不接收指令。', en: 'This kind of device takes no commands.' },
  'stranger-not-found': { zh: '这台设备已不在待接入名单中，请等它再次连接。', en: 'This device is not in the list any more: wait until it connects again.' },
  'call-sign-taken': { zh: '呼号“{callSign}”已被本单位使用。', en: 'The call sign {callSign} is already in use in this agency.' },
  'unit-on-duty': { zh: '“{callSign}”正在执勤。', en: 'Unit {callSign} is on duty.' },
  'unit-off-duty': { zh: '“{callSign}”不在执勤。', en: 'Unit {callSign} is off duty.' },
  'unit-assigned': {
    zh: '“{callSign}”还有未结束的派警，请先结束或撤回。',
    en: 'Unit {callSign} still has an order: end or recall it first.',
  },
  'crew-repeated': { zh: '“{name}”在班组中出现了两次。', en: '{name} is in the crew twice.' },
  'member-on-shift': { zh: '“{name}”正在“{callSign}”执勤。', en: '{name} is on duty in unit {callSign}.' },
  'officer-not-in-crew': { zh: '只能为自己所在的班组上下班。', en: 'Officers start and end only shifts that they are crew of.' },
  'track-too-long': { zh: '一次最多查看 {days} 天的轨迹。', en: 'At most {days} days of a track are shown at once.' },
  'track-backwards': { zh: '起始时间必须早于结束时间。', en: 'The beginning must be before the end.' },
  // of single positions
  'which-unit': { zh: '没有说明是哪个单元或设备。', en: 'Neither a unit nor a device is named.' },
  'not-your-unit': { zh: '您不在这个单元的班组中。', en: 'You are not in the crew of this unit.' },
  'place-out-of-range': { zh: '经度应在 ±180、纬度应在 ±90 之间。', en: 'Longitude must be within ±180 and latitude within ±90.' },
  'place-unknown': { zh: '坐标 0, 0 表示设备没有定位。', en: 'The place 0, 0 means that the receiver had no fix.' },
  'place-invalid': { zh: '设备说明此定位无效。', en: 'The device says that this fix is not valid.' },
  'place-mocked': { zh: '此位置由模拟定位程序产生。', en: 'This place was made up by a mock-location program.' },
  'fix-in-future': { zh: '定位时间比服务器时间快 60 秒以上，请校对设备时钟。', en: 'The fix is more than 60 seconds in the future: check the device’s clock.' },
  'fix-too-old': { zh: '定位时间过于久远，不再接收。', en: 'The fix is too old to be taken.' },
  'speed-out-of-range': { zh: '速度应在 0 到 400 公里/小时之间。', en: 'Speed must be 0 to 400 km/h.' },
  'course-out-of-range': { zh: '航向应在 0 到 360 度之间。', en: 'Course must be 0 to 360 degrees.' },
  'accuracy-out-of-range': { zh: '精度应在 0 到 10000 米之间。', en: 'Accuracy must be 0 to 10,000 metres.' },
}
