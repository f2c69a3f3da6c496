/**
 * The shifted coordinates of Chinese map services, and the way back.
 *
 * GCJ-02 bends WGS-84 by up to 700 m; BD-09 bends GCJ-02 once more. The forward formulas are public knowledge (first
 * published anonymously, checked since by everyone); no inverse is published, so we find it by fixed-point
 * iteration: `w ← w − (forward(w) − g)` until nothing moves, far below a millimetre.
 *
 * No "is it in China" box: boxes are wrong at every border. A source says which system it speaks, and is believed.
 */

export type Crs = 'wgs84' | 'gcj02' | 'bd09'
export type LonLat = readonly [lon: number, lat: number]

const AXIS = 6_378_245 // Krasovsky 1940, as the formula uses it
const ECCENTRICITY2 = 0.006_693_421_622_965_943
const BAIDU_TURN = (Math.PI * 3000) / 180

/** A point in the coordinates its source speaks, as WGS-84. The inverse shifts are exact to well below 1 mm. */
export function toWgs84(crs: Crs | undefined, lon: number, lat: number): LonLat {
  switch (crs) {
    case undefined:
    case 'wgs84':
      return [lon, lat]
    case 'gcj02':
      return gcj02ToWgs84(lon, lat)
    case 'bd09':
      return gcj02ToWgs84(...bd09ToGcj02(lon, lat))
  }
}

/** A WGS-84 point in the coordinates somebody else speaks. */
export function fromWgs84(crs: Crs | undefined, lon: number, lat: number): LonLat {
  switch (crs) {
    case undefined:
    case 'wgs84':
      return [lon, lat]
    case 'gcj02':
      return wgs84ToGcj02(lon, lat)
    case 'bd09':
      return gcj02ToBd09(...wgs84ToGcj02(lon, lat))
  }
}

export function wgs84ToGcj02(lon: number, lat: number): LonLat {
  const x = lon - 105
  const y = lat - 35
  const root = Math.sqrt(Math.abs(x))
  // the wave that both shifts share
  const wave = ((20 * Math.sin(6 * x * Math.PI) + 20 * Math.sin(2 * x * Math.PI)) * 2) / 3
  const north =
    -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave +
    ((20 * Math.sin(y * Math.PI) + 40 * Math.sin((y / 3) * Math.PI)) * 2) / 3 +
    ((160 * Math.sin((y / 12) * Math.PI) + 320 * Math.sin((y * Math.PI) / 30)) * 2) / 3
  const east =
    300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave +
    ((20 * Math.sin(x * Math.PI) + 40 * Math.sin((x / 3) * Math.PI)) * 2) / 3 +
    ((150 * Math.sin((x / 12) * Math.PI) + 300 * Math.sin((x / 30) * Math.PI)) * 2) / 3

  const radians = (lat / 180) * Math.PI
  const bend = 1 - ECCENTRICITY2 * Math.sin(radians) ** 2
  const dLat = (north * 180) / (((AXIS * (1 - ECCENTRICITY2)) / (bend * Math.sqrt(bend))) * Math.PI)
  const dLon = (east * 180) / ((AXIS / Math.sqrt(bend)) * Math.cos(radians) * Math.PI)
  return [lon + dLon, lat + dLat]
}

export function gcj02ToBd09(lon: number, lat: number): LonLat {
  const radius = Math.hypot(lon, lat) + 0.00002 * Math.sin(lat * BAIDU_TURN)
  const angle = Math.atan2(lat, lon) + 0.000003 * Math.cos(lon * BAIDU_TURN)
  return [radius * Math.cos(angle) + 0.0065, radius * Math.sin(angle) + 0.006]
}

export const gcj02ToWgs84 = (lon: number, lat: number): LonLat => inverse(wgs84ToGcj02, lon, lat)
export const bd09ToGcj02 = (lon: number, lat: number): LonLat => inverse(gcj02ToBd09, lon, lat)

/** Undo a gentle shift: both are contractions around the identity, so the iteration gains over two digits a round. */
function inverse(forward: (lon: number, lat: number) => LonLat, lon: number, lat: number): LonLat {
  let [x, y] = [lon, lat]
  for (let round = 0; round < 20; round++) {
    const [fx, fy] = forward(x, y)
    const dx = fx - lon
    const dy = fy - lat
    x -= dx
    y -= dy
    if (Math.abs(dx) < 1e-12 && Math.abs(dy) < 1e-12) break
  }
  return [x, y]
}
