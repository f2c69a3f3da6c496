/**
 * Units on a canvas of their own over the map: when they move, nothing else is drawn again. Dots are written as pixels, signs and
 * names are pictures drawn once; a drawing of 20,000 dots takes a few milliseconds also where there is no graphics card.
 */
import type { Tone } from '../state.ts'
import { arrange, clusterRadius, locate, locatedNobody, look, nameCorner, placeNames, projection, seenNobody, type Arranged, type Camera, type Cluster, type NameSide } from './crowd.ts'
import { placeAt, redrawMs, type Glide } from './glide.ts'
import { drawMark, markRatio } from './marks.ts'
import { palettes, type MapTheme, type Palette } from './palette.ts'
import { shapeOf, type MapIncident, type MapUnit } from './things.ts'

export type CrowdLook = { readonly theme: MapTheme; readonly units: boolean; readonly calls: boolean; readonly words: { readonly free: string } }

/** What was drawn last, for whoever checks it. */
export type Drawn = {
  readonly count: number
  readonly dots: number
  readonly signs: number
  readonly names: number
  readonly clusters: number
  /** Of those on the screen: where each is now, as it was heard last. */
  readonly units: readonly { readonly handle: number; readonly callSign: string; readonly lon: number; readonly lat: number; readonly stale: boolean }[]
}

export type CrowdCanvas = {
  /** Glides changed: where units are is to be found out anew. */
  moved(): void
  /**
   * While the camera alone moves, units are where they were found last, until that would be seen.
   *
   * @param selected  a unit
   * @returns how fast the fastest unit on the screen goes, pixels a millisecond; 0 when nobody moves
   */
  draw(units: readonly MapUnit[], incidents: ReadonlyMap<string, MapIncident>, camera: Camera, now: number, how: CrowdLook, selected: string | null): number
  /** The nearest unit that is drawn by itself, within so many pixels. */
  unitAt(x: number, y: number, reach: number): { readonly unit: MapUnit; readonly distance: number } | undefined
  clusterAt(x: number, y: number): Cluster | undefined
  drawn(): Drawn
  remove(): void
}

const nobody: Arranged = { dots: new Uint32Array(0), signs: new Uint32Array(0), clusters: [] }
const nameFont = '700 12px system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif'
const namesMax = 3_000
const toneOrder: readonly Tone[] = ['free', 'busy', 'en-route', 'on-scene', 'panic', 'rest']

type Name = { readonly picture: OffscreenCanvas; readonly width: number }

