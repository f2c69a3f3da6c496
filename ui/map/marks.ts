/**
 * The signs on the map, drawn when the map first wants them. A sign's name says everything about it:
 * `dark|unit|arrow|free|fresh`, `light|drop|1|waiting|火`, `dark|station`.
 */
import { palettes, type MapTheme, type Palette } from './palette.ts'

/** Signs are drawn at twice their size: sharp on dense screens. */
export const markRatio = 2

type Pen = OffscreenCanvasRenderingContext2D

/** The sign of this name; undefined for names that are not ours. */
export function drawMark(name: string): ImageData | undefined {
  const [theme, what, ...rest] = name.split('|')
  const palette = palettes[theme as MapTheme] as Palette | undefined
  if (!palette) return undefined
  if (what === 'unit') return drawUnit(palette, rest[0]!, palette.tones[rest[1] as keyof Palette['tones']], rest[2] === 'stale')
  if (what === 'drop') return drawDrop(palette, Number(rest[0]), rest[1]!, rest[2] ?? '')
  if (what === 'station') return drawStation(palette)
  if (what === 'draft') return drawDraft(palette)
  return undefined
}

function draw(size: number, paint: (pen: Pen) => void): ImageData {
  const canvas = new OffscreenCanvas(size * markRatio, size * markRatio)
  const pen = canvas.getContext('2d')!
  pen.scale(markRatio, markRatio)
  pen.lineJoin = 'round'
  pen.lineCap = 'round'
  paint(pen)
  return pen.getImageData(0, 0, canvas.width, canvas.height)
}

/** Filled while the position is fresh, hollow when it is stale. A dark edge keeps it apart from roads and from others. */
function drawUnit(palette: Palette, shape: string, color: string, stale: boolean): ImageData {
  return draw(30, (pen) => {
    pen.translate(15, 15)
    const path = unitPath(shape)
    pen.lineWidth = 5
    pen.strokeStyle = palette.edge
    pen.stroke(path)
    pen.fillStyle = stale ? palette.paper : color
    pen.fill(path)
    pen.lineWidth = stale ? 2.2 : 1.4
    pen.strokeStyle = color
    pen.stroke(path)
    if (shape === 'ring' && !stale) {
      pen.fillStyle = palette.edge
      pen.fill(circle(3))
    }
  })
}

function unitPath(shape: string): Path2D {
  switch (shape) {
    case 'arrow': // a car: a broad arrowhead, heading up
      return new Path2D('M0 -10 L8 8.2 Q8.4 9.6 7 9 L0 5.6 L-7 9 Q-8.4 9.6 -8 8.2 Z')
    case 'slim':
      return new Path2D('M0 -10 L5.4 8.4 Q5.6 9.6 4.6 9 L0 6.4 L-4.6 9 Q-5.6 9.6 -5.4 8.4 Z')
    case 'parked': {
      const path = new Path2D()
      path.roundRect(-7, -7, 14, 14, 3.5)
      return path
    }
    case 'ring':
      return circle(7.4)
    default:
      return circle(6.4)
  }
}

function circle(radius: number): Path2D {
  const path = new Path2D()
  path.arc(0, 0, radius, 0, Math.PI * 2)
  return path
}

/** A drop with its kind's glyph. Size says priority; red only the highest; full while nobody is on it. */
function drawDrop(palette: Palette, priority: number, look: string, glyph: string): ImageData {
  const scale = [1, 1.16, 1, 0.92, 0.84][priority] ?? 1
  return draw(46, (pen) => {
    pen.translate(23, 44)
    pen.scale(scale, scale)
    const drop = new Path2D('M0 0 C-3 -6 -13 -12 -13 -23 A13 13 0 1 1 13 -23 C13 -12 3 -6 0 0 Z')
    const color = priority === 1 ? palette.tones.panic : palette.ink
    const isFull = look === 'waiting'
    pen.lineWidth = 4.5
    pen.strokeStyle = palette.edge
    pen.stroke(drop)
    pen.fillStyle = isFull ? color : palette.paper
    pen.globalAlpha = look === 'resting' ? 0.75 : 1
    pen.fill(drop)
    pen.lineWidth = 1.8
    pen.strokeStyle = look === 'resting' ? palette.tones.rest : color
    pen.stroke(drop)
    pen.fillStyle = isFull ? (priority === 1 ? '#ffffff' : palette.paper) : look === 'resting' ? palette.tones.rest : color
    pen.font = `700 ${glyph.length > 1 ? 11 : 14}px system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif`
    pen.textAlign = 'center'
    pen.textBaseline = 'alphabetic'
    pen.fillText(glyph, 0, -18)
  })
}

function drawStation(palette: Palette): ImageData {
  return draw(24, (pen) => {
    pen.translate(12, 12)
    pen.rotate(Math.PI / 4)
    const path = new Path2D()
    path.roundRect(-6, -6, 12, 12, 2)
    pen.lineWidth = 4
    pen.strokeStyle = palette.edge
    pen.stroke(path)
    pen.fillStyle = palette.paper
    pen.fill(path)
    pen.lineWidth = 1.8
    pen.strokeStyle = palette.labelStrong
    pen.stroke(path)
    pen.fillStyle = palette.labelStrong
    pen.fillRect(-2, -2, 4, 4)
  })
}

/** Where the incident that is being written would be. */
function drawDraft(palette: Palette): ImageData {
  return draw(46, (pen) => {
    pen.translate(23, 44)
    const drop = new Path2D('M0 0 C-3 -6 -13 -12 -13 -23 A13 13 0 1 1 13 -23 C13 -12 3 -6 0 0 Z')
    pen.lineWidth = 5
    pen.strokeStyle = palette.edge
    pen.stroke(drop)
    pen.fillStyle = palette.paper
    pen.fill(drop)
    pen.lineWidth = 2
    pen.setLineDash([4, 3.2])
    pen.strokeStyle = palette.ink
    pen.stroke(drop)
    pen.setLineDash([])
    pen.beginPath()
    pen.moveTo(-5.5, -23)
    pen.lineTo(5.5, -23)
    pen.moveTo(0, -28.5)
    pen.lineTo(0, -17.5)
    pen.stroke()
  })
}