/** @param above  the map's element on which it lies; the pointer goes through */
export function crowdCanvas(above: HTMLElement, glides: ReadonlyMap<number, Glide>): CrowdCanvas {
  const canvas = document.createElement('canvas')
  canvas.setAttribute('aria-hidden', 'true')
  Object.assign(canvas.style, { position: 'absolute', top: '0', left: '0', pointerEvents: 'none' })
  above.append(canvas)
  const pen = canvas.getContext('2d')!
  const marks = new Map<string, OffscreenCanvas | undefined>()
  const names = new Map<string, Name>()
  const sides = new Map<number, NameSide>()
  const located = locatedNobody()
  let locatedUntil = -Infinity
  const seen = seenNobody()
  let pixels = new ImageData(1, 1)
  let words = new Uint32Array(1)
  let ratio = 1
  let shown = nobody
  let nameCount = 0
  let drawnUnits: readonly MapUnit[] = []

  function fit({ width, height }: Camera): void {
    const next = window.devicePixelRatio || 1
    if (next !== ratio) names.clear()
    ratio = next
    const [wide, high] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))]
    if (canvas.width === wide && canvas.height === high) return
    canvas.width = wide
    canvas.height = high
    canvas.style.width = `${width}px`
    canvas.style.height = `${height}px`
    pixels = new ImageData(wide, high)
    words = new Uint32Array(pixels.data.buffer)
  }

  function markOf(name: string): OffscreenCanvas | undefined {
    if (marks.has(name)) return marks.get(name)
    const image = drawMark(name)
    const picture = image && new OffscreenCanvas(image.width, image.height)
    if (image) picture!.getContext('2d')!.putImageData(image, 0, 0)
    marks.set(name, picture)
    return picture
  }

  function nameOf(text: string, theme: MapTheme): Name {
    const key = `${theme}|${text}`
    const known = names.get(key)
    if (known) return known
    if (names.size > namesMax) names.clear()
    pen.font = nameFont
    const width = Math.ceil(pen.measureText(text).width)
    const picture = new OffscreenCanvas(Math.ceil((width + 6) * ratio), Math.ceil(20 * ratio))
    const brush = picture.getContext('2d')!
    brush.scale(ratio, ratio)
    // a plate of the ground's colour: what the map says below shines through faintly, and is not read into the call sign
    brush.fillStyle = palettes[theme].halo
    brush.globalAlpha = 0.78
    brush.beginPath()
    brush.roundRect(0.5, 2.5, width + 5, 15, 4)
    brush.fill()
    brush.globalAlpha = 1
    brush.font = nameFont
    brush.textBaseline = 'middle'
    brush.lineJoin = 'round'
    brush.lineWidth = 3.6
    brush.strokeStyle = palettes[theme].halo
    brush.strokeText(text, 3, 10)
    brush.fillStyle = palettes[theme].ink
    brush.fillText(text, 3, 10)
    const made = { picture, width }
    names.set(key, made)
    return made
  }

  /** All dots at once, as pixels: who is later lies on top. */
  function putDots(dots: Uint32Array, units: readonly MapUnit[], radius: number, palette: Palette): void {
    const { width, height } = canvas
    words.fill(0)
    const stamps = new Map<Tone, readonly [fresh: Stamp, stale: Stamp]>()
    const stampsOf = (tone: Tone) => {
      let both = stamps.get(tone)
      const made = (fill: string) => stampFor(radius * ratio, fill, palette.tones[tone], palette.edge)
      if (!both) stamps.set(tone, (both = [made(palette.tones[tone]), made(palette.paper)]))
      return both
    }
    for (const k of dots) {
      const { reach, across, down, color } = stampsOf(units[seen.unit[k]!]!.tone)[seen.stale[k] as 0 | 1]
      const [x, y] = [Math.round(seen.x[k]! * ratio), Math.round(seen.y[k]! * ratio)]
      if (x < reach || y < reach || x >= width - reach || y >= height - reach) continue // half of a dot at the edge is not missed
      const middle = y * width + x
      for (let n = 0; n < color.length; n++) words[middle + down[n]! * width + across[n]!] = color[n]!
    }
    pen.putImageData(pixels, 0, 0)
  }

  function drawCalls(units: readonly MapUnit[], incidents: ReadonlyMap<string, MapIncident>, camera: Camera, now: number, project: (lon: number, lat: number) => readonly [number, number], palette: Palette): void {
    pen.lineWidth = 1.4
    pen.lineCap = 'round'
    pen.globalAlpha = 0.8
    pen.setLineDash([2.1, 3.5])
    for (const unit of units) {
      const incident = unit.incident === null ? undefined : incidents.get(unit.incident)
      const glide = incident && glides.get(unit.handle)
      if (!glide) continue
      const [x, y] = project(...placeAt(glide, now))
      const [toX, toY] = project(incident.lon, incident.lat)
      if (Math.max(x, toX) < 0 || Math.max(y, toY) < 0 || Math.min(x, toX) > camera.width || Math.min(y, toY) > camera.height) continue
      pen.strokeStyle = palette.tones[unit.tone]
      pen.beginPath()
      pen.moveTo(x, y)
      pen.lineTo(toX, toY)
      pen.stroke()
    }
    pen.setLineDash([])
    pen.globalAlpha = 1
  }

  function drawCluster({ x, y, count, stale, tones }: Cluster, palette: Palette, free: string): void {
    const radius = clusterRadius(count)
    pen.fillStyle = palette.edge
    pen.beginPath()
    pen.arc(x, y, radius + 1.5, 0, 2 * Math.PI)
    pen.fill()
    pen.fillStyle = palette.paper
    pen.beginPath()
    pen.arc(x, y, radius, 0, 2 * Math.PI)
    pen.fill()
    // its ring: how many are in which state, from the top clockwise
    pen.lineWidth = 4
    let from = -Math.PI / 2
    for (const tone of toneOrder) {
      const part = ((tones[tone] + (tone === 'rest' ? stale : 0)) / count) * 2 * Math.PI
      if (part === 0) continue
      pen.strokeStyle = palette.tones[tone]
      pen.beginPath()
      pen.arc(x, y, radius - 2, from, from + part)
      pen.stroke()
      from += part
    }
    pen.fillStyle = palette.ink
    pen.textAlign = 'center'
    pen.textBaseline = 'middle'
    pen.font = nameFont.replace('12px', '14px')
    pen.fillText(shortCount(count), x, y - 5)
    pen.font = nameFont.replace('12px', '9.5px')
    pen.fillText(`${free} ${shortCount(tones.free)}`, x, y + 8)
  }

  function drawSigns(signs: Uint32Array, units: readonly MapUnit[], theme: MapTheme, withNames: boolean): void {
    const size = 30
    for (const k of signs) {
      const unit = units[seen.unit[k]!]!
      const glide = glides.get(unit.handle)!
      const shape = shapeOf(unit.kind, glide.courseDeg !== null)
      const mark = markOf(`${theme}|unit|${shape}|${unit.tone}|${glide.stale ? 'stale' : 'fresh'}`)
      if (!mark) continue
      const turn = shape === 'arrow' || shape === 'slim' ? ((glide.courseDeg ?? 0) * Math.PI) / 180 : 0
      const [cos, sin] = [Math.cos(turn), Math.sin(turn)]
      pen.setTransform(ratio * cos, ratio * sin, -ratio * sin, ratio * cos, seen.x[k]! * ratio, seen.y[k]! * ratio)
      pen.globalAlpha = glide.stale ? 0.75 : 1
      pen.drawImage(mark, -size / 2, -size / 2, mark.width / markRatio, mark.height / markRatio)
    }
    pen.setTransform(ratio, 0, 0, ratio, 0, 0)
    nameCount = 0
    if (withNames) {
      const unitOf = (k: number) => units[seen.unit[k]!]!
      // names are given out from the topmost sign down
      const placed = placeNames(signs.toReversed(), seen, (k) => unitOf(k).handle, (k) => nameOf(unitOf(k).callSign, theme).width, sides)
      nameCount = placed.size
      for (const [k, side] of placed) {
        const { picture, width } = nameOf(unitOf(k).callSign, theme)
        const [left, top] = nameCorner(side, seen.x[k]!, seen.y[k]!, width)
        pen.globalAlpha = glides.get(unitOf(k).handle)!.stale ? 0.55 : 1
        // on whole pixels: words are sharp, and lie still while nobody moves
        pen.drawImage(picture, Math.round((left - 3) * ratio) / ratio, Math.round((top - 3) * ratio) / ratio, picture.width / ratio, picture.height / ratio)
      }
    }
    pen.globalAlpha = 1
  }

  return {
    moved: () => void (locatedUntil = -Infinity),
    draw(units, incidents, camera, now, how, selected) {
      fit(camera)
      if (units !== drawnUnits) locatedUntil = -Infinity
      drawnUnits = units
      pen.setTransform(1, 0, 0, 1, 0, 0)
      if (!how.units) {
        pen.clearRect(0, 0, canvas.width, canvas.height)
        seen.count = 0
        shown = nobody
        return 0
      }
      const palette = palettes[how.theme]
      const isNew = now >= locatedUntil || located.unit.length < units.length
      if (isNew) locate(units, glides, now, located)
      const fastest = look(located, camera, seen)
      if (isNew) locatedUntil = now + redrawMs(fastest)
      shown = arrange(units, seen, camera, selected, shown.dots.length > 0)
      if (shown.dots.length > 0) putDots(shown.dots, units, dotRadius(camera.zoom), palette)
      else pen.clearRect(0, 0, canvas.width, canvas.height)
      pen.setTransform(ratio, 0, 0, ratio, 0, 0)
      if (how.calls) drawCalls(units, incidents, camera, now, projection(camera), palette)
      const chosen = shown.signs.find((k) => units[seen.unit[k]!]!.id === selected)
      for (const cluster of shown.clusters) drawCluster(cluster, palette, how.words.free)
      if (chosen !== undefined) drawHalo(pen, seen.x[chosen]!, seen.y[chosen]!, palette)
      drawSigns(shown.signs, units, how.theme, camera.zoom >= 11.5)
      return fastest
    },
    unitAt(x, y, reach) {
      let best: { unit: MapUnit; distance: number } | undefined
      const near = (k: number, allowance: number) => {
        const distance = Math.hypot(seen.x[k]! - x, seen.y[k]! - y) + allowance
        if (distance <= reach && (!best || distance < best.distance)) best = { unit: drawnUnits[seen.unit[k]!]!, distance }
      }
      for (const k of shown.signs) near(k, 0)
      if (shown.clusters.length === 0) for (const k of shown.dots) near(k, 2) // a sign is meant before a dot
      return best
    },
    clusterAt: (x, y) => shown.clusters.find((cluster) => Math.hypot(cluster.x - x, cluster.y - y) <= clusterRadius(cluster.count)),
    drawn() {
      const indices = seen.unit.subarray(0, seen.count)
      return {
        count: seen.count, dots: shown.dots.length, signs: shown.signs.length, names: nameCount, clusters: shown.clusters.length,
        get units() {
          return [...indices].flatMap((n) => {
            const { handle, callSign } = drawnUnits[n]!
            const glide = glides.get(handle)
            return glide ? [{ handle, callSign, lon: glide.lon, lat: glide.lat, stale: glide.stale }] : []
          })
        },
      }
    },
    remove: () => canvas.remove(),
  }
}

function drawHalo(pen: CanvasRenderingContext2D, x: number, y: number, palette: Palette): void {
  pen.beginPath()
  pen.arc(x, y, 18, 0, 2 * Math.PI)
  pen.globalAlpha = 0.12
  pen.fillStyle = palette.ink
  pen.fill()
  pen.globalAlpha = 1
  pen.lineWidth = 2
  pen.strokeStyle = palette.ink
  pen.stroke()
}

/** From the size of a grain, far away, to what is told apart and hit with a pointer. */
const dotRadius = (zoom: number): number => Math.min(4.5, Math.max(1.1, 1.1 + (zoom - 8) * 0.6))

/** 950, 1.2k, 20k: the same in both languages. */
const shortCount = (count: number): string => (count < 1000 ? String(count) : count < 10_000 ? `${(count / 1000).toFixed(1)}k` : `${Math.round(count / 1000)}k`)

/** A dot's pixels: how far from its middle, and as the canvas has them. `reach`: the farthest. */
type Stamp = { readonly reach: number; readonly across: Int32Array; readonly down: Int32Array; readonly color: Uint32Array }

/** A grain far away; nearer, filled with a rim (of another colour: hollow) and an edge around it that keeps it apart. */
function stampFor(radius: number, fill: string, rim: string, edge: string): Stamp {
  const reach = Math.ceil(radius + 1)
  const rimWidth = Math.max(1, radius * 0.35)
  const pixels: [across: number, down: number, color: number][] = []
  for (let down = -reach; down <= reach; down++) {
    for (let across = -reach; across <= reach; across++) {
      const distance = Math.hypot(down, across)
      if (radius < grainRadius) {
        if (distance <= radius) pixels.push([across, down, wordOf(rim, 150)])
      } else if (distance <= radius + 0.25) pixels.push([across, down, wordOf(distance > radius - rimWidth ? rim : fill, 255)])
      else if (distance <= radius + 1.25) pixels.push([across, down, wordOf(edge, 255)])
    }
  }
  return { reach, across: Int32Array.from(pixels, ([across]) => across), down: Int32Array.from(pixels, ([, down]) => down), color: Uint32Array.from(pixels, ([, , color]) => color) }
}
const grainRadius = 1.5

/** `#rrggbb` and how much it covers, as a little-endian machine has a pixel. */
function wordOf(color: string, cover: number): number {
  const rgb = Number.parseInt(color.slice(1), 16)
  return ((cover << 24) | ((rgb & 0xff) << 16) | (rgb & 0xff00) | (rgb >>> 16)) >>> 0
}
